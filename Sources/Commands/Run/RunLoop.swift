import Boards
import Diagnosis
import SystemBus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs a machine in slices, and looks after console, signals and the time limit between them.
struct RunLoop {
  let machine: VirtMachine
  let symbols: SymbolMap
  let output: ConsoleOutput
  let input: ConsoleInput
  let signals: HostSignals
  let terminal: Terminal
  let trace: TraceFile?
  let perfMap: PerfMap?
  let saver: SnapshotSaver
  let limit: TimeLimit?
  /// Whether the machine has a time of its own, which the limit then counts.
  let isTimeVirtual: Bool
  /// Whether the guest's time stands still until there is input for it, because it may not depend on the host's.
  let waitsForInput: Bool
  /// Machine time when the run began.
  let timeAtStart: Ticks
  var recorder: InputRecorder?
  var replay: InputReplay?

  private static let nanosecondsPerTick: UInt64 = 1_000_000_000 / ticksPerSecond

  /// Runs until there is a reason to stop.
  func run() -> RunOutcome {
    HostProcess.releaseStartUpPages()
    let started = HostTime.now
    limitWaiting(until: isTimeVirtual ? nil : limit.map { started + $0.nanoseconds })
    if waitsForInput { input.waitForInput(awaitInput) }
    if let recorder { input.onArrival = { [machine] in recorder.note(.bytes($0), at: machine.now) } }
    while true {
      replayArrivals()
      if let limit, time(since: started) >= limit.nanoseconds { return .timedOut(limit) }
      let result = slice()
      output.flush()
      if let outcome = saveWhenDue() { return outcome }
      var leisure: UInt64? = 0
      switch result {
      case .ended(let end): return .ended(end)
      case .ran: break
      case .idle where replay?.isDue(at: machine.now) == true: break
      case .idle(let deadline):
        // Time of the machine's own passes at once when nothing else can happen.
        if let limit, isTimeVirtual, input.isAtEnd { return .timedOut(limit) }
        leisure = idleTime(until: deadline, since: started)
      }
      if let outcome = outputFailure ?? attend(waiting: leisure) { return outcome }
    }
  }

  /// Runs the machine for a while. Under virtual time that is always as many instructions, so that a run depends on its
  /// inputs alone.
  private func slice() -> SliceOutcome {
    if isTimeVirtual, let due = saver.due {
      // To the tick, and idle time passes until then.
      let outcome = machine.run(until: min(due, machine.now &+ Self.step))
      if case .idle = outcome { return .ran }
      return outcome
    }
    return isTimeVirtual ? machine.run(instructions: 100_000) : machine.run(for: 1_000_000)
  }

  /// How far virtual time goes in a slice before a snapshot: a millisecond.
  private static let step: Ticks = ticksPerSecond / 1000

  /// Saves a snapshot if it is time to.
  private func saveWhenDue() -> RunOutcome? {
    guard let due = saver.due, machine.now >= due, machine.end == nil else { return nil }
    do {
      let file = try saver.save(machine, typed: input.waiting)
      StandardError.report("saved \(file)")
      return nil
    } catch {
      return .notSaved(reason: "\(error)")
    }
  }

  /// Waits until there is input to read; false when a signal asks for attention.
  private func awaitInput() -> Bool {
    output.flush()
    let wanted: (FileDescriptor?, Readiness.Direction) = (.standardInput, .input)
    let urgent: (FileDescriptor?, Readiness.Direction) = (signals.descriptor, .input)
    let (hasInput, hasSignal) = Readiness.wait(wanted, urgent, nanoseconds: Self.patience)
    if hasSignal { return false }
    if hasInput { return true }
    StandardError.report(
      "waiting for standard input, which is no terminal: under --clock virtual the guest waits for its input; "
        + "'< /dev/null' gives it none")
    while true {
      let (hasInput, hasSignal) = Readiness.wait(wanted, urgent, nanoseconds: nil)
      if hasSignal { return false }
      if hasInput { return true }
    }
  }

  /// How long input may take before the user is told what is waited for, in nanoseconds.
  private static let patience: UInt64 = 5_000_000_000

  /// Writes what output is left, without waiting for a slow reader if a signal ended the run; tells if that fails.
  func finish(_ outcome: RunOutcome) -> RunOutcome {
    if case .signal = outcome { limitWaiting(until: HostTime.now) }
    if saver.due != nil { StandardError.report("the run was over before the time of --save-at; nothing was saved") }
    trace?.flush()
    perfMap?.flush()
    output.flush()
    if outcome.message != nil, !output.isAtLineStart, FileDescriptor.standardOutput.isTerminal { output.write("\n") }
    guard case .ended = outcome, let failure = outputFailure else { return outcome }
    return failure
  }

  /// Lets a slow reader of the output hold the run up until then at most, or until a signal.
  private func limitWaiting(until deadline: UInt64?) {
    output.limitWaiting(interruption: signals.descriptor, deadline: deadline)
    trace?.limitWaiting(interruption: signals.descriptor, deadline: deadline)
  }

  /// Nanoseconds since the start, of the clock that the limit is for.
  private func time(since started: UInt64) -> UInt64 {
    // A guest can put its next deadline, and with it virtual time, centuries ahead.
    isTimeVirtual
      ? min(machine.now - min(timeAtStart, machine.now), .max / Self.nanosecondsPerTick) * Self.nanosecondsPerTick
      : HostTime.now - started
  }

  /// Nanoseconds that an idle machine can be left alone; nil for ever.
  private func idleTime(until deadline: Ticks, since started: UInt64) -> UInt64? {
    let now = machine.now
    let deadline = min(deadline, saver.due ?? .max)
    let ticks = deadline > now ? deadline - now : 0
    let sleep = deadline == .max ? nil : min(ticks, .max / Self.nanosecondsPerTick) * Self.nanosecondsPerTick
    guard let limit, !isTimeVirtual else { return sleep }
    let used = HostTime.now - started
    return min(sleep ?? .max, limit.nanoseconds > used ? limit.nanoseconds - used : 0)
  }

  /// Looks after input and signals, after waiting for them for at most some nanoseconds. A reason to stop, if it finds
  /// one.
  private func attend(waiting nanoseconds: UInt64?) -> RunOutcome? {
    let (hasInput, hasSignal) = Readiness.wait(
      (input.awaited, .input), (signals.descriptor, .input), nanoseconds: nanoseconds)
    if hasSignal {
      if let outcome = takeSignals() { return outcome }
      input.waitAgain()
    }
    if hasInput {
      for command in input.read() {
        if let outcome = carryOut(command) { return outcome }
      }
    }
    return nil
  }

  /// Has arrive what a record says arrives now. As when it was written, that is between two slices.
  private func replayArrivals() {
    while let event = replay?.next(at: machine.now) {
      switch event {
      case .bytes(let bytes): input.send(bytes)
      case .reset: machine.reset()
      }
    }
  }

  private var outputFailure: RunOutcome? {
    if let number = recorder?.failure { return .recordFailed(errno: number) }
    if let number = output.failure { return number == EPIPE ? .outputClosed : .outputFailed(errno: number) }
    if let number = perfMap?.failure { return .perfMapFailed(errno: number) }
    if let number = trace?.failure { return number == EPIPE ? .outputClosed : .traceFailed(errno: number) }
    return nil
  }

  private func takeSignals() -> RunOutcome? {
    while let signal = signals.take() {
      if HostSignals.ending.contains(signal) { return .signal(signal) }
      if signal == SIGTSTP { terminal.suspend() } else { terminal.resume() }
    }
    return nil
  }

  private func carryOut(_ command: EscapeSequence.Event) -> RunOutcome? {
    switch command {
    case .quit: return .endedByUser
    case .help: output.write(EscapeSequence.help)
    case .reset:
      recorder?.note(.reset, at: machine.now)
      machine.reset()
    case .diagnose: output.write("\n" + diagnose())
    case .save:
      do {
        output.write("\nroost: saved \(try saver.save(machine, typed: input.waiting))\n")
      } catch {
        output.write("\nroost: \(error)\n")
      }
    case .key: break
    }
    return nil
  }

  /// Says why the guest may hang, without its noticing how long that takes.
  func diagnose() -> String {
    machine.holdTime()
    defer { machine.releaseTime() }
    return Diagnosis.examine(machine, symbols: symbols).text
  }
}
