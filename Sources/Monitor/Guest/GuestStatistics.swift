import Boards
import SystemBus

/// What a guest has used, got and done. Times are in nanoseconds.
public struct GuestStatistics: Codable, Equatable, Sendable {
  public var name: String
  public var lifecycle: Lifecycle
  /// Since its machine was started, or between its start and its end.
  public var uptime: UInt64
  /// Of all its machines.
  public var instructions: UInt64
  /// Million instructions a second, over about the last second.
  public var mips: Double
  public var processorTime: UInt64
  /// Wanted to run and did not, for other guests or its cap.
  public var steal: UInt64
  public var slices: UInt64
  public var wakeups: UInt64
  /// From the moment at which it should have been woken until it ran.
  public var wakeLatency: LatencySummary
  /// Of its present or last machine.
  public var machine: MachineStatistics
  public var memory: MemoryUse
  /// RAM, in bytes.
  public var memorySize: UInt64
  public var consoleBytes: UInt64
  public var consoleDropped: UInt64
  /// Times the monitor has started it again.
  public var restarts: UInt64
}

/// A histogram in a few numbers, in nanoseconds.
public struct LatencySummary: Codable, Equatable, Sendable {
  public var count: UInt64
  public var median: UInt64
  public var p99: UInt64
  public var p999: UInt64
  public var maximum: UInt64

  public init(_ histogram: LatencyHistogram) {
    count = histogram.count
    median = histogram.quantile(0.5)
    p99 = histogram.quantile(0.99)
    p999 = histogram.quantile(0.999)
    maximum = histogram.maximum
  }
}

extension Guest {
  /// How it stands now. Its memory is as it was measured last, at most once a second; asking has it measured again.
  public var statistics: GuestStatistics {
    let (lifecycle, progress, slot, now) = control.withLock { ($0.lifecycle, $0.progress, $0.slot, HostTime.now) }
    let accounts = slot.map { monitor.pool.accounts(of: $0) } ?? ProcessorAccounts()
    let uptime = progress.startedAt.map { (progress.endedAt ?? now) &- $0 } ?? 0
    return GuestStatistics(
      name: name, lifecycle: lifecycle, uptime: uptime, instructions: progress.instructions,
      mips: lifecycle.isAlive ? progress.speed(now: now) / 1e6 : 0, processorTime: accounts.used,
      steal: accounts.steal, slices: accounts.slices, wakeups: accounts.wakeups,
      wakeLatency: LatencySummary(accounts.wakeLatency), machine: progress.machine, memory: progress.memory,
      memorySize: description.machine.memory, consoleBytes: console.totalBytes,
      consoleDropped: console.droppedBytes, restarts: progress.restarts)
  }

  /// Has the guest's memory measured soon; a monitor's statistics then know.
  public func refreshMemory() {
    let slot = control.withLock { control -> Int? in
      guard control.lifecycle.isAlive, !control.wantsMemory else { return nil }
      control.wantsMemory = true
      control.errands.append(.measure)
      return control.slot
    }
    if let slot { monitor.pool.wake(slot, .chore) }
  }
}
