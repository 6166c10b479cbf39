import Snapshots
import Synchronization

/// A snapshot of a guest that was asked for: a worker makes it between two slices.
public final class SnapshotTicket: Sendable {
  private let state = Mutex<Result<SavedGuest, MonitorError>?>(nil)

  /// The snapshot, or why there is none; nil as long as nobody knows.
  public var result: Result<SavedGuest, MonitorError>? { state.withLock { $0 } }

  func settle(_ result: Result<SavedGuest, MonitorError>) { state.withLock { if $0 == nil { $0 = result } } }
}

/// The worker's side of a ticket. Whoever lets go of it without having made the snapshot has told that there will be none.
final class SnapshotRequest: Sendable, Equatable {
  private let guest: String
  let ticket: SnapshotTicket

  init(_ ticket: SnapshotTicket, guest: String) {
    self.ticket = ticket
    self.guest = guest
  }

  deinit { ticket.settle(.failure(.noSnapshot(guest: guest, reason: "it ended before"))) }

  func carryOut(_ make: () throws -> SavedGuest) {
    do {
      ticket.settle(.success(try make()))
    } catch {
      ticket.settle(.failure(.noSnapshot(guest: guest, reason: "\(error)")))
    }
  }

  static func == (a: SnapshotRequest, b: SnapshotRequest) -> Bool { a === b }
}
