import Boards
import GuestImage
import SystemBus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Snapshots on disk. docs/SNAPSHOTS.md describes the format and what is promised.
public enum SnapshotFile {
  /// Bytes that a file can have.
  public static let lengthLimit = SnapshotFormat.lengthLimit

  /// Saves a guest. Until all of it is on the disk, the file that was there before is as it was; after an error, too, and
  /// nothing else is left.
  public static func write(_ guest: SavedGuest, to path: String) throws(SnapshotFileError) {
    let file = try ReplacementFile(replacing: path)
    try SnapshotWriter.write(guest, to: file.descriptor, path: path)
    try file.commit()
  }

  /// Saves a guest into an empty file that is open for writing.
  /// - Parameter name: names it in errors.
  public static func write(_ guest: SavedGuest, to descriptor: Int32, name: String) throws(SnapshotFileError) {
    try SnapshotWriter.write(guest, to: descriptor, path: name)
  }

  /// The guest that a file was made of. Any bytes are safe: what is not as it was written is refused.
  public static func read(_ path: String) throws(SnapshotFileError) -> SavedGuest {
    try withReader(of: path) { reader throws(SnapshotFileError) in try reader.guest() }
  }

  /// The same of a file that is open for reading, which it stays.
  /// - Parameters:
  ///   - length: of the file, in bytes.
  ///   - name: names it in errors.
  public static func read(
    _ descriptor: Int32, length: UInt64, name: String
  ) throws(SnapshotFileError) -> SavedGuest {
    try SnapshotReader(descriptor: descriptor, length: length, path: name).guest()
  }

  /// The same for a machine that there is already, whose RAM gets what RAM held; it must hold zeros.
  package static func read(
    _ descriptor: Int32, length: UInt64, name: String, into ram: GuestMemory
  ) throws(SnapshotFileError) -> SnapshotContents {
    try SnapshotReader(descriptor: descriptor, length: length, path: name).contents(into: ram)
  }

  /// What the machine of a file is made of; nearly all of the file is left unread.
  public static func configuration(of path: String) throws(SnapshotFileError) -> MachineConfiguration {
    try withReader(of: path) { reader throws(SnapshotFileError) in try reader.configuration() }
  }

  /// Whether a file begins as a snapshot does, so that it is one, or was.
  public static func isSnapshot(_ path: String) -> Bool {
    guard let file = try? HostFile.open(path, limit: .max) else { return false }
    defer { close(file.descriptor) }
    let count = SnapshotFormat.magic.count
    return (try? HostFile.read(file.descriptor, count: count, path: path)) == SnapshotFormat.magic
  }

  private static func withReader<Result>(
    of path: String, _ body: (SnapshotReader) throws(SnapshotFileError) -> Result
  ) throws(SnapshotFileError) -> Result {
    let file: (descriptor: Int32, length: UInt64)
    do throws(ImageError) {
      file = try HostFile.open(path, limit: SnapshotFormat.lengthLimit)
    } catch {
      throw .cannotOpen(error)
    }
    defer { close(file.descriptor) }
    return try body(try SnapshotReader(descriptor: file.descriptor, length: file.length, path: path))
  }
}
