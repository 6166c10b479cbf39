// Time, and one interrupt at a deadline. There is no regular tick: the deadline is set to when something is next due.

enum Clock {
  /// The board's clock runs at 10 MHz.
  static var ticksPerMillisecond: UInt64 { 10_000 }
  static var never: UInt64 { .max }

  nonisolated(unsafe) private static var comparesItself = false
  nonisolated(unsafe) private static var deadline: UInt64 = .max

  /// A hart with Sstc has stimecmp; on others the firmware sets the timer.
  static func start() {
    comparesItself = has_stimecmp() != 0
    set(never)
    write_scounteren(7)  // programs may read cycle, time and instret
    write_sie(Interrupt.timer | Interrupt.external)
  }

  /// Ticks since the machine started. Read in two halves: again if the low half wrapped between them.
  static var now: UInt64 {
    while true {
      let high = read_timeh()
      let low = read_time()
      if read_timeh() == high { return UInt64(high) << 32 | UInt64(low) }
    }
  }

  /// Milliseconds since the machine started, modulo 2^31. RV32 divides 32 bits: 2^32 is 429,496 times 10,000 and 7,296.
  static var milliseconds: UInt32 {
    let now = now
    let low = UInt32(truncatingIfNeeded: now)
    let high = UInt32(truncatingIfNeeded: now >> 32)
    return (high &* 429_496 &+ low / 10_000 &+ (high &* 7_296 &+ low % 10_000) / 10_000) & 0x7FFF_FFFF
  }

  static func wake(at time: UInt64) {
    if time != deadline { set(time) }
  }

  private static func set(_ time: UInt64) {
    deadline = time
    let low = UInt32(truncatingIfNeeded: time)
    let high = UInt32(truncatingIfNeeded: time >> 32)
    if comparesItself {
      write_stimecmp(low, high)
    } else {
      _ = sbi_call(SBIExtension.timer.rawValue, 0, low, high)
    }
  }
}

/// Bits of sie and sip.
enum Interrupt {
  static var timer: UInt32 { 1 << 5 }
  static var external: UInt32 { 1 << 9 }
}
