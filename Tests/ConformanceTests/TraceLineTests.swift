import ConformanceKit
import Testing

@Suite struct TraceLineTests {
  private func parse(_ text: String) -> TraceLine? {
    Array(text.utf8).withUnsafeBytes { TraceLine($0) }
  }

  @Test func registersAndLoad() throws {
    let line = try #require(parse("core   0: 3 0x8000005a (0xffe3a283) x5  0x00010000 mem 0x8000fffe"))
    #expect(line.privilege == 3)
    #expect(line.pc == 0x8000_005A)
    #expect(line.length == 4)
    #expect(line.writes == [.integer(5): 0x10000])
    #expect(line.accesses.map(\.address) == [0x8000_FFFE])
    #expect(line.accesses.first?.stored == nil)
  }

  @Test func atomicHasTwoAccesses() throws {
    let line = try #require(
      parse("core   1: 0 0x80000084 (0x0053a2af) x5  0x00010002 mem 0x80010000 mem 0x80010000 0x00020002"))
    #expect(line.hart == 1)
    #expect(line.accesses.map(\.stored?.value) == [nil, 0x20002])
    #expect(line.accesses.map(\.stored?.bytes) == [nil, 4])
  }

  @Test func floatingPointWithFlags() throws {
    let line = try #require(
      parse("core   0: 1 0x80000136 (0x4505) c1_fflags 0x00000010 f10 0xffffffff7fc00000 c768_mstatus 0x80006000"))
    #expect(line.length == 2)
    #expect(line.writes == [.csr(1): 0x10, .float(10): 0xFFFF_FFFF_7FC0_0000, .csr(768): 0x8000_6000])
  }

  @Test(arguments: ["", "core", "core   0: 3 0x80000000", "core   0: 3 0x80000000 (0x13) y5 0x1", "warning: something"])
  func otherTextIsRefused(_ text: String) {
    #expect(parse(text) == nil)
  }
}
