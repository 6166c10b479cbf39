import Boards
import Testing

@Suite struct ClockRateTests {
  @Test(
    arguments: [
      ("1", 1_000_000), ("100", 100_000_000), ("100MIPS", 100_000_000), ("100 mips", 100_000_000),
      ("62.5MIPS", 62_500_000), ("33.333333", 33_333_333), ("1GIPS", 1_000_000_000), ("2.5 GIPS", 2_500_000_000),
      ("0.001GIPS", 1_000_000), ("100000", 100_000_000_000), ("100gips", 100_000_000_000), ("007", 7_000_000),
    ] as [(String, UInt64)])
  func ratesAreReadExactly(text: String, expected: UInt64) throws {
    #expect(try ClockRate(parsing: text).instructionsPerSecond == expected)
  }

  @Test(
    arguments: [
      "", "MIPS", ".5", "5.", "1..2", "1.2.3", "-1", "+1", "1e3", "1 KIPS", "1MIPS ", "0x10", "١", "1,5", "100%", " 1",
    ])
  func whatIsNoRateIsRefused(text: String) {
    #expect(throws: QuantityError.notARate) { try ClockRate(parsing: text) }
  }

  @Test(arguments: ["0", "0.999999", "100001", "100.1GIPS", "1.0000001", "99999999999999999999999", "0.0000000001GIPS"])
  func whatNoMachineCanHaveIsRefused(text: String) {
    #expect(throws: QuantityError.rateOutOfRange) { try ClockRate(parsing: text) }
  }

  @Test(arguments: [1_000_000, 1_000_001, 33_333_333, 62_500_000, 100_000_000, 100_000_000_000] as [UInt64])
  func whatIsWrittenCanBeReadAgain(rate: UInt64) throws {
    let rate = try #require(ClockRate(instructionsPerSecond: rate))
    #expect(try ClockRate(parsing: rate.description) == rate)
  }

  @Test func theRangeIsKept() {
    #expect(ClockRate(instructionsPerSecond: 999_999) == nil)
    #expect(ClockRate(instructionsPerSecond: 100_000_000_001) == nil)
    #expect(ClockRate(clamping: 5) == ClockRate.range.lowerBound)
    #expect(ClockRate.range.contains(.standard))
  }

  @Test func aRateIsForVirtualTimeOnly() {
    var description = MachineDescription()
    description.clockRate = .standard
    #expect(throws: DescriptionError.rateOfHostClock(.standard)) { try description.configuration() }
    description.clock = .virtual
    #expect(throws: Never.self) { try description.configuration() }
  }
}
