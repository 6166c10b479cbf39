import GuestImage
import Testing

@Suite struct SymbolTableTests {
  private func table(_ symbols: [ELFBuilder.Symbol], _ change: (inout ELFBuilder) -> Void = { _ in })
    throws -> SymbolTable
  {
    var builder = ELFBuilder.typical
    builder.symbols = symbols
    change(&builder)
    return try ELFFile(builder.bytes, file: "a.elf").symbols()
  }

  @Test func findsByName() throws {
    let table = try table([.init(name: "_start", value: 0x8000_0000, size: 8), .init(name: "main", value: 0x8000_0010)])
    #expect(table.count == 2)
    let start = try #require(table.symbol(named: "_start"))
    #expect(start.address == 0x8000_0000 && start.size == 8 && start.kind == .function && start.isGlobal)
    #expect(table.symbol(named: "mai") == nil)
    #expect(table.symbol(named: "main2") == nil)
    #expect(table.symbol(named: "") == nil)
  }

  @Test func prefersAGlobalSymbolOfTwoWithOneName() throws {
    let table = try table([
      .init(name: "f", value: 1, isGlobal: false), .init(name: "f", value: 2), .init(name: "f", value: 3),
    ])
    #expect(table.symbol(named: "f")?.address == 2)
  }

  @Test func findsTheNearestBelow() throws {
    let table = try table([.init(name: "b", value: 0x2000), .init(name: "a", value: 0x1000)])
    #expect(table.nearest(to: 0xFFF) == nil)
    #expect(table.describe(0xFFF) == nil)
    #expect(table.describe(0x1000) == "a")
    #expect(table.describe(0x1FFE) == "a+0xffe")
    #expect(table.describe(0x2000) == "b")
    #expect(table.describe(0xFFFF_FFFF) == "b+0xffffdfff")
    #expect(table.symbols(in: 0x1000..<0x2000).map(\.name) == ["a"])
    #expect(table.symbols(in: 0..<(1 << 32)).map(\.name) == ["a", "b"])
    #expect(table.symbols(in: 0x3000..<0x4000).isEmpty)
  }

  @Test func prefersFunctionsThenLabelsAtOneAddress() throws {
    let symbols: [ELFBuilder.Symbol] = [
      .init(name: "function", value: 4), .init(name: "label", value: 4, type: 0),
      .init(name: "object", value: 4, type: 1),
    ]
    #expect(try table(symbols).describe(4) == "function")
    #expect(try table(symbols.reversed()).describe(4) == "function")
    #expect(try table(Array(symbols.dropFirst())).describe(5) == "label+0x1")
  }

  @Test func knowsSwiftsNamesFromMappingSymbols() throws {
    let table = try table([
      .init(name: "$x", value: 4, type: 0), .init(name: "$d.3", value: 8, type: 0),
      .init(name: "$e4Nest9SchedulerO5beginyyFZ", value: 12), .init(name: "$s4main1fyyF", value: 16),
    ])
    #expect(table.count == 2)
    #expect(table.describe(14) == "$e4Nest9SchedulerO5beginyyFZ+0x2")
    #expect(table.symbol(named: "$s4main1fyyF")?.address == 16)
  }

  @Test func leavesOutWhatNamesNoAddress() throws {
    let table = try table([
      .init(name: "undefined", value: 4, section: 0), .init(name: "file.c", value: 4, type: 4),
      .init(name: ".text", value: 4, type: 3), .init(name: ".L1", value: 4, type: 0), .init(name: "", value: 4),
      .init(name: "$xrv32i", value: 4, type: 0), .init(name: "constant", value: 4, section: 0xFFF1),
    ])
    #expect(table.count == 1)
    #expect(table.symbol(named: "constant")?.address == 4)
    #expect(table.nearest(to: 4) == nil)
  }

  @Test func isEmptyForAStrippedFile() throws {
    let elf = try ELFFile(ELFBuilder().bytes, file: "a.elf")
    #expect(try elf.symbols().count == 0)
    #expect(try elf.attributes() == nil)
  }

  @Test func keepsControlCharactersOutOfNames() throws {
    let table = try table([.init(name: "a\u{1B}[2Jb\u{9B}c\n", value: 4)])
    #expect(table.describe(4) == "a?[2Jb?c?")
  }

  @Test func cutsEndlessNames() throws {
    let table = try table([.init(name: String(repeating: "n", count: 100_000), value: 4)])
    #expect(table.describe(4)?.count == 1024)
  }

  @Test func survivesAStringTableWithoutAnEnd() throws {
    let table = try table([.init(name: "a", value: 4), .init(name: "b", value: 8)]) { $0.strings = [0x61, 0x62, 0x63] }
    #expect(table.describe(4) == "bc")
    #expect(table.symbol(named: "bc") == nil)
    #expect(table.count == 1)
  }

  /// 50,000 symbols share one name of a megabyte: neither reading nor looking up may copy or scan it for each.
  @Test(.timeLimit(.minutes(1))) func survivesManySymbolsWithOneEnormousName() throws {
    let symbols = (0..<50_000).map { ELFBuilder.Symbol(name: "", value: UInt32($0)) }
    var builder = ELFBuilder.typical
    builder.symbols = symbols
    builder.strings = Array(repeating: 0x6E, count: 1 << 20)
    let table = try ELFFile(builder.bytes, file: "a.elf").symbols()
    #expect(table.count == 50_000)
    #expect(table.symbol(named: String(repeating: "n", count: 5000)) == nil)
    #expect(table.nearest(to: 100)?.offset == 0)
  }

  @Test func refusesDamagedTables() throws {
    var wrongSize = ELFBuilder.typical
    wrongSize.symbolEntrySize = 24
    var wrongLink = ELFBuilder.typical
    wrongLink.sections.insert(.init(name: ".symtab", type: 2, contents: [0], link: 1, entrySize: 16), at: 0)
    var outside = ELFBuilder.typical
    outside.sections.insert(
      .init(name: ".symtab", type: 2, contents: [], link: 4, entrySize: 16, offset: 0xFFFF_FF00, size: 0x1000), at: 0)
    let cases: [(ELFBuilder, String)] = [
      (wrongSize, "a.elf: symbol table: sh_entsize is 24, expected 16"),
      (wrongLink, "a.elf: symbol table: sh_link is 1, expected the number of a string table section"),
    ]
    for (builder, message) in cases {
      let elf = try ELFFile(builder.bytes, file: "a.elf")
      let error = try error { () throws(ImageError) in try elf.symbols() }
      #expect(error.description == message)
    }
    // libelf finds this one, and says so in its own words.
    let elf = try ELFFile(outside.bytes, file: "a.elf")
    let error = try error { () throws(ImageError) in try elf.symbols() }
    guard case .libelf("a.elf", "reading the symbol table", let words) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(!words.isEmpty && words != "no error")
    #expect(error.description == "a.elf: damaged ELF: reading the symbol table: \(words)")
  }
}
