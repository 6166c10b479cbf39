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
  /// Instructions of a hart's turn: what it runs before the next one gets its own.
  package static let quantum: UInt64 = 20_000
  /// The same of a hart that shares the machine with none, where the host's time decides: less would cost fast code some
  /// hundredths of its speed, and more would keep others waiting where slow code follows it: memory that is in none of the
  /// host's caches can take 100 ns an instruction, so 10 ms until `Pace` has noticed.
  package static let longestTurn: UInt64 = 5 * quantum

  /// What a host can load while it runs an instruction, about.
  private static let bytesPerInstruction: UInt64 = 8

  /// Whether machine time is that of executed instructions.
  public var isTimeVirtual: Bool { virtualClock != nil }

  /// Machine time now.
  public var now: Ticks { clock.now }

  /// Runs about `instructions` instructions, over all harts together, or less when the machine becomes idle or ends, or
  /// the doorbell rings.
  public func run(instructions: UInt64, doorbell: Doorbell? = nil) -> SliceOutcome {
    listen(to: doorbell)
    var left = instructions
    while left > 0, doorbell?.isRung != true {
      let stretch = run(limit: left, effort: .max)
      if let outcome = stretch.outcome { return outcome }
      left -= min(stretch.executed + stretch.loaded / Self.bytesPerInstruction, left)
    }
    return end.map { .ended($0) } ?? .ran
  }

  /// Runs for about so long of the host's time, to some microseconds; less when the machine becomes idle or ends, or
  /// the doorbell rings. The host's time decides only where a slice ends: under virtual time a turn that it cuts short
  /// goes on in the next slice, so that the guest cannot tell.
  /// - Parameters:
  ///   - horizon: the machine time that it is not run beyond under virtual time.
  ///   - doorbell: ends the slice within some 50 µs, and at once if it has been rung before.
  public func run(for nanoseconds: UInt64, until horizon: Ticks = .max, doorbell: Doorbell? = nil) -> SliceOutcome {
    listen(to: doorbell)
    var now = HostTime.now
    let sliceEnd = now.addingReportingOverflow(nanoseconds).overflow ? .max : now &+ nanoseconds
    while doorbell?.isRung != true, virtualClock.map({ $0.now < horizon }) ?? true {
      let left = min(sliceEnd > now ? sliceEnd - now : 0, timeUntilDeadline, Pace.longestStretch)
      let limit = min(pace.instructions(for: left), virtualClock?.instructions(until: horizon) ?? .max)
      let stretch = run(limit: limit, effort: Pace.effort(for: left), until: horizon)
      if let outcome = stretch.outcome { return outcome }
      let started = now
      now = HostTime.now
      pace.learn(instructions: stretch.executed, nanoseconds: now &- started)
      if now &+ Pace.shortestStretch >= sliceEnd { break }
    }
    return end.map { .ended($0) } ?? .ran
  }

  /// Runs until machine time is `time`, exactly under virtual time: idle time passes at once, but not beyond. How often and
  /// where a run is divided so changes nothing for the guest.
  /// - Returns: `.ran`, or `.idle` when nothing will happen before another time unless input arrives; or the end.
  public func run(until time: Ticks) -> SliceOutcome {
    guard let virtualClock else {
      let now = clock.now
      return run(for: time > now ? min(time - now, .max / 100) * 100 : 0)
    }
    listen(to: nil)
    while clock.now < time {
      let stretch = run(limit: virtualClock.instructions(until: time), effort: .max, until: time)
      if let outcome = stretch.outcome {
        guard case .idle = outcome else { return outcome }
        virtualClock.skip(to: time)
      }
    }
    deadlines.fire(now: clock.now)
    if let end { return .ended(end) }
    return isIdle ? .idle(until: deadlines.next) : .ran
  }

  /// Whether all harts wait.
  private var isIdle: Bool {
    !resetRequested && loadPosition >= boot?.pieces.count ?? 0
      && harts.indices.allSatisfy { (harts[$0].isWaiting && !harts[$0].hasWakeUp) || isStalled($0) }
  }

  private func listen(to doorbell: Doorbell?) {
    for hart in harts where hart.doorbell !== doorbell { hart.doorbell = doorbell }
  }

  /// Nanoseconds until a timer is due that only the host's clock makes due.
  private var timeUntilDeadline: UInt64 {
    guard virtualClock == nil, deadlines.next != .max else { return .max }
    let now = clock.now
    return deadlines.next > now ? min(deadlines.next - now, .max / 100) * 100 : 0
  }

  /// What one stretch of running did.
  private struct Stretch {
    /// Why the slice is over; nil when there is more to run.
    var outcome: SliceOutcome?
    /// Instructions executed; at least 1 when a hart ran.
    var executed: UInt64 = 0
    /// Bytes of images loaded instead.
    var loaded: UInt64 = 0
  }

  /// Lets the hart whose turn it is run, until its turn is over or it has used what it may.
  /// - Parameter time: what virtual time is not skipped beyond.
  private func run(limit: UInt64, effort: Int, until time: Ticks = .max) -> Stretch {
    if let end { return Stretch(outcome: .ended(end)) }
    if resetRequested {
      resets &+= 1
      beginReset()
    }
    // A guest may reset itself all the time: a reset is many short steps, so that it cannot hold anyone up.
    if let count = loadNext() { return Stretch(loaded: UInt64(count)) }
    deadlines.fire(now: clock.now)
    guard let hart = hartInTurn() else {
      if let reason = reasonForHang { return Stretch(outcome: finish(.hung(reason: reason))) }
      return Stretch(outcome: skipIdleTime(until: time) ? nil : .idle(until: deadlines.next))
    }
    let before = hart.executed
    let exit = run(hart, budget: min(limit, turnLeft), effort: effort)
    let executed = hart.executed &- before
    turnLeft -= min(executed, turnLeft)
    // Turns are exact where they decide what the guest does; under host time nothing is.
    if exit == .waiting || exit == .requested || virtualClock == nil { turnLeft = 0 }
    return Stretch(outcome: turnLeft == 0 ? outcome(afterTurnOf: hart) : nil, executed: max(executed, 1))
  }

  private func run(_ hart: Hart, budget: UInt64, effort: Int) -> HartExit {
    virtualClock?.begin(hart)
    runningHart = hart
    defer {
      runningHart = nil
      virtualClock?.end()
    }
    if let onCommit { return trace(hart, budget: budget, onCommit) }
    return hart.run(
      budget: Int32(truncatingIfNeeded: min(budget, UInt64(Int32.max))), effort: effort, isExact: virtualClock != nil)
  }

  /// Looks whether the machine has come to its end.
  private func outcome(afterTurnOf hart: Hart) -> SliceOutcome? {
    if end != nil || resetRequested { return nil }
    if let end = hostInterfaceEnd { return finish(end) }
    if hart.loopReason != nil, let reason = reasonForHang { return finish(.hung(reason: reason)) }
    return nil
  }

  /// What the guest has written to `tohost`, if that ends the machine.
  private var hostInterfaceEnd: MachineEnd? {
    guard let hostInterface, let bytes = ram.read(at: hostInterface, count: 4) else { return nil }
    let value = bytes.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard value & 1 != 0 else { return nil }
    return value == 1 ? .passed : .failed(code: UInt16(truncatingIfNeeded: value >> 1))
  }

  private func finish(_ end: MachineEnd) -> SliceOutcome {
    conclude(end)
    return .ended(end)
  }

  /// The hart whose turn was cut short, or else the next one that does not wait, with a new turn.
  private func hartInTurn() -> Hart? {
    if turnLeft > 0 { return harts[(nextHart + harts.count - 1) % harts.count] }
    for offset in 0..<harts.count {
      let index = (nextHart + offset) % harts.count
      let hart = harts[index]
      guard !hart.isWaiting || hart.hasWakeUp, !isStalled(index) else { continue }
      nextHart = (index + 1) % harts.count
      turnLeft = virtualClock == nil && harts.count == 1 ? Self.longestTurn : Self.quantum
      if let virtualClock, deadlines.next != .max {
        turnLeft = min(turnLeft, virtualClock.instructions(until: deadlines.next))
      }
      if harts.count > 1 { hart.breakReservation() }
      return hart
    }
    return nil
  }

  /// Runs a hart one instruction at a time.
  private func trace(_ hart: Hart, budget: UInt64, _ onCommit: ([UInt8]) -> Void) -> HartExit {
    let end = hart.executed &+ budget
    while hart.executed < end {
      let (exit, line) = tracer.step(hart)
      if let line { onCommit(line) }
      if exit != .budgetSpent { return exit }
    }
    return .budgetSpent
  }

  /// Under virtual time, passes to the next deadline, but not beyond `time`. False when the caller must wait for the host.
  private func skipIdleTime(until time: Ticks) -> Bool {
    guard let virtualClock, willReachDeadline else { return false }
    virtualClock.skip(to: min(deadlines.next, time))
    return true
  }

  private var willReachDeadline: Bool { deadlines.next != .max && virtualClock?.reaches(deadlines.next) ?? true }

  /// Why no hart can ever do anything useful again; nil when one may.
  private var reasonForHang: String? {
    var reasons: [String] = []
    var waiting: [String] = []
    if harts.indices.contains(where: isStalled) { return nil }
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

extension VirtMachine {
  /// Stops the machine's time, for as long as the machine is not run.
  public func holdTime() { hostClock?.hold() }

  /// Lets the machine's time go on from where `holdTime` stopped it.
  public func releaseTime() { hostClock?.release() }

  private var hostClock: HostClock? { clock as? HostClock }
}
