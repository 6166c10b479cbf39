import Commands
import Control
import Testing

@Suite struct TextTableTests {
  @Test func columnsAreAligned() {
    var table = TextTable([("NAME", .left), ("N", .right), ("", .left)])
    table.add(["a", "100", "first"])
    table.add(["longer", "7", ""])
    #expect(table.lines == ["NAME      N", "a       100  first", "longer    7"])
  }

  @Test(
    arguments: [
      (0, "0s"), (1, "0us"), (1500, "2us"), (999_499, "999us"), (999_500, "1.0ms"), (12_340_000, "12.3ms"),
      (999_960_000, "1.0s"), (59_900_000_000, "59.9s"), (60_000_000_000, "1m00s"), (3_599_000_000_000, "59m59s"),
      (3_660_000_000_000, "1h01m"), (90_000_000_000_000, "1d01h"), (.max, "213503d23h"),
    ] as [(UInt64, String)])
  func times(nanoseconds: UInt64, text: String) {
    #expect(Quantity.time(nanoseconds: nanoseconds) == text)
  }

  @Test(
    arguments: [
      (0, "0"), (1023, "1023"), (1024, "1.0K"), (1_048_575, "1.0M"), (64 << 20, "64.0M"), (3 << 29, "1.5G"),
      (.max, "16777216.0T"),
    ] as [(UInt64, String)])
  func sizes(bytes: UInt64, text: String) {
    #expect(Quantity.bytes(bytes) == text)
  }

  @Test func numbersThatAreNone() {
    #expect(Quantity.decimal(.nan, places: 1) == "-")
    #expect(Quantity.decimal(.infinity, places: 1) == "-")
    #expect(Quantity.decimal(-0.04, places: 1) == "0.0")
    #expect(Quantity.decimal(1e300, places: 1) == "100000000000000000.0")
  }

  @Test func theSummaryTellsWhatEachGuestGot() {
    var busy = GuestRecord(name: "busy", state: "stopped")
    busy.uptimeNs = 2_000_000_000
    busy.cpuTimeNs = 1_500_000_000
    busy.instructions = 300_000_000
    busy.consoleBytes = 2048
    var hostile = GuestRecord(name: "hostile", state: "failed")
    hostile.cpuTimeNs = 500_000_000
    hostile.reason = "the guest hangs:\u{1B}[2J x"
    let lines = StatusTables.summary([busy, hostile]).lines
    #expect(lines.count == 3)
    for word in ["busy", "stopped", "2.0s", "1.5s", "200.0", "75.0 %", "2.0K"] { #expect(lines[1].contains(word)) }
    #expect(lines[2].hasSuffix("the guest hangs: x"))
  }
}
