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
  /// When the clock was stopped; nil while it runs.
  @exclusivity(unchecked) private var heldSince: UInt64?

  public init() { start = HostTime.now }

  public var now: Ticks { ((heldSince ?? HostTime.now) &- start) / 100 }
  public var wallClockNanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(bitPattern: Int64(time.tv_sec)) &* 1_000_000_000 &+ UInt64(bitPattern: Int64(time.tv_nsec))
  }

  /// Stops the clock until `release`.
  func hold() { if heldSince == nil { heldSince = HostTime.now } }

  func release() {
    guard let heldSince else { return }
    start &+= HostTime.now &- heldSince
    self.heldSince = nil
  }

  func save(to encoder: inout StateEncoder) {
    encoder.section("host clock", version: 1)
    encoder.encode(now)
  }

  /// Goes on from the saved time: the guest does not see how long its state lay somewhere.
  func restore(from decoder: inout StateDecoder) throws(StateError) {
    try decoder.section("host clock", newest: 1)
    let now = try decoder.decode(Ticks.self)
    guard now <= Ticks.max / 100 else { throw decoder.invalid("now") }
    start = (heldSince ?? HostTime.now) &- now &* 100
  }
}
