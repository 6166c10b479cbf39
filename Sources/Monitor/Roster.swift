import Synchronization

/// The guests of a monitor, in the order in which they were added, and what they mean for each other: who waits for whom,
/// and who is to stop after whom.
final class Roster: Sendable {
  private let order: Mutex<[Guest]> = Mutex([])
  private let intent: Mutex<Intent> = Mutex(.running)
  /// How often all were told to stop.
  private let stops = Atomic<UInt64>(0)
  /// Whether somebody is acting on what happened, and whether more has happened since.
  private let acting: Mutex<(isBusy: Bool, isAgain: Bool)> = Mutex((false, false))

  /// What an event about one guest means for the others.
  private enum Intent: Equatable {
    /// Those that wait for it may start.
    case running
    /// Nothing yet: all are being told to start.
    case starting
    /// Those that it depended on may stop; which order to stop it is.
    case stopping(order: UInt64)

    var isStopping: Bool { if case .stopping = self { true } else { false } }
  }

  var guests: [Guest] { order.withLock { $0 } }

  /// Changes who is on it, one change after another.
  func change<Result, Failure: Error>(
    _ body: (inout sending [Guest]) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    try order.withLock(body)
  }

  func startAll() {
    intent.withLock { $0 = .starting }
    let guests = guests
    for guest in guests {
      if let first = guest.description.dependencies.first { guest.wait(for: first.guest, isNew: true) }
    }
    for guest in guests where guest.description.dependencies.isEmpty && !guest.lifecycle.isAlive {
      do { try guest.start() } catch { guest.fail(because: error) }
    }
    intent.withLock { if $0 == .starting { $0 = .running } }
    act()
  }

  func stopAll(force: Bool) {
    let number = stops.add(1, ordering: .relaxed).newValue
    intent.withLock { $0 = .stopping(order: number) }
    if force {
      for guest in guests { try? guest.kill() }
    }
    act()
  }

  /// Somebody is about to start a guest. Who is started after all have stopped stays.
  func expectStart() {
    let seen = intent.withLock { $0 }
    guard seen.isStopping, left.isEmpty else { return }
    intent.withLock { if $0 == seen { $0 = .running } }
  }

  /// What an event means for other guests.
  func follow(_ event: MonitorEvent) {
    switch event {
    case .lifecycle, .started, .said: act()
    case .console, .notice: break
    }
  }

  /// Does what follows from what has happened. That is something that happens, too: whoever is at it goes round again.
  private func act() {
    let isMine = acting.withLock { acting in
      defer { acting = (true, true) }
      return !acting.isBusy
    }
    guard isMine else { return }
    while hasMoreToActOn() {
      switch intent.withLock({ $0 }) {
      case .running: reconsider()
      case .starting: break
      case .stopping: stopNext()
      }
    }
  }

  private func hasMoreToActOn() -> Bool {
    acting.withLock { acting in
      acting = (acting.isAgain, false)
      return acting.isBusy
    }
  }

  private func stopNext() {
    let left = left
    let needed = Set(left.flatMap(\.description.dependencies).map(\.guest))
    for guest in left where guest.lifecycle != .stopping && !needed.contains(guest.name) {
      // Meanwhile all may have stopped, and this one may have been started again.
      try? guest.stop(if: { intent.withLock { $0.isStopping } })
    }
  }

  /// The guests that have not stopped.
  private var left: [Guest] { guests.filter { !$0.lifecycle.isOver && $0.lifecycle != .created } }

  /// Starts the guests that wait for nothing any more.
  private func reconsider() {
    let guests = guests
    for guest in guests {
      guard case .waiting = guest.lifecycle else { continue }
      switch obstacle(to: guest, among: guests) {
      case .none:
        do { try guest.startWaiting() } catch { guest.giveUp(because: "\(error)") }
      case .waiting(let name): guest.wait(for: name, isNew: false)
      case .hopeless(let reason): guest.giveUp(because: reason)
      }
    }
  }

  private enum Obstacle {
    case none
    case waiting(String)
    case hopeless(String)
  }

  private func obstacle(to guest: Guest, among guests: [Guest]) -> Obstacle {
    for dependency in guest.description.dependencies {
      guard let other = guests.first(where: { $0.name == dependency.guest }) else { continue }
      let isMet = dependency.line.map { other.console.hasSaid($0) } ?? other.hasStarted
      if isMet { continue }
      let state = other.lifecycle
      guard state.isOver else { return .waiting(other.name) }
      let missing = dependency.line.map { "without a line with '\($0)'" } ?? "before it could start"
      return .hopeless("'\(other.name)', on which it depends, is \(state.word) \(missing)")
    }
    return .none
  }
}
