import GuestImage
import Testing

@Suite struct ImageFileTests {
  private static func padded(_ start: [UInt8], at offset: Int = 0) -> [UInt8] {
    Array(repeating: 0, count: offset) + start + Array(repeating: 0, count: 0x240)
  }

  static let recognised: [(FileKind, [UInt8])] = [
    (.elf, ELFBuilder().bytes),
    (.linuxImage, linuxImage()),
    (.raw, padded([0x13])),
    (.raw, [0x13]),
    (.text, Array(":10010000214601360121470136007EFE09D2190140\n".utf8)),
    (.gzip, padded([0x1F, 0x8B, 8])),
    (.bzip2, padded(Array("BZh91AY&SY".utf8))),
    (.xz, padded([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0])),
    (.zstd, padded([0x28, 0xB5, 0x2F, 0xFD])),
    (.lz4, padded([0x02, 0x21, 0x4C, 0x18])),
    (.uImage, padded([0x27, 0x05, 0x19, 0x56])),
    (.deviceTree, padded([0xD0, 0x0D, 0xFE, 0xED])),
    (.cpio, padded(Array("070701".utf8))),
    (.arm64Image, padded(Array("ARM".utf8) + [0x64], at: 56)),
    (.x86Kernel, Array(repeating: 0, count: 0x1FE) + [0x55, 0xAA, 0, 0] + Array("HdrS".utf8)),
    (
      .windowsExecutable,
      Array("MZ".utf8) + Array(repeating: 0, count: 58) + [64, 0, 0, 0] + Array("PE".utf8) + [0, 0]
    ),
    (.machO, padded([0xCF, 0xFA, 0xED, 0xFE])),
    (.archive, padded(Array("!<arch>\n".utf8))),
  ]

  @Test(arguments: recognised) func recognises(_ kind: FileKind, _ bytes: [UInt8]) throws {
    #expect(try image(bytes).kind == kind)
  }

  @Test func covers() { #expect(Set(Self.recognised.map(\.0)) == Set(FileKind.allCases)) }

  @Test func readsALinuxHeader() throws {
    guard case .linuxImage(let header) = try image(linuxImage(imageSize: 0x47_1080)).content else {
      Issue.record("not a Linux Image")
      return
    }
    #expect(header.textOffset == 0x40_0000 && header.imageSize == 0x47_1080 && header.version == 2)
    #expect(!header.runsInMachineMode)
  }

  static let badHeaders: [([UInt8], String)] = [
    (
      linuxImage(textOffset: 0x20_0000),
      "text_offset is 0x200000, expected 0x400000; this is a 64-bit kernel: build with CONFIG_ARCH_RV32I"
    ),
    (linuxImage(textOffset: 0x40_0001), "text_offset is 0x400001, expected a multiple of 4 MiB"),
    (linuxImage(textOffset: 1 << 40), "text_offset is 0x10000000000, expected less than 4 GiB"),
    (linuxImage(textOffset: 0xFFFF_FFFF_FFC0_0000), "text_offset is 0xffffffffffc00000, expected less than 4 GiB"),
    (linuxImage(imageSize: .max), "image_size is 0xffffffffffffffff, expected at most 4 GiB"),
    (linuxImage(flags: 1), "flags is 0x1, expected bit 0 clear, a little-endian kernel"),
  ]

  @Test(arguments: badHeaders) func refusesABadLinuxHeader(_ bytes: [UInt8], _ message: String) throws {
    let error = try error { () throws(ImageError) in try image(bytes, "Image") }
    #expect(error.description == "Image: Linux Image header: " + message)
  }

  @Test func refusesATruncatedLinuxHeader() throws {
    let whole = linuxImage(count: 0)
    for length in 60..<64 {
      let error = try error { () throws(ImageError) in try image(Array(whole.prefix(length)), "Image") }
      #expect(
        error.description == "Image: truncated: Linux Image header needs 64 bytes of file, but there are \(length); "
          + "copy or build the file again")
    }
  }
}

@Suite struct ImageArgumentTests {
  @Test(
    arguments: [
      ("kernel", "kernel", nil), ("kernel@0x80400000", "kernel", 0x8040_0000), ("a@b@4096", "a@b", 4096),
      ("me@home/kernel", "me@home/kernel", nil), ("@5", "@5", nil), ("k@0XFFFFFFFF", "k", 0xFFFF_FFFF),
    ] as [(String, String, UInt32?)])
  func splits(_ argument: String, _ path: String, _ address: UInt32?) throws {
    let parsed = try ImageArgument(argument)
    #expect(parsed.path == path)
    #expect(parsed.address == address)
  }

  @Test(arguments: ["k@", "k@0x", "k@0xZZ", "k@0x100000000", "k@4G", "k@0x-1", "k@99999999999999999999"])
  func refuses(_ argument: String) throws {
    let error = try error { () throws(ImageError) in try ImageArgument(argument) }
    let address = argument.dropFirst(2)
    #expect(
      error.description
        == "\(argument): '\(address)' is no address; write FILE@ADDRESS with a 32-bit number such as 0x80400000")
  }
}
