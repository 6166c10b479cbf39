#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import SystemBus

/// Machine time that follows the host's monotonic clock, from zero when the machine was made, or from a saved time.
public final class HostClock: MachineClock {
  @exclusivity(unchecked) private var start: UInt64

  public init() { start = Self.read(CLOCK_MONOTONIC) }

  /// The host's monotonic clock, in nanoseconds since some time before.
  package static var monotonic: UInt64 { read(CLOCK_MONOTONIC) }

  public var now: Ticks { (Self.read(CLOCK_MONOTONIC) &- start) / 100 }
  public var wallClockNanoseconds: UInt64 { Self.read(CLOCK_REALTIME) }

  func save(to encoder: inout StateEncoder) {
    encoder.section("host clock", version: 1)
    encoder.encode(now)
  }

  /// Goes on from the saved time: the guest does not see how long its state lay somewhere.
  func restore(from decoder: inout StateDecoder) throws(StateError) {
    try decoder.section("host clock", newest: 1)
    let now = try decoder.decode(Ticks.self)
    guard now <= Ticks.max / 100 else { throw decoder.invalid("now") }
    start = Self.read(CLOCK_MONOTONIC) &- now &* 100
  }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(bitPattern: Int64(time.tv_sec)) &* 1_000_000_000 &+ UInt64(bitPattern: Int64(time.tv_nsec))
  }
}
