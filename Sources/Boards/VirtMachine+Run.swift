import HartEngine
import SystemBus

/// How a slice of a machine's time ended.
public enum SliceOutcome: Equatable, Sendable {
  /// There is more to run.
  case ran
  /// All harts wait for an interrupt; nothing will happen before this machine time unless input arrives.
  case idle(until: Ticks)
  case ended(MachineEnd)
}

extension VirtMachine {
  /// Instructions a hart runs before the next one gets its turn, and before the clock is looked at.
  static let quantum: UInt64 = 20_000

  /// Machine time now.
  public var now: Ticks { clock.now }

  /// Runs about `instructions` instructions, over all harts together, or less when the machine becomes idle or ends.
  public func run(instructions: UInt64) -> SliceOutcome {
    var left = instructions
    while left > 0 {
      if let end { return .ended(end) }
      if resetRequested {
        resets &+= 1
        reset()
      }
      deadlines.fire(now: clock.now)
      guard let hart = nextRunnableHart() else {
        if let reason = reasonForHang { return finish(.hung(reason: reason)) }
        guard skipIdleTime() else { return .idle(until: deadlines.next) }
        continue
      }
      let used = turn(of: hart, limit: min(left, Self.quantum))
      left -= min(used, left)
      if end != nil || resetRequested { continue }
      if let end = hostInterfaceEnd { return finish(end) }
      if hart.loopReason != nil, let reason = reasonForHang { return finish(.hung(reason: reason)) }
    }
    return end.map { .ended($0) } ?? .ran
  }

  /// What the guest has written to `tohost`, if that ends the machine.
  private var hostInterfaceEnd: MachineEnd? {
    guard let hostInterface, let bytes = ram.read(at: hostInterface, count: 4) else { return nil }
    let value = bytes.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard value & 1 != 0 else { return nil }
    return value == 1 ? .passed : .failed(code: UInt16(truncatingIfNeeded: value >> 1))
  }

  private func finish(_ end: MachineEnd) -> SliceOutcome {
    self.end = end
    return .ended(end)
  }

  /// The next hart in turn that does not wait.
  private func nextRunnableHart() -> Hart? {
    for offset in 0..<harts.count {
      let index = (nextHart + offset) % harts.count
      let hart = harts[index]
      if !hart.isWaiting || hart.hasWakeUp {
        nextHart = (index + 1) % harts.count
        return hart
      }
    }
    return nil
  }

  /// Lets one hart run; the number of instructions it executed, at least 1.
  private func turn(of hart: Hart, limit: UInt64) -> UInt64 {
    var budget = limit
    if let virtualClock, deadlines.next != .max {
      budget = min(budget, virtualClock.instructions(until: deadlines.next))
    }
    if harts.count > 1 { hart.breakReservation() }
    let before = hart.executed
    virtualClock?.begin(hart)
    runningHart = hart
    if let onCommit {
      trace(hart, budget: budget, onCommit)
    } else {
      _ = hart.run(budget: Int32(truncatingIfNeeded: min(budget, UInt64(Int32.max))))
    }
    runningHart = nil
    virtualClock?.end()
    return max(hart.executed &- before, 1)
  }

  /// The same turn, one instruction at a time.
  private func trace(_ hart: Hart, budget: UInt64, _ onCommit: ([UInt8]) -> Void) {
    let end = hart.executed &+ budget
    while hart.executed < end {
      let (exit, line) = tracer.step(hart)
      if let line { onCommit(line) }
      if exit != .budgetSpent { return }
    }
  }

  /// Under virtual time, passes to the next deadline. False when the caller must wait for the host.
  private func skipIdleTime() -> Bool {
    guard let virtualClock, willReachDeadline else { return false }
    virtualClock.skip(to: deadlines.next)
    return true
  }

  private var willReachDeadline: Bool { deadlines.next != .max && virtualClock?.reaches(deadlines.next) ?? true }

  /// Why no hart can ever do anything useful again; nil when one may.
  private var reasonForHang: String? {
    var reasons: [String] = []
    var waiting: [String] = []
    for hart in harts {
      if let reason = hart.loopReason {
        reasons.append(reason)
      } else if hart.isWaiting, !hart.hasWakeUp, !hart.canBeWokenFromOutside, !willReachDeadline {
        waiting.append("hart \(hart.id) at 0x" + String(hart.pc, radix: 16))
      } else {
        return nil
      }
    }
    if !waiting.isEmpty {
      let who = reasons.isEmpty ? "every hart waits" : "the others wait"
      reasons.append(
        "\(who) for an interrupt, but no timer is set and no external interrupt is enabled "
          + "(\(waiting.joined(separator: ", ")))")
    }
    return reasons.joined(separator: "; ")
  }
}
