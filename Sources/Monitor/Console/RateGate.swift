/// Lets so many bytes a second through, and more at once after a quiet time.
package struct RateGate {
  private let rate: Double
  private let burst: Double
  private var allowed: Double
  private var filledAt: UInt64?

  /// - Parameters:
  ///   - rate: bytes a second.
  ///   - burst: bytes at once.
  package init(rate: UInt64, burst: UInt64) {
    self.rate = Double(rate) / 1e9
    self.burst = Double(burst)
    allowed = Double(burst)
  }

  /// How many of `count` bytes may pass at `now`, in nanoseconds.
  package mutating func admit(_ count: Int, now: UInt64) -> Int {
    if let filledAt, filledAt < now { allowed = min(allowed + Double(now - filledAt) * rate, burst) }
    filledAt = now
    let admitted = min(count, Int(max(allowed, 0)))
    allowed -= Double(admitted)
    return admitted
  }
}
