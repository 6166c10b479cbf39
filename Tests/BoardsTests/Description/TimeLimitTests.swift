import Boards
import Testing

@Suite struct TimeLimitTests {
  @Test(
    arguments: [
      ("1ms", 1_000_000), ("500ms", 500_000_000), ("30s", 30_000_000_000), ("5m", 300_000_000_000),
      ("1h", 3_600_000_000_000),
    ] as [(String, UInt64)])
  func readsTimes(text: String, nanoseconds: UInt64) throws {
    let limit = try TimeLimit(parsing: text)
    #expect(limit.nanoseconds == nanoseconds)
    #expect(limit.description == text)
  }

  @Test(arguments: ["", "30", "s", "-1s", "1.5s", "1 s", "10us", "1S"])
  func refusesWhatIsNoTime(text: String) {
    #expect(throws: QuantityError.notATime) { try TimeLimit(parsing: text) }
  }

  @Test(arguments: ["0s", "99999999999h", "18446744073709551616s"])
  func refusesWhatIsOutOfRange(text: String) {
    #expect(throws: QuantityError.timeOutOfRange) { try TimeLimit(parsing: text) }
  }

  @Test func writesTheLargestUnit() throws {
    #expect(try TimeLimit(parsing: "60s").description == "1m")
    #expect(try TimeLimit(parsing: "90s").description == "90s")
  }
}
