import Scenarios
import Testing

@Suite struct VirtualTimeTests {
  @Test(
    arguments: [("1us", 10), ("250ms", 2_500_000), ("10s", 100_000_000), ("5m", 3_000_000_000), ("1h", 36_000_000_000)]
      as [(String, UInt64)])
  func readsTimes(text: String, ticks: UInt64) throws {
    let time = try #require(VirtualTime(parsing: text))
    #expect(time.ticks == ticks)
    #expect(time.description == text)
  }

  @Test(arguments: ["", "1", "s", "0s", "-1s", "1.5s", "1 s", "9999999999h", "1d", "99999999999999999999s"])
  func refusesOthers(text: String) { #expect(VirtualTime(parsing: text) == nil) }

  @Test func tellsTimesThatNobodyWrites() {
    #expect(VirtualTime(ticks: 0).description == "0s")
    #expect(VirtualTime(ticks: 12_345).description == "1234.5us")
    #expect(VirtualTime.seconds(.max).ticks == 366 * 24 * 3600 * 10_000_000)
  }
}
