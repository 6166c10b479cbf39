import CLibelf

/// What the compiler recorded in `.riscv.attributes` (RISC-V ELF psABI, "Attributes").
public struct ISAAttributes: Equatable, Sendable {
  /// Tag_RISCV_arch: the ISA string, such as `rv32i2p1_m2p0`.
  public var architecture: String?
  /// Tag_RISCV_stack_align, in bytes.
  public var stackAlignment: UInt64?
  /// Tag_RISCV_unaligned_access.
  public var usesUnalignedAccess: Bool?

  /// Reads the section's contents; what cannot be read is left out.
  init(_ section: ArraySlice<UInt8>) {
    guard section.first == UInt8(ascii: "A") else { return }
    var rest = section.dropFirst()
    while let (vendor, next) = Self.subsection(rest, lengthAt: 0) {
      let name = Array("riscv".utf8) + [0]
      if vendor.starts(with: name) { readFileAttributes(vendor.dropFirst(name.count)) }
      rest = next
    }
  }

  /// The body of a sub-section whose 32-bit length stands `offset` bytes into `bytes` and counts from their start.
  private static func subsection(
    _ bytes: ArraySlice<UInt8>, lengthAt offset: Int
  ) -> (body: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)? {
    guard let length = bytes.littleEndian(at: offset, as: UInt32.self), length >= offset + 4,
      let all = bytes.slice(at: 0, count: Int(length))
    else { return nil }
    return (all.dropFirst(offset + 4), bytes[all.endIndex...])
  }

  private mutating func readFileAttributes(_ bytes: ArraySlice<UInt8>) {
    let fileTag: UInt8 = 1
    var rest = bytes
    while let tag = rest.first, let (body, next) = Self.subsection(rest, lengthAt: 1) {
      if tag == fileTag { readAttributes(body) }
      rest = next
    }
  }

  /// Pairs of a tag and its value: a number for an even tag, a string for an odd one.
  private mutating func readAttributes(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while let tag = Self.takeNumber(&rest) {
      if tag % 2 == 1 {
        let text = rest.prefix { $0 != 0 }
        rest = rest[text.endIndex...].dropFirst()
        if tag == 5 { architecture = printable(text) }
      } else {
        guard let value = Self.takeNumber(&rest) else { return }
        if tag == 4 { stackAlignment = value }
        if tag == 6 { usesUnalignedAccess = value != 0 }
      }
    }
  }

  /// Takes one ULEB128 number of at most 63 bits.
  private static func takeNumber(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 63, by: 7) {
      guard let byte = bytes.popFirst() else { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    return nil
  }
}

extension ELFFile {
  /// The file's ISA attributes, if it carries any.
  public func attributes() throws(ImageError) -> ISAAttributes? {
    try LibELF.open(bytes, file: file) { elf throws(ImageError) in
      let attributesType: UInt32 = 0x7000_0003  // SHT_RISCV_ATTRIBUTES
      guard let found = try elf.sections().first(where: { $0.header.sh_type == attributesType }) else { return nil }
      return ISAAttributes(try elf.contents(of: found.section, "reading .riscv.attributes")[...])
    }
  }
}
