#if os(Linux)
  import Boards
  import Monitor
  import SystemBus

  /// A machine in a child process. What the child says is taken for what its guest does, and for nothing else: time and
  /// memory are measured by asking the kernel.
  public final class ProcessExecution: Execution {
    public let doorbell: Doorbell
    private let child: ChildProcess
    private var input: [UInt8] = []
    private var resets = false
    private var waitingInput = 0
    private var statistics = MachineStatistics()
    /// Processor time at the end of the last slice.
    private var processorTime: UInt64
    /// What the child has waited for a processor until it last was late.
    private var runDelay: UInt64 = 0
    /// Until when there is nothing to do, on the host's monotonic clock, unless something arrives.
    private var idleUntil: UInt64 = 0
    private var loss: String?

    /// The longest an idle guest is left alone, in nanoseconds: so soon is seen that its process has ended.
    private static let heartbeat: UInt64 = 1_000_000_000

    /// A century, which is as good as for ever.
    private static let longestIdleTime: UInt64 = 100 * 365 * 86_400_000_000_000

    init(_ child: ChildProcess) {
      self.child = child
      doorbell = Doorbell(sharing: child.area.doorbell, owner: child.area)
      processorTime = child.processorTime
    }

    public func run(for nanoseconds: UInt64) -> SliceReport {
      if let loss { return report(.lost(reason: loss)) }
      if let rest = restOfIdleTime { return report(.idle(nanoseconds: rest)) }
      var request = Request(nanoseconds: nanoseconds)
      request.resets = resets
      request.input = Array(input.prefix(Request.inputLimit))
      resets = false
      input.removeFirst(request.input.count)
      // A message that finds no room was sent to a child that does not read: waiting for its answer tells why.
      _ = child.channel.send(request.bytes)
      let (answer, idled) = awaitAnswer(slice: nanoseconds)
      let used = child.processorTime
      var report = report(answer)
      report.processorTime = (used &- min(processorTime, used)) &+ idled
      processorTime = max(processorTime, used)
      return report
    }

    public func type(_ bytes: [UInt8]) { input += bytes }

    public func reset() { resets = true }

    public func measureMemory() -> MemoryUse { loss == nil ? child.memory : MemoryUse() }

    public func end() {
      loss = loss ?? "its process was ended"
      child.end()
    }

    // MARK: - A slice

    /// How long nothing needs to be asked of the child; nil when it has something to do, or is gone.
    private var restOfIdleTime: UInt64? {
      guard input.isEmpty, !resets, !doorbell.isRung, !child.channel.wait(nanoseconds: 0) else { return nil }
      let now = HostClock.monotonic
      return idleUntil > now ? min(idleUntil - now, Self.heartbeat) : nil
    }

    /// - Returns: the answer, and how long the child took for it for no reason.
    private func awaitAnswer(slice nanoseconds: UInt64) -> (Result<Reply, ChildProcess.Loss>, idled: UInt64) {
      var patience = Patience(slice: nanoseconds)
      var idled: UInt64 = 0
      var before = HostClock.monotonic
      while !child.channel.wait(nanoseconds: patience.nextWait) {
        let now = HostClock.monotonic
        patience.waitedInVain(now &- before)
        before = now
        idled = timeIdled(patience)
        if idled > Patience.limit { return (.failure(.silent), idled) }
      }
      if idled > 0 { runDelay = child.runDelay ?? runDelay }
      return (child.receive(), idled)
    }

    private func timeIdled(_ patience: Patience) -> UInt64 {
      let used = child.processorTime
      // A host that does not tell how long processes wait for a processor may explain any waiting.
      let delay = child.runDelay.map { $0 &- min(runDelay, $0) } ?? .max
      return patience.idled(processorTime: used &- min(processorTime, used), runDelay: delay)
    }

    private func report(_ answer: Result<Reply, ChildProcess.Loss>) -> SliceReport {
      switch answer {
      case .success(.slice(let slice)): return report(slice)
      case .success(.ready), .success(.refused): return lose(.nonsense)
      case .failure(let loss): return lose(loss)
      }
    }

    private func report(_ slice: SliceReply) -> SliceReport {
      waitingInput = Int(slice.waitingInput)
      statistics = slice.statistics
      idleUntil = 0
      var outcome = slice.outcome
      if case .idle(let nanoseconds) = outcome {
        idleUntil = HostClock.monotonic &+ min(nanoseconds ?? .max, Self.longestIdleTime)
        outcome = .idle(nanoseconds: min(nanoseconds ?? .max, Self.heartbeat))
      }
      var report = report(outcome)
      report.dropped = slice.dropped
      // Copied before anybody looks at it: the child may write there at any time.
      report.output = Array(UnsafeRawBufferPointer(start: child.area.output, count: Int(slice.outputCount)))
      return report
    }

    private func lose(_ reason: ChildProcess.Loss) -> SliceReport {
      let words = child.end(because: reason)
      loss = words
      return report(.lost(reason: words))
    }

    /// A report without output and time.
    private func report(_ outcome: SliceReport.Outcome) -> SliceReport {
      var report = SliceReport(outcome: outcome)
      report.waitingInput = waitingInput + input.count
      report.statistics = statistics
      return report
    }
  }
#endif
