/// What a file is, judged by its first bytes alone.
public enum FileKind: String, CaseIterable, Sendable {
  case elf, linuxImage, raw, text
  case gzip, bzip2, xz, zstd, lz4
  case uImage, deviceTree, cpio, arm64Image, x86Kernel, windowsExecutable, machO, archive

  /// Recognises `bytes`. `raw` is what nothing else claims.
  init(recognising bytes: ArraySlice<UInt8>) {
    let match = Self.signatures.first { signature in
      signature.parts.allSatisfy { bytes.contains($0.bytes, at: $0.offset) }
    }
    if let match {
      self = match.kind
    } else if Self.isPortableExecutable(bytes) {
      self = .windowsExecutable
    } else {
      self = Self.isText(bytes) ? .text : .raw
    }
  }

  private typealias Part = (offset: Int, bytes: [UInt8])

  /// The first row that matches decides. A kernel with an EFI stub starts "MZ": its own magic comes first.
  private static var signatures: [(kind: FileKind, parts: [Part])] {
    [
      (.elf, [(0, [0x7F] + Array("ELF".utf8))]),
      (.linuxImage, [(56, LinuxImageHeader.magic2)]),
      (.linuxImage, [(48, LinuxImageHeader.magic)]),
      (.arm64Image, [(56, Array("ARM".utf8) + [0x64])]),
      (.x86Kernel, [(0x202, Array("HdrS".utf8)), (0x1FE, [0x55, 0xAA])]),
      (.gzip, [(0, [0x1F, 0x8B, 8])]),
      (.bzip2, [(0, Array("BZh".utf8)), (4, Array("1AY&SY".utf8))]),
      (.xz, [(0, [0xFD] + Array("7zXZ".utf8) + [0])]),
      (.zstd, [(0, [0x28, 0xB5, 0x2F, 0xFD])]),
      (.lz4, [(0, [0x04, 0x22, 0x4D, 0x18])]),
      (.lz4, [(0, [0x02, 0x21, 0x4C, 0x18])]),
      (.uImage, [(0, [0x27, 0x05, 0x19, 0x56])]),
      (.deviceTree, [(0, [0xD0, 0x0D, 0xFE, 0xED])]),
      (.cpio, [(0, Array("070701".utf8))]),
      (.cpio, [(0, Array("070702".utf8))]),
      (.cpio, [(0, Array("070707".utf8))]),
      (.machO, [(0, [0xCE, 0xFA, 0xED, 0xFE])]),
      (.machO, [(0, [0xCF, 0xFA, 0xED, 0xFE])]),
      (.archive, [(0, Array("!<arch>\n".utf8))]),
    ]
  }

  private static func isPortableExecutable(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.contains(Array("MZ".utf8), at: 0), let start = bytes.littleEndian(at: 0x3C, as: UInt32.self) else {
      return false
    }
    return bytes.contains(Array("PE".utf8) + [0, 0], at: Int(start))
  }

  /// Only printable ASCII and line ends: source text, Intel HEX, S-records; machine code is never like that for long.
  private static func isText(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.count >= 8 && bytes.prefix(512).allSatisfy { (0x20..<0x7F).contains($0) || (0x09...0x0D).contains($0) }
  }

  /// The kind in words: "gzip-compressed data".
  public var title: String {
    switch self {
    case .elf: "ELF file"
    case .linuxImage: "RISC-V Linux Image"
    case .raw: "raw binary"
    case .text: "text"
    case .gzip: "gzip-compressed data"
    case .bzip2: "bzip2-compressed data"
    case .xz: "xz-compressed data"
    case .zstd: "zstd-compressed data"
    case .lz4: "lz4-compressed data"
    case .uImage: "U-Boot uImage"
    case .deviceTree: "flattened device tree"
    case .cpio: "cpio archive"
    case .arm64Image: "64-bit ARM Linux Image"
    case .x86Kernel: "x86 Linux kernel"
    case .windowsExecutable: "Windows or EFI executable"
    case .machO: "Mach-O file"
    case .archive: "library archive"
    }
  }

  /// What to do instead of booting a file of this kind; `nil` for the kinds that can be booted.
  var advice: String? {
    let build = "build the kernel for 32-bit RISC-V"
    return switch self {
    case .elf, .linuxImage, .raw: nil
    case .text: "convert it to an ELF or a raw binary first, for example with objcopy -O binary"
    case .gzip: "decompress a kernel first, gzip -dc FILE > Image; give an initramfs with --initrd"
    case .bzip2: "decompress a kernel first, bzip2 -dc FILE > Image; give an initramfs with --initrd"
    case .xz: "decompress a kernel first, xz -dc FILE > Image; give an initramfs with --initrd"
    case .zstd: "decompress a kernel first, zstd -dc FILE > Image; give an initramfs with --initrd"
    case .lz4: "decompress a kernel first, lz4 -dc FILE > Image; give an initramfs with --initrd"
    case .uImage: "give the Image or vmlinux it was made from, or take the payload out with dumpimage"
    case .deviceTree: "give it with --dtb; for a FIT image give the kernel inside it"
    case .cpio: "give it with --initrd beside a kernel"
    case .arm64Image, .x86Kernel: build
    case .windowsExecutable: "give the kernel's Image or vmlinux"
    case .machO: "link an ELF with --target=riscv32-unknown-elf and lld"
    case .archive: "link it into an executable first"
    }
  }
}
