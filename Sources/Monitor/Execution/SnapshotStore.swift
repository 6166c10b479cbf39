import Snapshots
import Synchronization

/// Reads a snapshot file once for all the guests that go on from it, which share its memory.
final class SnapshotStore: Sendable {
  /// A snapshot that is shared for as long as some guest has it.
  final class Shared: Sendable {
    let guest: SavedGuest
    init(_ guest: SavedGuest) { self.guest = guest }
  }

  private struct Entry {
    var identity: FileIdentity
    weak var shared: Shared?
  }

  private let entries = Mutex<[String: Entry]>([:])

  /// What is in a file, read now unless a guest has it as it is on disk.
  func snapshot(_ path: String) throws(SnapshotFileError) -> Shared {
    let identity = FileIdentity(path)
    let known = entries.withLock { entries in entries[path].flatMap { $0.identity == identity ? $0.shared : nil } }
    if let known { return known }
    let shared = Shared(try SnapshotFile.read(path))
    entries.withLock { entries in
      entries = entries.filter { $0.value.shared != nil }
      entries[path] = Entry(identity: identity, shared: shared)
    }
    return shared
  }
}
