/// How fast a guest runs on this host, learned from how long it took, to say how many instructions fit into a time.
///
/// A new speed counts in full when the guest became slower, so that no second stretch takes too long, and half when it
/// became faster, so that one stretch of cheap instructions does not count for much.
package struct Pace: Sendable {
  /// What one stretch should take at most, in nanoseconds.
  package static let longestStretch: UInt64 = 50_000
  /// Time too short to start another stretch for, in nanoseconds.
  package static let shortestStretch: UInt64 = 2_000
  /// Instructions of one stretch; the upper bound is a hart's longest turn.
  package static let range: ClosedRange<UInt64> = 64...VirtMachine.longestTurn

  /// What an instruction takes, in units of 2⁻¹⁰ nanoseconds.
  private var cost: UInt64 = 4 << 10

  package init() {}

  /// What `Hart.run` may spend in slow paths when so much time is left, in units of ten nanoseconds.
  package static func effort(for nanoseconds: UInt64) -> Int {
    Int(truncatingIfNeeded: max(min(nanoseconds, longestStretch) / 10, range.lowerBound))
  }

  /// How many instructions to run at once when so much time is left.
  package func instructions(for nanoseconds: UInt64) -> UInt64 {
    let wanted = (min(nanoseconds, Self.longestStretch) << 10) / max(cost, 1)
    return min(max(wanted, Self.range.lowerBound), Self.range.upperBound)
  }

  /// Learns from a stretch of some instructions.
  package mutating func learn(instructions: UInt64, nanoseconds: UInt64) {
    // A few instructions tell more about the clock than about the guest.
    guard instructions >= Self.range.lowerBound / 2 else { return }
    let seen = min((min(nanoseconds, 1 << 40) << 10) / instructions, 1 << 30)
    cost = seen >= cost ? seen : (cost &+ seen) / 2
  }
}
