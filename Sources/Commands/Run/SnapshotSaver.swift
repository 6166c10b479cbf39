import Boards
import Snapshots
import SystemBus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes snapshots of the machine that `roost run` runs.
final class SnapshotSaver {
  /// The file that the user named; without one, each snapshot has a file of its own.
  private let path: String?
  private let origin: String
  /// When a snapshot is to be saved, in ticks of machine time; nil when none is, or it has been.
  private(set) var due: Ticks?

  init(path: String?, origin: String, due: Ticks?) {
    self.path = path
    self.origin = origin
    self.due = due
  }

  /// Saves a machine whose time stands still meanwhile.
  /// - Parameter typed: what the guest has not read yet.
  /// - Returns: the file.
  func save(_ machine: VirtMachine, typed: [UInt8]) throws -> String {
    machine.holdTime()
    defer { machine.releaseTime() }
    due = nil
    var guest = SavedGuest(try machine.snapshot())
    guest.typed = typed
    guest.origin = origin
    let path = path ?? Self.freeName()
    try SnapshotFile.write(guest, to: path)
    return path
  }

  /// A name in the current folder that no file has.
  private static func freeName() -> String {
    var number = 1
    while access("roost-\(number).snapshot", F_OK) == 0 { number += 1 }
    return "roost-\(number).snapshot"
  }
}
