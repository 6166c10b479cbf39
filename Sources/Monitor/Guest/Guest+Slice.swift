import Boards
import SystemBus

/// What a worker does with a guest.
extension Guest: Runnable {
  func answer() { machine.execution?.doorbell.answer() }

  func ring() { control.withLock { $0.doorbell }?.ring() }

  func slice(limit: UInt64) -> SliceResult {
    let processorTime = HostTime.threadProcessorTime
    let instructions = control.withLock { $0.progress.instructions }
    attendToErrands()
    let elsewhere = run(limit: limit)
    return SliceResult(
      used: HostTime.threadProcessorTime &- processorTime &+ elsewhere,
      instructions: control.withLock { $0.progress.instructions } &- instructions, wish: wish(limit: limit))
  }

  /// What the guest wants next.
  private func wish(limit: UInt64) -> Scheduler.Wish {
    let waitsUntil = machine.step.waitsUntil
    return control.withLock { control in
      if !control.errands.isEmpty { return .more }
      switch control.lifecycle {
      case .running, .stopping:
        if limit == 0 { return .more }
        if let waitsUntil { return .sleep(until: min(waitsUntil, control.deadline)) }
        // Typed where none could enter.
        if !control.input.isEmpty { return .more }
        return control.progress.idleUntil.map { .sleep(until: min($0, control.deadline)) } ?? .more
      case .restarting: return .sleep(until: control.deadline)
      default: return .sleep(until: .max)
      }
    }
  }

  // MARK: Errands

  private func attendToErrands() {
    let errands = control.withLock { control in
      defer { control.errands = [] }
      return control.errands
    }
    for errand in errands {
      carryOut(errand)
      // Once there is no machine, the guest may be started anew: what is left was not asked of that one.
      if machine.execution == nil { break }
    }
    let (lifecycle, deadline) = control.withLock { ($0.lifecycle, $0.deadline) }
    guard deadline != .max, deadline <= HostTime.now else { return }
    switch lifecycle {
    case .stopping: end(because: nil)
    case .restarting: startAgain()
    default: break
    }
  }

  private func carryOut(_ errand: Errand) {
    switch errand {
    case .start: makeMachine()
    case .reset: machine.execution?.reset()
    case .kill: end(because: nil)
    case .measure: measure()
    case .save(let request): save(request)
    }
  }

  private func save(_ request: SnapshotRequest) {
    guard let execution = machine.execution else { return }
    let (input, origin) = control.withLock { ($0.input, $0.origin) }
    request.carryOut {
      var saved = try execution.snapshot()
      saved.typed += input
      saved.origin = origin?.origin ?? description.snapshot ?? description.boot.kernel
      return saved
    }
  }

  private func makeMachine() {
    machine.execution?.end()
    do {
      let execution = try monitor.makeExecution(description, from: control.withLock { $0.origin })
      machine.execution = execution
      machine.isHeld = false
      machine.step = Step()
      machine.startedAt = HostTime.now
      control.withLock { control in
        control.doorbell = execution.doorbell
        control.progress.machineStarted(at: machine.startedAt)
        control.hasStarted = true
      }
      monitor.emit(.started(self))
    } catch {
      end(because: "cannot be started: \(error)")
    }
  }

  private func startAgain() {
    let isDue = control.withLock { control in
      guard case .restarting = control.lifecycle else { return false }
      control.begin()
      control.errands = []
      control.lifecycle = .running
      control.progress.restarts &+= 1
      console.watchAgain()
      return true
    }
    guard isDue else { return }
    monitor.emit(.lifecycle(self, .running))
    makeMachine()
  }

  private func measure() {
    guard let use = machine.execution?.measureMemory() else { return }
    control.withLock { control in
      control.progress.memory = use
      control.wantsMemory = false
    }
  }

  // MARK: Running

  /// Runs the machine, if it is to run. Processor time that took elsewhere, in nanoseconds.
  private func run(limit: UInt64) -> UInt64 {
    guard let execution = machine.execution, holdOrRelease(execution), limit > 0 else { return 0 }
    let slot = isTimeVirtual ? control.withLock { $0.slot } : nil
    if let slot, !machine.step.begin(slot, in: monitor.lockstep, now: HostTime.now) { return 0 }
    if slot == nil || machine.step.takesInput { passOnInput(to: execution) }
    let report = execution.run(for: limit, until: slot == nil ? .max : machine.step.horizon)
    if let slot { machine.step.end(slot, in: monitor.lockstep, report, now: HostTime.now) }
    publish(report)
    switch report.outcome {
    case .ran, .idle: break
    case .ended(let end):
      control.withLock { $0.progress.end = end }
      self.end(because: end.reason, failed: end != .passed)
    case .lost(let reason): end(because: reason)
    }
    return report.processorTime
  }

  private var isTimeVirtual: Bool { description.machine.clock == .virtual }

  private func passOnInput(to execution: any Execution) {
    let input = control.withLock { control in
      defer { control.input = [] }
      control.waitingInput += control.input.count
      return control.input
    }
    if !input.isEmpty { execution.type(input) }
  }

  /// Nobody has to wait for it any more under virtual time.
  private func leaveLockstep() {
    guard let slot = control.withLock({ $0.slot }) else { return }
    machine.step.leave(slot, monitor.lockstep, now: HostTime.now)
  }

  /// Stops or starts the machine's time with the guest. Whether it may run.
  private func holdOrRelease(_ execution: any Execution) -> Bool {
    let isPaused = lifecycle == .paused
    if isPaused != machine.isHeld {
      if isPaused { execution.hold() } else { execution.release() }
      if isPaused { leaveLockstep() }
      machine.isHeld = isPaused
    }
    return !isPaused
  }

  private func publish(_ report: SliceReport) {
    let now = HostTime.now
    let idleUntil: UInt64? =
      switch report.outcome {
      case .idle(nanoseconds: nil): .max
      case .idle(let nanoseconds?): now.addingReportingOverflow(nanoseconds).overflow ? .max : now &+ nanoseconds
      default: nil
      }
    control.withLock { control in
      control.waitingInput = report.waitingInput
      control.progress.update(report.statistics, idleUntil: idleUntil, now: now)
    }
    guard !report.output.isEmpty || report.dropped > 0 else { return }
    let said = console.append(report.output, dropped: report.dropped, now: now)
    monitor.emit(.console(self))
    if !said.isEmpty { monitor.emit(.said(self)) }
  }

  // MARK: The end

  /// Ends the machine.
  /// - Parameter reason: why it ended by itself, in words; nil when that was asked for.
  private func end(because reason: String?, failed: Bool = true) {
    leaveLockstep()
    if let execution = machine.execution {
      let use = execution.measureMemory()
      control.withLock { $0.progress.memory = use }
      execution.end()
    }
    let ranFor = machine.execution == nil ? 0 : HostTime.now &- machine.startedAt
    machine.execution = nil
    let (new, isNew) = control.withLock { control in
      let old = control.lifecycle
      control.doorbell = nil
      control.deadline = .max
      control.progress.machineEnded(at: HostTime.now)
      if ranFor / 1_000_000 >= RestartPolicy.settled { control.restartsInRow = 0 }
      control.lifecycle = after(control, because: reason, failed: failed)
      if case .restarting = control.lifecycle {
        control.deadline = HostTime.now &+ monitor.backOff(control.restartsInRow) &* 1_000_000
        control.restartsInRow &+= 1
      }
      if control.lifecycle.isOver { discharge(&control) }
      return (control.lifecycle, control.lifecycle != old)
    }
    if isNew { monitor.emit(.lifecycle(self, new)) }
  }

  /// What becomes of a guest whose machine has ended.
  private func after(_ control: Control, because reason: String?, failed: Bool) -> Lifecycle {
    guard let reason, control.lifecycle != .stopping, control.lifecycle != .stopped else { return .stopped }
    if description.restart.restarts(failed: failed, after: control.restartsInRow) { return .restarting(reason: reason) }
    return failed ? .failed(reason: reason) : .stopped
  }
}

extension MachineEnd {
  /// For people.
  public var reason: String {
    switch self {
    case .passed: "ended by itself, with success"
    case .failed(let code): "the guest failed with code \(code)"
    case .hung(let reason): "the guest hangs: \(reason)"
    }
  }
}
