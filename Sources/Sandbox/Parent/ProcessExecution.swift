#if os(Linux)
  import Boards
  import Monitor
  import SystemBus

  /// A machine in a child process. What the child says is taken for what its guest does, and for nothing else: time and
  /// memory are measured by asking the kernel.
  public final class ProcessExecution: Execution {
    public let doorbell: Doorbell
    /// Its number, which is its own until `end` or a report that it is lost.
    public var processNumber: Int32 { child.process }
    let child: ChildProcess
    let machine: MachineConfiguration
    /// Kept for the thread that made the child, with which the child would end.
    private let launcher: ProcessLauncher
    private var stage: Stage
    private(set) var input: [UInt8] = []
    private var resets = false
    private var waitingInput = 0
    private var statistics = MachineStatistics()
    private var virtualTime: Ticks = 0
    private var waitsForInput = false
    /// Processor time of the child that has been accounted for.
    private var processorTime: UInt64 = 0
    /// What the child has waited for a processor until it last was late.
    private var runDelay: UInt64 = 0

    private enum Stage {
      /// The child locks itself down and reads the guest's files, which it must have done by then.
      case starting(deadline: UInt64)
      /// There is nothing to do until then, on the host's monotonic clock, unless something arrives.
      case ready(idleUntil: UInt64)
      case lost(reason: String)
    }

    /// How often is looked whether a child has become ready, in nanoseconds.
    private static let startInterval: UInt64 = 1_000_000
    /// The longest an idle guest is left alone, in nanoseconds: so soon is seen that its process has ended.
    private static let heartbeat: UInt64 = 1_000_000_000
    /// A century, which is as good as for ever.
    private static let longestIdleTime: UInt64 = 100 * 365 * 86_400_000_000_000

    /// - Parameters:
    ///   - machine: what the guest's machine is made of.
    ///   - startLimit: how long the child may take to become ready, in nanoseconds.
    init(_ child: ChildProcess, of launcher: ProcessLauncher, machine: MachineConfiguration, startLimit: UInt64) {
      self.child = child
      self.launcher = launcher
      self.machine = machine
      doorbell = Doorbell(sharing: child.area.doorbell, owner: child.area)
      stage = .starting(deadline: HostTime.now &+ startLimit)
    }

    public func run(for nanoseconds: UInt64, until horizon: Ticks) -> SliceReport {
      switch stage {
      case .lost(let reason): return report(.lost(reason: reason))
      case .starting(let deadline): return start(deadline: deadline)
      case .ready(let idleUntil):
        if let rest = restOfIdleTime(until: idleUntil) { return report(.idle(nanoseconds: rest)) }
        return slice(nanoseconds, until: horizon)
      }
    }

    public func type(_ bytes: [UInt8]) { input += bytes }

    public func reset() { resets = true }

    public func hold() { _ = child.channel.send(Request.hold.bytes) }
    public func release() { _ = child.channel.send(Request.release.bytes) }
    public func measureMemory() -> MemoryUse { child.memory }

    public func end() {
      stage = .lost(reason: "its process was ended")
      child.end()
    }

    // MARK: - The start

    private func start(deadline: UInt64) -> SliceReport {
      var report: SliceReport
      switch child.answer(within: 0) {
      case .success(.ready):
        stage = .ready(idleUntil: 0)
        report = self.report(.ran)
      case .success(.refused(let words)): report = lose("cannot be started: \(words)")
      case .success(.slice), .success(.saved): report = lose(.nonsense)
      case .failure(.silent) where HostTime.now < deadline:
        report = self.report(.idle(nanoseconds: Self.startInterval))
      case .failure(let loss): report = lose(loss)
      }
      report.processorTime = newProcessorTime
      return report
    }

    // MARK: - A slice

    /// How long nothing needs to be asked of the child; nil when it has something to do, or has something to say when
    /// nobody asked, as when it has ended.
    private func restOfIdleTime(until deadline: UInt64) -> UInt64? {
      guard input.isEmpty, !resets, !doorbell.isRung else { return nil }
      let now = HostTime.now
      guard deadline > now, !child.channel.wait(nanoseconds: 0) else { return nil }
      return min(deadline - now, Self.heartbeat)
    }

    private func slice(_ nanoseconds: UInt64, until horizon: Ticks) -> SliceReport {
      let slice = Request.Slice(
        nanoseconds: nanoseconds, horizon: horizon, resets: resets, input: Array(input.prefix(Request.inputLimit)))
      resets = false
      input.removeFirst(slice.input.count)
      // A message that finds no room was sent to a child that does not read: waiting for its answer tells why.
      _ = child.channel.send(Request.run(slice).bytes)
      let (answer, idled) = awaitAnswer(slice: nanoseconds)
      // Asked for first: of a process that has ended nothing can be learnt.
      let used = newProcessorTime
      var report = report(answer)
      report.processorTime = used &+ idled
      return report
    }

    /// Processor time that the child has used since this was asked last.
    private var newProcessorTime: UInt64 {
      let now = child.processorTime
      defer { processorTime = max(processorTime, now) }
      return now - min(processorTime, now)
    }

    /// - Returns: the answer, and how long the child took for it for no reason.
    private func awaitAnswer(slice nanoseconds: UInt64) -> (Result<Reply, ChildProcess.Loss>, idled: UInt64) {
      var patience = Patience(slice: nanoseconds)
      var idled: UInt64 = 0
      var before = HostTime.now
      while !child.channel.wait(nanoseconds: patience.nextWait) {
        let now = HostTime.now
        patience.waitedInVain(now &- before)
        before = now
        let used = child.processorTime
        // A host that does not tell how long processes wait for a processor may explain any waiting.
        let delay = child.runDelay.map { $0 - min(runDelay, $0) } ?? .max
        idled = patience.idled(processorTime: used - min(processorTime, used), runDelay: delay)
        if patience.isOver(runDelay: delay) { return (.failure(.silent), idled) }
      }
      if patience.hasWaited { runDelay = child.runDelay ?? runDelay }
      return (child.receive(), idled)
    }

    private func report(_ answer: Result<Reply, ChildProcess.Loss>) -> SliceReport {
      switch answer {
      case .success(.slice(let slice)): return report(slice)
      case .success(.ready), .success(.refused), .success(.saved): return lose(.nonsense)
      case .failure(let loss): return lose(loss)
      }
    }

    private func report(_ slice: SliceReply) -> SliceReport {
      waitingInput = Int(slice.waitingInput)
      statistics = slice.statistics
      virtualTime = slice.virtualTime
      waitsForInput = slice.waitsForInput && input.isEmpty
      var idleUntil: UInt64 = 0
      var outcome = slice.outcome
      if case .idle(let nanoseconds) = outcome {
        idleUntil = HostTime.now &+ min(nanoseconds ?? .max, Self.longestIdleTime)
        // What did not fit into the request waits for the next.
        outcome = input.isEmpty ? .idle(nanoseconds: min(nanoseconds ?? .max, Self.heartbeat)) : .ran
      }
      stage = .ready(idleUntil: idleUntil)
      var report = report(outcome)
      report.dropped = slice.dropped
      // Copied before anybody looks at it: the child may write there at any time.
      report.output = Array(UnsafeRawBufferPointer(start: child.area.output, count: Int(slice.outputCount)))
      return report
    }

    /// Whether the child has come so far that it answers requests.
    var isReady: Bool { if case .ready = stage { true } else { false } }

    /// Gives the child up; why, in words.
    func lose(_ loss: ChildProcess.Loss) -> String {
      let reason = child.end(because: loss)
      _ = lose(reason) as SliceReport
      return reason
    }

    private func lose(_ loss: ChildProcess.Loss) -> SliceReport { lose(child.end(because: loss)) }

    private func lose(_ reason: String) -> SliceReport {
      child.end()
      stage = .lost(reason: reason)
      return report(.lost(reason: reason))
    }

    /// A report without output and time.
    private func report(_ outcome: SliceReport.Outcome) -> SliceReport {
      var report = SliceReport(outcome: outcome)
      report.waitingInput = waitingInput + input.count
      report.statistics = statistics
      (report.virtualTime, report.waitsForInput) = (virtualTime, waitsForInput)
      return report
    }
  }
#endif
