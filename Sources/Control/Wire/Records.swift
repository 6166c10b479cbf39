/// What is known of a guest at one moment. The names of its parts are those of `--json`, and stay; docs/CONTROL.md
/// explains each.
public struct GuestRecord: Codable, Equatable, Sendable {
  public var name: String
  public var state: String
  public var reason: String?
  public var isolation = "thread"
  public var harts = 1
  public var weight: UInt32 = 100
  public var latency = "normal"

  /// Nanoseconds since it was started last, while it is alive; how long it lived, afterwards.
  public var uptimeNs: UInt64 = 0
  public var instructions: UInt64 = 0
  /// Million instructions per second, over about the last second.
  public var mips: Double = 0
  public var cpuTimeNs: UInt64 = 0
  /// Of one core, over about the last second.
  public var cpuPercent: Double = 0
  /// Of what all guests got, over about the last second.
  public var sharePercent: Double = 0
  /// Nanoseconds for which it wanted to run and did not.
  public var stealNs: UInt64 = 0
  public var slices: UInt64 = 0
  public var wakeups: UInt64 = 0
  public var wakeLatencyNs = LatencyRecord()

  public var memoryBytes: UInt64 = 0
  public var residentBytes: UInt64 = 0
  public var touchedBytes: UInt64 = 0

  public var consoleBytes: UInt64 = 0
  public var consoleDroppedBytes: UInt64 = 0
  public var restarts: UInt64 = 0
  public var resets: UInt64 = 0

  /// By cause.
  public var traps: [String: UInt64] = [:]
  /// By cause.
  public var interrupts: [String: UInt64] = [:]
  /// Reads and writes of device registers, by device.
  public var deviceAccesses: [String: UInt64] = [:]

  public init(name: String, state: String) {
    self.name = name
    self.state = state
  }
}

/// How late a guest ran after something woke it, in nanoseconds.
public struct LatencyRecord: Codable, Equatable, Sendable {
  public var count: UInt64 = 0
  public var p50: UInt64 = 0
  public var p99: UInt64 = 0
  public var p999: UInt64 = 0
  public var max: UInt64 = 0

  public init() {}
}

/// What is known of the monitor itself.
public struct MonitorRecord: Codable, Equatable, Sendable {
  public var fleet: String
  public var process: Int32 = 0
  public var uptimeNs: UInt64 = 0
  public var workers = 0
  /// What guests may have as RAM together, and have.
  public var memoryLimitBytes: UInt64 = 0
  public var memoryAdmittedBytes: UInt64 = 0

  public init(fleet: String) { self.fleet = fleet }
}
