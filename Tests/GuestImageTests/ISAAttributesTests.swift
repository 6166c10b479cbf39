import GuestImage
import Testing

@Suite struct ISAAttributesTests {
  private func attributes(_ section: [UInt8]) throws -> ISAAttributes? {
    var builder = ELFBuilder.typical
    builder.attributes = section
    return try ELFFile(builder.bytes, file: "a.elf").attributes()
  }

  @Test func readsArchitectureAndStack() throws {
    let attributes = try #require(try attributes(ELFBuilder.attributesSection("rv32i2p1_m2p0", stackAlignment: 16)))
    #expect(attributes.architecture == "rv32i2p1_m2p0")
    #expect(attributes.stackAlignment == 16)
    #expect(attributes.usesUnalignedAccess == nil)
  }

  @Test func skipsOtherVendors() throws {
    let other = ELFBuilder.little(UInt32(10)) + Array("gnu".utf8) + [0, 1, 2]
    let section = ELFBuilder.attributesSection("rv32i", stackAlignment: 4)
    let both = [section[0]] + other + Array(section.dropFirst())
    #expect(try attributes(both)?.architecture == "rv32i")
  }

  @Test func readsWhatItCanOfEveryTruncation() throws {
    let section = ELFBuilder.attributesSection("rv32i", stackAlignment: 4)
    for length in 1..<section.count {
      #expect(try attributes(Array(section.prefix(length)))?.architecture == nil)
    }
  }

  @Test func survivesHostileLengths() throws {
    let section = ELFBuilder.attributesSection("rv32i", stackAlignment: 4)
    for offset in [1, 12] {
      for length in [0, 1, 4, 5, 0x7FFF_FFFF, 0xFFFF_FFFF] as [UInt32] {
        var bytes = section
        bytes.replaceSubrange(offset..<(offset + 4), with: ELFBuilder.little(length))
        _ = try attributes(bytes)
      }
    }
    // A number whose continuation bits never end.
    _ = try attributes(Array(section.prefix(16)) + Array(repeating: 0xFF, count: 64))
  }
}
