import Monitor
import SystemBus

/// How much processor time guests took lately. It learns whenever it is asked.
struct ProcessorMeter: Sendable {
  private struct Sample {
    var time: UInt64
    var used: UInt64
    /// Of the interval before.
    var percent: Double
  }

  private var samples: [String: Sample] = [:]

  private static let interval: UInt64 = 500_000_000

  /// Percent of one core that a guest used over about the last second.
  /// - Parameters:
  ///   - used: nanoseconds of processor time that it has used until `now`.
  ///   - uptime: nanoseconds for which it has run.
  mutating func percent(of guest: String, used: UInt64, uptime: UInt64, now: UInt64) -> Double {
    guard let sample = samples[guest], used >= sample.used else {
      let percent = Self.percent(used, of: uptime)
      samples[guest] = Sample(time: now, used: used, percent: percent)
      return percent
    }
    let elapsed = now &- sample.time
    guard elapsed >= Self.interval else { return sample.percent }
    let percent = Self.percent(used - sample.used, of: elapsed)
    samples[guest] = Sample(time: now, used: used, percent: percent)
    return percent
  }

  private static func percent(_ part: UInt64, of whole: UInt64) -> Double {
    whole > 0 ? Double(part) / Double(whole) * 100 : 0
  }
}
