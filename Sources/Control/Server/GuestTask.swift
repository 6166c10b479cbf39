import Monitor
import Synchronization

/// Counts how often each guest's machine has been made.
final class StartCounter: Sendable {
  private let counts = Mutex<[String: Int]>([:])

  func add(_ guest: String) { counts.withLock { $0[guest, default: 0] += 1 } }
  func count(of guest: String) -> Int { counts.withLock { $0[guest] ?? 0 } }
}

/// An action on one guest, until it is done. It goes on though the client that asked for it has gone.
final class GuestTask: Sendable {
  private let action: GuestAction
  private let guest: Guest
  private let starts: StartCounter
  private let progress = Mutex(Progress())

  private struct Progress {
    var stage = Stage.ready
    /// How often the guest had been started when the task began, or when it started it.
    var startsBefore = 0
    var refusal: Refusal?
    var note: String?
  }

  private enum Stage { case ready, stopping, starting, waiting, done }

  init(_ action: GuestAction, on guest: Guest, _ starts: StartCounter) {
    self.action = action
    self.guest = guest
    self.starts = starts
  }

  var isDone: Bool { progress.withLock { $0.stage == .done } }

  var result: ActionResult {
    let (refusal, note) = progress.withLock { ($0.refusal, $0.note) }
    return ActionResult(guest: guest.name, state: guest.lifecycle.word, refusal: refusal, note: note)
  }

  /// Goes as far as it can.
  func advance() {
    progress.withLock { progress in
      do throws(MonitorError) {
        while progress.stage != .done, let next = try next(&progress) { progress.stage = next }
      } catch {
        progress.refusal = Refusal(error)
        progress.stage = .done
      }
    }
  }

  /// The stage after the present one; nil while it is not over.
  private func next(_ progress: inout Progress) throws(MonitorError) -> Stage? {
    let state = guest.lifecycle
    switch progress.stage {
    case .ready: return try begin(&progress, state)
    case .stopping:
      // Somebody else has started it again meanwhile.
      if starts.count(of: guest.name) > progress.startsBefore { return .done }
      return state.isActive ? nil : try start(&progress)
    case .starting:
      if starts.count(of: guest.name) > progress.startsBefore { return .done }
      guard state.isOver else { return nil }
      if let reason = state.reason { progress.refusal = Refusal(.failed, "\(guest.name): \(reason)") }
      return .done
    case .waiting:
      // What was asked for may have been undone between two looks.
      return hasHappened(state) || starts.count(of: guest.name) > progress.startsBefore ? .done : nil
    case .done: return nil
    }
  }

  private func begin(_ progress: inout Progress, _ state: Lifecycle) throws(MonitorError) -> Stage {
    progress.startsBefore = starts.count(of: guest.name)
    switch action {
    case .start: return try start(&progress)
    case .restart:
      if state.isActive && state != .stopping { try guest.stop(startsAgain: true) }
      return .stopping
    case .reset:
      try guest.reset()
      return .done
    case .pause: try guest.pause()
    case .resume: try guest.resume()
    case .stop, .kill: return try end(&progress)
    }
    return .waiting
  }

  /// Ends the guest. That it has ended, or is about to, is what was wanted.
  private func end(_ progress: inout Progress) throws(MonitorError) -> Stage {
    do throws(MonitorError) {
      if action == .kill { try guest.kill() } else { try guest.stop() }
    } catch {
      let state = guest.lifecycle
      guard case .notPossible = error, !state.isActive || state == .stopping else { throw error }
      if !state.isActive { progress.note = state == .created ? "was never started" : "had ended already" }
    }
    return .waiting
  }

  private func start(_ progress: inout Progress) throws(MonitorError) -> Stage {
    progress.startsBefore = starts.count(of: guest.name)
    try guest.start()
    return .starting
  }

  /// Whether what was asked for shows in the guest's state.
  private func hasHappened(_ state: Lifecycle) -> Bool {
    switch action {
    case .pause: state != .running
    case .resume: state != .paused
    default: !state.isActive
    }
  }
}

extension Refusal {
  init(_ error: MonitorError) {
    let kind: Kind =
      switch error {
      case .notPossible, .endedClone: .notPossible
      case .noMemory: .noMemory
      case .shuttingDown: .shuttingDown
      default: .failed
      }
    self.init(kind, "\(error)")
  }
}
