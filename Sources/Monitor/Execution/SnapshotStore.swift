import Snapshots
import Synchronization

/// Reads a snapshot file once for all the guests that go on from it, which share its memory.
package final class SnapshotStore: Sendable {
  /// A snapshot that is shared for as long as some guest has it.
  package final class Shared: Sendable {
    let guest: SavedGuest
    init(_ guest: SavedGuest) { self.guest = guest }
  }

  private struct Entry {
    var identity: FileIdentity
    weak var shared: Shared?
  }

  /// What is known of one path. Locked while the file is read: who asks for the same meanwhile waits, nobody else does.
  private final class File: Sendable {
    let entry = Mutex<Entry?>(nil)
  }

  /// There are no more of them than fleets name files.
  private let files = Mutex<[String: File]>([:])

  package init() {}

  /// What is in a file, read now unless a guest has it as it is on disk.
  package func snapshot(_ path: String) throws(SnapshotFileError) -> Shared {
    let file = files.withLock { files -> File in
      let file = files[path] ?? File()
      files[path] = file
      return file
    }
    return try file.entry.withLock { entry throws(SnapshotFileError) -> Shared in
      let identity = FileIdentity(path)
      if let known = entry, known.identity == identity, let shared = known.shared { return shared }
      let shared = Shared(try SnapshotFile.read(path))
      entry = Entry(identity: identity, shared: shared)
      return shared
    }
  }
}
