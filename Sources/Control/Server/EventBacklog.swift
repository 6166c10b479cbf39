import Monitor

/// Events that wait to be told to a client. Of several states of one guest only the last is kept, and of notices no more
/// than some, so it is bounded however slow the client is.
struct EventBacklog {
  private var events: [Event] = []

  private static let noticeLimit = 256

  mutating func add(_ event: Event) {
    switch event {
    case .state(let guest, _, _):
      // Few wait, unless the client does not read.
      if events.count > Self.noticeLimit {
        events.removeAll { if case .state(guest, _, _) = $0 { true } else { false } }
      }
    case .notice: if events.count >= Self.noticeLimit { return }
    default: break
    }
    events.append(event)
  }

  var isEmpty: Bool { events.isEmpty }

  /// Guests of which is to be told that they run.
  var beginning: Set<String> {
    Set(events.compactMap { if case .state(let guest, Lifecycle.running.word, _) = $0 { guest } else { nil } })
  }

  mutating func next() -> Event? { events.isEmpty ? nil : events.removeFirst() }
}
