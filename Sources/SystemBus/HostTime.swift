import CHost

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The host's clocks, in nanoseconds. Parts of a machine never read them: their time comes from a `TimeSource`.
public enum HostTime {
  /// Since some moment in the past; never decreases.
  public static var now: UInt64 { read(CLOCK_MONOTONIC) }

  /// A counter of the processor's, of no particular unit, that is cheaper to read than `now`.
  @inline(__always) package static var ticks: UInt64 {
    #if arch(x86_64) || arch(arm64)
      chost_ticks()
    #else
      now
    #endif
  }

  /// Processor time that the calling thread has used.
  public static var threadProcessorTime: UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

  /// Processor time that all threads of this process have used.
  public static var processorTime: UInt64 { read(CLOCK_PROCESS_CPUTIME_ID) }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(bitPattern: Int64(time.tv_sec)) &* 1_000_000_000 &+ UInt64(bitPattern: Int64(time.tv_nsec))
  }
}
