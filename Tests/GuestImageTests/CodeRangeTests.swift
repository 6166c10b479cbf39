import GuestImage
import Testing

@Suite struct CodeRangeTests {
  @Test func walksExecutableSectionsAndMarksData() throws {
    let ranges = try image(ELFBuilder.typical).codeRanges(ramBase: ramBase)
    let text = try #require(ranges.first)
    #expect(ranges.count == 1)
    #expect(text.name == ".text")
    #expect(text.range == 0x8000_0000..<0x8000_0008)
    #expect(Array(text.bytes) == [0x13, 0, 0, 0, 0x6F, 0xF0, 0xDF, 0xFF])
    #expect(text.data == [0x8000_0004..<0x8000_0008])
  }

  @Test func endsDataWhereCodeGoesOn() throws {
    var builder = ELFBuilder.typical
    builder.symbols = [
      .init(name: "$x", value: 0x8000_0004, type: 0), .init(name: "$d", value: 0x8000_0002, type: 0),
      .init(name: "$d.1", value: 0x8000_0006, type: 0), .init(name: "$xrv32i", value: 0x8000_0006, type: 0),
    ]
    #expect(try image(builder).codeRanges(ramBase: ramBase).first?.data == [0x8000_0002..<0x8000_0004])
  }

  @Test func walksExecutableSegmentsWithoutSections() throws {
    var builder = ELFBuilder()
    builder.segments[0].virtual = 0xC000_0000
    builder.segments.append(.init(physical: 0x8000_1000, flags: 6))
    let ranges = try image(builder).codeRanges(ramBase: ramBase)
    #expect(ranges.map(\.name) == ["segment 0"])
    #expect(ranges.first?.address == 0xC000_0000)
  }

  @Test func takesOtherImagesWhole() throws {
    #expect(try image(linuxImage()).codeRanges(ramBase: ramBase).map(\.address) == [0x8040_0000])
    #expect(try image(linuxImage()).codeRanges(ramBase: ramBase, address: 0x8080_0000).map(\.address) == [0x8080_0000])
    #expect(try image([0x13]).codeRanges(ramBase: ramBase).map(\.range) == [0x8000_0000..<0x8000_0001])
    #expect(try image([0x13]).codeRanges(ramBase: ramBase, address: 4).map(\.address) == [4])
    #expect(try image([0x13, 0]).codeRanges(ramBase: ramBase, address: .max).isEmpty)
    let error = try error { () throws(ImageError) in
      try image([0x1F, 0x8B, 8], "a.gz").codeRanges(ramBase: ramBase)
    }
    #expect(error.description.hasPrefix("a.gz: gzip-compressed data cannot be booted"))
  }

  /// 30,000 section headers that all show the same bytes must not multiply them.
  @Test(.timeLimit(.minutes(1))) func survivesSectionsThatRepeatEachOther() throws {
    var builder = ELFBuilder()
    let text = ELFBuilder.Section(name: "", type: 1, flags: 6, address: 0x8000_0000, contents: [], offset: 84, size: 8)
    builder.sections = Array(repeating: text, count: 30_000)
    builder.symbols = (0..<30_000).map { .init(name: $0 % 2 == 0 ? "$d" : "$x", value: 0x8000_0000) }
    #expect(try image(builder).codeRanges(ramBase: ramBase).count == 1)
  }
}
