/// Lets so many bytes a second through, and more at once after a quiet time.
package struct RateGate {
  /// Bytes a nanosecond.
  private let rate: Double
  private let burst: Double
  private var allowed: Double
  private var filledAt: UInt64?
  /// It has dropped something, and waits until it is worth while to let something through again: whoever floods is cut
  /// into few long pieces rather than many short ones.
  private var isShut = false

  /// Nanoseconds at its rate after which something passes again.
  private static let pause: Double = 250_000_000

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
    if isShut, allowed < min(burst, rate * Self.pause) { return 0 }
    let admitted = allowed >= Double(count) ? count : Int(allowed)
    allowed -= Double(admitted)
    isShut = admitted < count
    return admitted
  }
}
