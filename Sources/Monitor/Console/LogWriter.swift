#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes console logs, on a thread of its own: a slow or full disk costs the log, and holds up no guest.
final class LogWriter: @unchecked Sendable {
  /// One guest's log. Only the writer's thread writes it.
  private final class Sink {
    let guest: Guest
    let subscription: ConsoleSubscription
    var file: LogFile
    /// Whether the user has been told that it cannot be written.
    var hasFailed = false

    init(_ guest: Guest, path: String, _ subscription: ConsoleSubscription) {
      self.guest = guest
      self.subscription = subscription
      let policy = guest.description.console
      file = LogFile(path: path, limit: policy.logSize, count: policy.logFiles)
    }
  }

  private let core: MonitorCore
  private let lock = HostLock()
  private let hasWork = HostCondition()
  private var sinks: [Sink] = []
  private var leaving: [ObjectIdentifier] = []
  private var isPending = false
  private var isEnding = false
  private var thread: HostThread?

  init(_ core: MonitorCore) { self.core = core }

  /// Starts the thread, unless it runs.
  func begin() throws(MonitorError) {
    try lock.withLock { () throws(MonitorError) in
      guard thread == nil, !isEnding else { return }
      let new = HostThread(name: "logs") { [unowned self] in work() }
      guard new.start() else { throw .noThread(what: "console logs", reason: systemErrorText(new.failure)) }
      thread = new
    }
  }

  /// Begins to write a guest's log. The thread must run.
  func follow(_ guest: Guest) {
    guard let path = guest.description.console.log else { return }
    let subscription = guest.console.subscribe(notify: { [weak self] in self?.wake() })
    lock.withLock { sinks.append(Sink(guest, path: path, subscription)) }
  }

  /// Closes a guest's log once what is left has been written.
  func forget(_ guest: Guest) {
    lock.withLock {
      for sink in sinks where sink.guest === guest { leaving.append(ObjectIdentifier(sink)) }
      isPending = true
      hasWork.signal()
    }
  }

  /// Writes what is left, and ends the thread.
  func shutDown() {
    let thread = lock.withLock {
      isEnding = true
      hasWork.signal()
      defer { self.thread = nil }
      return self.thread
    }
    thread?.join()
    lock.withLock { sinks = [] }
  }

  private func wake() {
    lock.withLock {
      isPending = true
      hasWork.signal()
    }
  }

  private func work() {
    lock.lock()
    while true {
      while !isPending, !isEnding { hasWork.wait(lock) }
      isPending = false
      let (all, leaving, isLast) = (sinks, Set(leaving), isEnding)
      self.leaving = []
      sinks.removeAll { leaving.contains(ObjectIdentifier($0)) }
      lock.unlock()
      for sink in all {
        write(sink)
        if leaving.contains(ObjectIdentifier(sink)) { sink.subscription.cancel() }
      }
      lock.lock()
      if isLast { break }
    }
    lock.unlock()
  }

  /// What cannot be written is lost; the user is told once, until it can be again.
  private func write(_ sink: Sink) {
    let (bytes, dropped) = sink.subscription.take()
    var text = bytes
    if dropped > 0 { text += Array("\r\n[\(dropped) bytes were not logged in time]\r\n".utf8) }
    guard !text.isEmpty else { return }
    if let failure = sink.file.append(text) {
      guard !sink.hasFailed else { return }
      sink.hasFailed = true
      let reason = systemErrorText(failure)
      let path = sink.guest.description.console.log ?? ""
      core.emit(
        .notice(sink.guest, "console log \(path): cannot be written: \(reason); output is lost until it can be"))
    } else {
      sink.hasFailed = false
    }
  }
}
