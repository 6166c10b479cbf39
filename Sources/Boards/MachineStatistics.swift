import HartEngine
import SystemBus

/// What a machine has done since it was made, over all of its harts and resets.
public struct MachineStatistics: Sendable, Codable, Equatable {
  /// Accesses by harts to one device, or to several of one kind.
  public struct DeviceAccesses: Sendable, Codable, Equatable {
    public var device: String
    public var reads: UInt64
    public var writes: UInt64

    public init(device: String, reads: UInt64, writes: UInt64) {
      self.device = device
      self.reads = reads
      self.writes = writes
    }
  }

  /// Instructions retired.
  public var instructions: UInt64 = 0
  /// Exceptions by cause code 0…15, and at 16 all others.
  public var traps = [UInt64](repeating: 0, count: 17)
  /// Interrupts by number 0…15.
  public var interrupts = [UInt64](repeating: 0, count: 16)
  /// Times a hart went to wait for an interrupt.
  public var waits: UInt64 = 0
  /// Times the machine was reset, by the guest or from outside, after its start.
  public var resets: UInt64 = 0
  /// Only the devices that have been accessed.
  public var deviceAccesses: [DeviceAccesses] = []
  public var blocksDecoded: UInt64 = 0
  /// Times all decoded code was dropped because there was no more room.
  public var codeCacheFlushes: UInt64 = 0
  /// The trace hash (docs/TRACE.md), and how many events are in it; nil under host time.
  public var traceHash: UInt64?
  public var traceEvents: UInt64?

  public init() {}
}

extension VirtMachine {
  /// Counters since the machine was made. Only whoever runs the machine may read them, between slices.
  public var statistics: MachineStatistics {
    var sum = MachineStatistics()
    for hart in harts {
      let tally = hart.tally
      sum.instructions &+= tally.instructions
      sum.waits &+= tally.waits
      for cause in tally.traps.indices { sum.traps[cause] &+= tally.traps[cause] }
      for number in tally.interrupts.indices { sum.interrupts[number] &+= tally.interrupts[number] }
    }
    sum.resets = UInt64(clamping: resets)
    sum.deviceAccesses = bus.devices.filter { $0.reads | $0.writes != 0 }.map {
      .init(device: $0.device.name, reads: $0.reads, writes: $0.writes)
    }
    sum.blocksDecoded = UInt64(clamping: codeCache.blocksBuilt)
    sum.codeCacheFlushes = UInt64(clamping: codeCache.flushes)
    sum.traceHash = traceHash?.value
    sum.traceEvents = traceHash?.events
    return sum
  }
}
