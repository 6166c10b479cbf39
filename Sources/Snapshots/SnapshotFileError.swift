import GuestImage
import SystemBus

/// Why a snapshot file cannot be read or written.
public enum SnapshotFileError: Error, CustomStringConvertible, Sendable {
  /// It cannot be opened, is no regular file, is empty or too large.
  case cannotOpen(ImageError)
  case notASnapshot(file: String)
  /// Written by a Roost that writes the format in another way.
  case otherVersion(file: String, version: UInt32)
  case truncated(file: String, length: UInt64, expected: UInt64)
  /// Something in it is not as it was written, or never made sense.
  case damaged(file: String, what: String)
  case cannotRead(file: String, reason: String)
  /// The host has no memory for what is in it.
  case noMemory(file: String, MemoryError)
  case cannotCreate(file: String, reason: String)
  case cannotWrite(file: String, reason: String)

  public var description: String {
    switch self {
    case .cannotOpen(let error): "\(error)"
    case .notASnapshot(let file): "\(file): is no snapshot; 'roost inspect' tells what it is"
    case .otherVersion(let file, let version):
      "\(file): is a snapshot of format \(version), and this roost reads format \(SnapshotFormat.version); use the roost "
        + "that wrote it, or make it anew"
    case .truncated(let file, let length, let expected):
      "\(file): is cut off: it has \(length) bytes, and was written with \(expected)"
    case .damaged(let file, let what): "\(file): is damaged: \(what); make it anew"
    case .cannotRead(let file, let reason): "\(file): cannot be read: \(reason)"
    case .noMemory(let file, let error): "\(file): \(error)"
    case .cannotCreate(let file, let reason): "\(file): cannot be created: \(reason)"
    case .cannotWrite(let file, let reason): "\(file): cannot be written: \(reason)"
    }
  }
}
