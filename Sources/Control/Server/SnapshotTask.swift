import Monitor
import Snapshots
import Synchronization

/// A snapshot of a guest on its way to a file or to a new guest. It goes on though the client that asked for it has gone.
final class SnapshotTask: Sendable {
  enum Purpose {
    case file(String)
    case clone(name: String)
  }

  private enum Stage {
    case taking
    case writing(HostThread)
    case starting(Guest, startsBefore: Int)
    case done(Reply)
  }

  private let guest: Guest
  private let ticket: SnapshotTicket
  private let purpose: Purpose
  private let monitor: Monitor
  private let starts: StartCounter
  private let stage = Mutex(Stage.taking)
  /// What came of the writing, once its thread is through.
  private let written = Mutex<Result<Void, SnapshotFileError>?>(nil)

  init(of guest: Guest, _ ticket: SnapshotTicket, _ purpose: Purpose, monitor: Monitor, starts: StartCounter) {
    self.guest = guest
    self.ticket = ticket
    self.purpose = purpose
    self.monitor = monitor
    self.starts = starts
  }

  /// Goes as far as it can.
  /// - Returns: what to tell once it is done.
  func advance() -> Reply? {
    stage.withLock { stage in
      while true {
        if case .done(let reply) = stage { return reply }
        do throws(MonitorError) {
          guard let next = try next(stage) else { return nil }
          stage = next
        } catch {
          stage = .done(.refused(Refusal(error)))
        }
      }
    }
  }

  /// The stage after the present one; nil while it is not over.
  private func next(_ stage: Stage) throws(MonitorError) -> Stage? {
    switch stage {
    case .taking:
      switch ticket.result {
      case .success(let snapshot): return try use(snapshot)
      case .failure(let error): throw error
      case nil: return nil
      }
    case .writing(let thread):
      guard let result = written.withLock({ $0 }) else { return nil }
      thread.join()
      switch result {
      case .success: return done(guest, "saved")
      case .failure(let error): return .done(.refused(Refusal(.failed, "\(error)")))
      }
    case .starting(let clone, let startsBefore):
      let state = clone.lifecycle
      if starts.count(of: clone.name) > startsBefore { return done(clone, "goes on from \(guest.name)") }
      guard state.isOver else { return nil }
      // Its name is free for another attempt.
      try? monitor.remove(clone)
      return .done(.refused(Refusal(.failed, "\(clone.name): \(state.reason ?? state.word)")))
    case .done: return nil
    }
  }

  private func use(_ snapshot: SavedGuest) throws(MonitorError) -> Stage {
    switch purpose {
    case .file(let path): return try write(snapshot, to: path)
    case .clone(let name):
      let clone = try monitor.add(cloneOf: guest, named: name, from: snapshot)
      let startsBefore = starts.count(of: name)
      do throws(MonitorError) {
        try clone.start()
      } catch {
        try? monitor.remove(clone)
        throw error
      }
      return .starting(clone, startsBefore: startsBefore)
    }
  }

  /// A disk may be slow: neither guests nor other clients wait for it.
  private func write(_ snapshot: SavedGuest, to path: String) throws(MonitorError) -> Stage {
    let thread = HostThread(name: "snapshot") { [self] in
      do throws(SnapshotFileError) {
        try SnapshotFile.write(snapshot, to: path)
        written.withLock { $0 = .success(()) }
      } catch {
        written.withLock { $0 = .failure(error) }
      }
    }
    guard thread.start() else {
      throw .noThread(what: "the snapshot of \(guest.name)", reason: "error \(thread.failure)")
    }
    return .writing(thread)
  }

  private func done(_ guest: Guest, _ note: String) -> Stage {
    .done(.acted([ActionResult(guest: guest.name, state: guest.lifecycle.word, note: note)]))
  }
}
