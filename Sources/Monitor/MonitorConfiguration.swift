import CHost

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a monitor has of the host.
public struct MonitorConfiguration: Sendable {
  /// Threads that run guests, 1…256.
  public var workers: Int
  /// Bytes of RAM that all guests may have together.
  public var memoryLimit: UInt64
  /// How long a normal guest runs before another gets its turn, in nanoseconds.
  public var slice: UInt64 = 1_000_000
  /// Makes the machines of guests with isolation `thread`.
  public var threadExecution: ExecutionFactory
  /// Makes the machines of guests with isolation `process`; nil where that cannot be done.
  public var processExecution: ExecutionFactory?
  /// The same for those that go on from a snapshot.
  public var processRestoration: RestorationFactory?
  /// Milliseconds before the restart that follows so many others in a row. Tests have their own.
  package var backOff: @Sendable (UInt32) -> UInt64 = { RestartPolicy.backOff(after: $0) }

  public init() {
    workers = Self.hostCores
    memoryLimit = Self.hostMemory
    threadExecution = ThreadExecution.factory()
  }

  /// Cores that this process may use.
  public static var hostCores: Int {
    let allowed = Int(chost_core_count())
    if allowed > 0 { return min(allowed, 256) }
    return min(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1), 256)
  }

  /// Bytes of memory of the host.
  public static var hostMemory: UInt64 {
    let pages = UInt64(clamping: sysconf(Int32(_SC_PHYS_PAGES)))
    return pages.multipliedReportingOverflow(by: UInt64(clamping: sysconf(Int32(_SC_PAGESIZE)))).partialValue
  }
}
