import Boards

/// What a guest was last seen to have done.
struct Progress {
  /// Of its present machine.
  var machine = MachineStatistics()
  /// Instructions of the machines before.
  private var earlier: UInt64 = 0
  var memory = MemoryUse()
  /// Until when it has nothing to do; nil while it has.
  private(set) var idleUntil: UInt64?
  /// When its machine was started, and when it ended, by `HostTime.now`.
  private(set) var startedAt: UInt64?
  private(set) var endedAt: UInt64?
  /// How its last machine ended, if it did so by itself.
  var end: MachineEnd?
  /// Times the monitor has started it again.
  var restarts: UInt64 = 0
  private var meter = Meter()

  /// Of all its machines.
  var instructions: UInt64 { earlier &+ machine.instructions }

  mutating func machineStarted(at now: UInt64) {
    earlier = instructions
    machine = MachineStatistics()
    idleUntil = nil
    end = nil
    (startedAt, endedAt) = (now, nil)
    memory = MemoryUse()
  }

  mutating func machineEnded(at now: UInt64) {
    if startedAt != nil, endedAt == nil { endedAt = now }
    idleUntil = nil
  }

  mutating func update(_ statistics: MachineStatistics, idleUntil: UInt64?, now: UInt64) {
    machine = statistics
    self.idleUntil = idleUntil
    meter.update(instructions, now: now)
  }

  /// Instructions a second over about the last second.
  func speed(now: UInt64) -> Double { meter.rate(instructions, now: now) }
}

/// How fast a counter has grown lately.
struct Meter {
  private var start: (count: UInt64, time: UInt64)?
  /// Of the last whole interval.
  private var last: Double = 0

  private static let interval: UInt64 = 500_000_000

  mutating func update(_ count: UInt64, now: UInt64) {
    guard let start else { return self.start = (count, now) }
    guard now &- start.time >= Self.interval else { return }
    last = Self.rate(count &- start.count, now &- start.time)
    self.start = (count, now)
  }

  /// A second.
  func rate(_ count: UInt64, now: UInt64) -> Double {
    guard let start else { return 0 }
    // Whoever has been quiet for long has no recent interval but this one.
    let elapsed = now &- start.time
    return elapsed >= 2 * Self.interval ? Self.rate(count &- start.count, elapsed) : last
  }

  private static func rate(_ count: UInt64, _ nanoseconds: UInt64) -> Double {
    nanoseconds > 0 ? Double(count) * 1e9 / Double(nanoseconds) : 0
  }
}
