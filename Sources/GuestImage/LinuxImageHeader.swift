/// The 64-byte header of a RISC-V Linux `Image` (Linux, Documentation/arch/riscv/boot-image-header.rst).
public struct LinuxImageHeader: Equatable, Sendable {
  /// Distance in bytes from the start of RAM at which the kernel wants to be: 0x400000 on RV32, 0 for an M-mode kernel.
  public let textOffset: UInt64
  /// Bytes the kernel takes in memory, its zero-initialised data included.
  public let imageSize: UInt64
  /// Bit 0: big-endian kernel.
  public let flags: UInt64
  /// Header version: major in the upper, minor in the lower half.
  public let version: UInt32

  static let magic = Array("RISCV".utf8) + [0, 0, 0]
  static let magic2 = Array("RSC".utf8) + [5]
  static let size = 64
  /// Alignment in bytes that a kernel under Sv32 asks of its physical address: one megapage.
  static let alignment: UInt64 = 4 << 20

  /// True for a kernel that runs in M-mode without firmware (CONFIG_RISCV_M_MODE).
  public var runsInMachineMode: Bool { textOffset == 0 }

  /// Reads and checks the header at the start of `bytes`.
  init(_ bytes: ArraySlice<UInt8>, file: String) throws(ImageError) {
    guard bytes.count >= Self.size,
      let textOffset = bytes.littleEndian(at: 8, as: UInt64.self),
      let imageSize = bytes.littleEndian(at: 16, as: UInt64.self),
      let flags = bytes.littleEndian(at: 24, as: UInt64.self),
      let version = bytes.littleEndian(at: 32, as: UInt32.self)
    else { throw .truncated(file: file, what: "Linux Image header", size: UInt64(bytes.count), needed: 64) }
    func bad(_ field: String, _ value: UInt64, _ expected: String) -> ImageError {
      .badField(file: file, field: "Linux Image header: " + field, value: hex(value), expected: expected)
    }
    if flags & 1 != 0 { throw bad("flags", flags, "bit 0 clear, a little-endian kernel") }
    if textOffset == 0x20_0000 {
      throw bad("text_offset", textOffset, "0x400000; this is a 64-bit kernel: build with CONFIG_ARCH_RV32I")
    }
    if textOffset % Self.alignment != 0 { throw bad("text_offset", textOffset, "a multiple of 4 MiB") }
    if textOffset >= 1 << 32 { throw bad("text_offset", textOffset, "less than 4 GiB") }
    if imageSize > 1 << 32 { throw bad("image_size", imageSize, "at most 4 GiB") }
    self.textOffset = textOffset
    self.imageSize = imageSize
    self.flags = flags
    self.version = version
  }

  /// Bytes of zero-initialised memory that follow the file's `count` bytes.
  func zeroFill(after count: Int) -> UInt64 { imageSize > UInt64(count) ? imageSize - UInt64(count) : 0 }
}
