import Synchronization

/// One reader's copy of a console's output, in a buffer of bounded size: a reader that does not keep up loses output,
/// and holds up nobody.
public final class ConsoleSubscription: Sendable {
  private struct State {
    var bytes: [UInt8]
    var dropped: UInt64 = 0
    var isCancelled = false
  }

  private let state: Mutex<State>
  private let capacity: Int
  private let notify: @Sendable () -> Void

  init(capacity: Int, history: [UInt8], notify: @escaping @Sendable () -> Void) {
    self.capacity = max(capacity, 1)
    self.notify = notify
    state = Mutex(State(bytes: Array(history.suffix(self.capacity))))
  }

  /// Takes what has arrived since the last time, and the number of bytes that were lost meanwhile.
  public func take() -> (bytes: [UInt8], dropped: UInt64) {
    state.withLock { state in
      defer { (state.bytes, state.dropped) = ([], 0) }
      return (state.bytes, state.dropped)
    }
  }

  /// Ends it; nothing arrives any more.
  public func cancel() {
    state.withLock { state in
      state.isCancelled = true
      state.bytes = []
    }
  }

  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// - Returns: whether anyone still reads.
  func append(_ new: ArraySlice<UInt8>) -> Bool {
    let isRead = state.withLock { state in
      guard !state.isCancelled else { return false }
      let part = new.prefix(capacity - state.bytes.count)
      state.bytes.append(contentsOf: part)
      state.dropped &+= UInt64(new.count - part.count)
      return true
    }
    if isRead { notify() }
    return isRead
  }
}
