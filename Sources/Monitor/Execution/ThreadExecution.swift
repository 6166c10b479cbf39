import Boards
import HartEngine
import Peripherals
import Snapshots
import SystemBus

/// A machine in this process, in memory of its own, run by whichever worker has its slice.
public final class ThreadExecution: Execution {
  public let doorbell = Doorbell()
  private let machine: VirtMachine
  private let output = Output()
  private let input: TypedInput
  /// Kept so that other guests that begin the same can share it.
  private let shared: AnyObject

  init(_ description: GuestDescription, images: ImageStore.Shared) throws {
    shared = images
    machine = try VirtMachine(try description.machine.configuration(), console: output)
    input = TypedInput(for: machine.uart)
    try machine.start(images.images)
  }

  /// A machine that goes on from a snapshot, whose memory it shares as long as it does not change it.
  init(_ saved: SnapshotStore.Shared) throws {
    shared = saved
    machine = try VirtMachine(saved.guest.machine, console: output)
    input = TypedInput(for: machine.uart)
    input.append(saved.guest.typed)
  }

  /// Makes machines for as long as it is kept, sharing what equal boots have in common.
  public static func factory() -> ExecutionFactory {
    let store = ImageStore()
    return { description in
      try ThreadExecution(description, images: try store.images(for: description.boot))
    }
  }

  public func run(for nanoseconds: UInt64, until horizon: Ticks) -> SliceReport {
    let outcome = machine.run(for: nanoseconds, until: horizon, doorbell: doorbell)
    var report = SliceReport(outcome: SliceReport.Outcome(outcome, of: machine))
    report.virtualTime = machine.isTimeVirtual ? machine.now : 0
    report.waitsForInput = machine.isTimeVirtual && report.outcome == .idle(nanoseconds: nil)
    (report.output, report.dropped) = output.take()
    report.waitingInput = input.count
    report.statistics = machine.statistics
    return report
  }

  public func type(_ bytes: [UInt8]) { input.append(bytes) }
  public func reset() { machine.requestReset() }
  public func hold() { machine.holdTime() }
  public func release() { machine.releaseTime() }
  public func end() {}

  public func snapshot() throws -> SavedGuest {
    var saved = SavedGuest(try machine.snapshot())
    saved.typed = Array(input.waiting)
    return saved
  }

  public func measureMemory() -> MemoryUse {
    var use = MemoryUse()
    use.resident = UInt64(machine.residentBytes)
    use.touched = UInt64(machine.touchedBytes)
    return use
  }

  /// Gathers what the guest says during a slice.
  private final class Output: ConsoleSink {
    private var bytes: [UInt8] = []
    private var dropped: UInt64 = 0

    func write(_ byte: UInt8) {
      if bytes.count < SliceReport.outputLimit { bytes.append(byte) } else { dropped &+= 1 }
    }

    func take() -> ([UInt8], UInt64) {
      defer { (bytes, dropped) = ([], 0) }
      return (bytes, dropped)
    }
  }
}

extension SliceReport.Outcome {
  /// What a slice of `machine` came to, for a monitor that knows nothing of machine time.
  public init(_ outcome: SliceOutcome, of machine: VirtMachine) {
    switch outcome {
    case .ran: self = .ran
    case .ended(let end): self = .ended(end)
    case .idle(until: .max): self = .idle(nanoseconds: nil)
    // What virtual time does not reach never comes.
    case .idle where machine.isTimeVirtual: self = .idle(nanoseconds: nil)
    case .idle(let deadline):
      let now = machine.now
      let ticks = deadline > now ? deadline - now : 0
      let tick = 1_000_000_000 / ticksPerSecond
      self = .idle(nanoseconds: min(ticks, UInt64(Int64.max) / tick / 2) * tick)
    }
  }
}
