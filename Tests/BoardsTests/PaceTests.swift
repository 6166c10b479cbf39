import Boards
import Testing

@Suite struct PaceTests {
  @Test(arguments: [1, 2, 10, 50, 500] as [UInt64])
  func findsHowManyInstructionsFit(nanosecondsEach: UInt64) {
    var pace = Pace()
    for _ in 0..<30 {
      let count = pace.instructions(for: 50_000)
      pace.learn(instructions: count, nanoseconds: count * nanosecondsEach)
    }
    let most = Pace.range.upperBound
    let wanted = min(50_000 / nanosecondsEach, most)
    #expect((wanted * 95 / 100...wanted * 105 / 100).contains(pace.instructions(for: 50_000)))
    let half = max(min(25_000 / nanosecondsEach, most), 64)
    #expect((half * 95 / 100...half * 105 / 100).contains(pace.instructions(for: 25_000)))
  }

  @Test func staysInRange() {
    var pace = Pace()
    for _ in 0..<60 { pace.learn(instructions: 20_000, nanoseconds: 0) }
    #expect(pace.instructions(for: .max) == Pace.range.upperBound)
    for _ in 0..<3 { pace.learn(instructions: 64, nanoseconds: .max) }
    #expect(pace.instructions(for: .max) == 64 && pace.instructions(for: 0) == 64)
    pace.learn(instructions: 0, nanoseconds: 1)
  }

  /// One stretch that took too long must not be followed by another.
  @Test func slowsDownAtOnceAndRecoversSoon() {
    var pace = Pace()
    for _ in 0..<20 { pace.learn(instructions: 20_000, nanoseconds: 40_000) }
    pace.learn(instructions: 20_000, nanoseconds: 4_000_000)
    #expect(pace.instructions(for: 50_000) <= 250)
    for _ in 0..<12 {
      let count = pace.instructions(for: 50_000)
      pace.learn(instructions: count, nanoseconds: count * 2)
    }
    #expect(pace.instructions(for: 50_000) > 19_000)
  }
}
