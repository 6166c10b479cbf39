/// What a capped guest may still use: a token bucket that is filled at the rate of the cap. What a slice used beyond it
/// is owed, so that the cap holds exactly in the long run.
struct Allowance {
  private let cap: ProcessorCap
  /// Nanoseconds of processor time, or instructions, a nanosecond.
  private let rate: Double
  private var tokens: Double
  private var filledAt: UInt64
  /// Instructions in a nanosecond, as seen lately: a cap in MIPS needs it to tell how long a slice may be.
  private var speed = 0.1

  /// Nanoseconds for which an idle guest can save up.
  private static let depth: Double = 50_000_000
  /// Nanoseconds for which a guest waits at least once it has used up what it may.
  private static let pause: Double = 2_000_000
  /// The shortest slice worth its while, in nanoseconds.
  private static let shortest: Double = 50_000

  init(_ cap: ProcessorCap, now: UInt64) {
    self.cap = cap
    switch cap {
    case .percent(let percent): rate = percent / 100
    case .mips(let mips): rate = mips / 1000
    }
    // What was not used before the start was not saved up.
    tokens = rate * Self.pause
    filledAt = now
  }

  mutating func fill(now: UInt64) {
    guard filledAt.precedes(now) else { return }
    tokens = min(tokens + Double(now &- filledAt) * rate, rate * Self.depth)
    filledAt = now
  }

  var isSpent: Bool { tokens <= 0 }

  /// Nanoseconds that the guest may run for now; 0 when nothing is left.
  var limit: UInt64 {
    guard tokens > 0 else { return 0 }
    let nanoseconds =
      switch cap {
      case .percent: tokens
      case .mips: tokens / speed
      }
    return UInt64(min(max(nanoseconds, Self.shortest), 1e9))
  }

  mutating func charge(nanoseconds: UInt64, instructions: UInt64) {
    if nanoseconds > 0 { speed = max(speed / 2 + Double(instructions) / Double(nanoseconds) / 2, 1e-6) }
    switch cap {
    case .percent: tokens -= Double(nanoseconds)
    case .mips: tokens -= Double(instructions)
    }
  }

  /// Nanoseconds until there is something worth running for.
  var wait: UInt64 { UInt64(min(max(Self.pause - tokens / rate, 0), 1e15)) }
}
