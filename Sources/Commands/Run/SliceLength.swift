/// How many instructions to run before looking after the console again.
package struct SliceLength {
  /// What one slice should take.
  package static let target: UInt64 = 1_000_000
  private static let range: ClosedRange<UInt64> = 10_000...4_000_000

  package private(set) var instructions: UInt64 = 100_000
  /// Fixed under virtual time, so that a run depends on its inputs alone.
  let isFixed: Bool

  package init(isFixed: Bool) { self.isFixed = isFixed }

  /// Learns from a slice that took this many nanoseconds, in full.
  package mutating func adapt(toDuration nanoseconds: UInt64) {
    guard !isFixed else { return }
    let wanted = instructions * Self.target / max(nanoseconds, 1)
    // Half way, so that one slice that the host interrupted does not count for much.
    instructions = min(max((instructions + wanted) / 2, Self.range.lowerBound), Self.range.upperBound)
  }
}
