import Boards
import Monitor

extension GuestRecord {
  /// How a guest stands now.
  /// - Parameter processorPercent: of one core, lately.
  init(_ guest: Guest, _ statistics: GuestStatistics, processorPercent: Double) {
    let description = guest.description
    self.init(name: guest.name, state: statistics.lifecycle.word)
    reason = statistics.lifecycle.reason
    isolation = description.isolation.rawValue
    harts = description.machine.harts
    weight = description.share.weight
    latency = description.share.latency.rawValue
    uptimeNs = statistics.uptime
    instructions = statistics.instructions
    mips = rounded(statistics.mips)
    cpuTimeNs = statistics.processorTime
    cpuPercent = rounded(processorPercent)
    stealNs = statistics.steal
    slices = statistics.slices
    wakeups = statistics.wakeups
    wakeLatencyNs = LatencyRecord(statistics.wakeLatency)
    memoryBytes = statistics.memorySize
    residentBytes = statistics.memory.resident
    touchedBytes = statistics.memory.touched
    consoleBytes = statistics.consoleBytes
    consoleDroppedBytes = statistics.consoleDropped
    restarts = statistics.restarts
    take(statistics.machine)
  }

  private mutating func take(_ machine: MachineStatistics) {
    resets = machine.resets
    for (cause, count) in machine.traps.enumerated() where count > 0 {
      traps[Self.trapNames[cause] ?? "cause \(cause)", default: 0] &+= count
    }
    for (number, count) in machine.interrupts.enumerated() where count > 0 {
      interrupts[Self.interruptNames[number] ?? "interrupt \(number)", default: 0] &+= count
    }
    for device in machine.deviceAccesses { deviceAccesses[device.device, default: 0] &+= device.reads &+ device.writes }
  }

  private static let trapNames: [Int: String] = [
    0: "instruction address misaligned", 1: "instruction access fault", 2: "illegal instruction", 3: "breakpoint",
    4: "load address misaligned", 5: "load access fault", 6: "store address misaligned", 7: "store access fault",
    8: "ecall from U-mode", 9: "ecall from S-mode", 11: "ecall from M-mode", 12: "instruction page fault",
    13: "load page fault", 15: "store page fault", 16: "other",
  ]
  private static let interruptNames: [Int: String] = [
    1: "supervisor software", 3: "machine software", 5: "supervisor timer", 7: "machine timer",
    9: "supervisor external", 11: "machine external", 13: "counter overflow",
  ]
}

extension GuestRecord {
  /// Whether nothing more happens to a guest in this state unless somebody asks for it.
  public static func isOver(_ state: String) -> Bool {
    [Lifecycle.created, .stopped, .failed(reason: "")].contains { $0.word == state }
  }
}

extension LatencyRecord {
  init(_ summary: LatencySummary) {
    self.init()
    count = summary.count
    p50 = summary.median
    p99 = summary.p99
    p999 = summary.p999
    max = summary.maximum
  }
}

extension MonitorRecord {
  init(_ statistics: MonitorStatistics, fleet: String, process: Int32) {
    self.init(fleet: fleet)
    self.process = process
    uptimeNs = statistics.uptime
    workers = statistics.workers
    memoryLimitBytes = statistics.memoryLimit
    memoryAdmittedBytes = statistics.memoryAdmitted
  }
}

/// To a thousandth; what is no number is 0.
func rounded(_ value: Double) -> Double { value.isFinite ? (value * 1000).rounded() / 1000 : 0 }
