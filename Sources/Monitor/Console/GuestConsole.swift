import Synchronization

/// What a guest has said, and who listens. However much a guest says, this stays within its bounds.
public final class GuestConsole: Sendable {
  private struct State {
    var history: ByteRing
    var gate: RateGate
    var subscriptions: [ConsoleSubscription] = []
    var total: UInt64 = 0
    var dropped: UInt64 = 0
    /// Bytes dropped that nobody has been told of yet.
    var untold: UInt64 = 0
    var watch = TextWatch()
    /// Bytes in the history, or fallen out of it, since the guest was started.
    var sinceStart = 0
  }

  private let state: Mutex<State>

  init(_ policy: ConsolePolicy) {
    state = Mutex(
      State(
        history: ByteRing(capacity: policy.history), gate: RateGate(rate: policy.rate, burst: policy.burst)))
  }

  /// Bytes sent by the guest, dropped ones included.
  public var totalBytes: UInt64 { state.withLock { $0.total } }
  /// Bytes beyond what its rate allows.
  public var droppedBytes: UInt64 { state.withLock { $0.dropped } }

  /// The last `limit` bytes, as far as they are kept.
  public func recent(_ limit: Int = .max) -> [UInt8] { state.withLock { $0.history.suffix(limit) } }

  /// Begins to copy what is said to a new reader.
  /// - Parameters:
  ///   - capacity: bytes that may wait for the reader.
  ///   - history: how many of the bytes said before it gets first.
  ///   - notify: told, on a thread of the monitor, that there is something to take; must be quick.
  public func subscribe(
    capacity: Int = 256 << 10, history: Int = 0, notify: @escaping @Sendable () -> Void
  ) -> ConsoleSubscription {
    state.withLock { state in
      let subscription = ConsoleSubscription(
        capacity: capacity, history: state.history.suffix(history), notify: notify)
      state.subscriptions.removeAll(where: \.isCancelled)
      state.subscriptions.append(subscription)
      return subscription
    }
  }

  /// Takes output in.
  /// - Parameters:
  ///   - dropped: bytes that the guest sent beyond these.
  ///   - now: in nanoseconds, see `HostTime.now`.
  /// - Returns: the watched texts that were said for the first time.
  func append(_ bytes: [UInt8], dropped: UInt64, now: UInt64) -> [String] {
    let (admitted, subscriptions, found) = state.withLock { state in
      let count = state.gate.admit(bytes.count, now: now)
      let lost = UInt64(bytes.count - count) &+ dropped
      state.total &+= UInt64(bytes.count) &+ dropped
      state.dropped &+= lost
      var admitted = bytes[..<count]
      if state.untold > 0, count > 0 {
        admitted = Array("\r\n[\(state.untold) bytes of output were dropped]\r\n".utf8) + admitted
        state.untold = 0
      }
      state.untold &+= lost
      state.history.append(admitted)
      state.sinceStart &+= admitted.count
      // What is dropped was said all the same.
      return (admitted, state.subscriptions, state.watch.feed(bytes[...]))
    }
    guard !admitted.isEmpty else { return found }
    let gone = subscriptions.filter { !$0.append(admitted) }
    if !gone.isEmpty {
      state.withLock { state in state.subscriptions.removeAll { one in gone.contains { $0 === one } } }
    }
    return found
  }

  /// From now on notes whether `text` is said, or has been since the guest was started.
  func watch(for text: String) {
    state.withLock { state in state.watch.add(text, after: state.history.suffix(state.sinceStart)) }
  }

  /// Forgets which of the watched texts were said: the guest starts anew.
  func watchAgain() {
    state.withLock { state in
      state.watch.reset()
      state.sinceStart = 0
    }
  }

  /// Whether a watched text has been said since the guest was started.
  func hasSaid(_ text: String) -> Bool { state.withLock { $0.watch.found.contains(text) } }
}
