#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import SystemBus

/// Machine time that follows the host's monotonic clock, from zero when the machine was made.
public final class HostClock: TimeSource {
  private let start: UInt64

  public init() { start = Self.read(CLOCK_MONOTONIC) }

  public var now: Ticks { (Self.read(CLOCK_MONOTONIC) &- start) / 100 }
  public var wallClockNanoseconds: UInt64 { Self.read(CLOCK_REALTIME) }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(bitPattern: Int64(time.tv_sec)) &* 1_000_000_000 &+ UInt64(bitPattern: Int64(time.tv_nsec))
  }
}
