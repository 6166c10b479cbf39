#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that is to take the place of the one at a path, or of none. Until it does, the old one is as it was; if it never
/// does, nothing is left of it.
///
/// Only its owner can read it: a snapshot holds all that is in a guest's memory.
final class ReplacementFile {
  let descriptor: Int32
  private let path: String
  private let folder: String
  /// Its name until it takes the path's; nil while it has none.
  private var temporary: String?

  init(replacing path: String) throws(SnapshotFileError) {
    var status = stat()
    if stat(path, &status) == 0, mode_t(status.st_mode) & S_IFMT != S_IFREG {
      throw .cannotCreate(file: path, reason: "there is something that is no regular file; name another")
    }
    self.path = path
    folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let unnamed = Self.openUnnamed(in: folder)
    if unnamed >= 0 {
      descriptor = unnamed
      return
    }
    let name = Self.temporaryName(for: path)
    descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0o600)
    guard descriptor >= 0 else { throw .cannotCreate(file: path, reason: errorText(errno)) }
    temporary = name
  }

  deinit {
    close(descriptor)
    if let temporary { unlink(temporary) }
  }

  /// Puts it in its place, once all of it is on the disk.
  func commit() throws(SnapshotFileError) {
    guard fsync(descriptor) == 0 else { throw failure }
    try name()
    // Opened first: once the new file is there, nothing may fail that could have been known before.
    let folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw failure }
    defer { close(folder) }
    guard let temporary, rename(temporary, path) == 0 else { throw failure }
    self.temporary = nil
    // Some file systems cannot bring a folder to the disk, and need not.
    guard fsync(folder) == 0 || errno == EINVAL || errno == ENOTSUP else { throw failure }
  }

  private var failure: SnapshotFileError { .cannotWrite(file: path, reason: errorText(errno)) }

  private static func temporaryName(for path: String) -> String {
    var random = SystemRandomNumberGenerator()
    return "\(path).\(getpid())-\(String(random.next() as UInt32, radix: 36))~"
  }

  // A file without a name leaves nothing behind even when the process is killed.
  #if os(Linux)
    // From <fcntl.h>, in a form that Swift does not read.
    private static let unnamedFlag = 0o20000000 | O_DIRECTORY

    private static func openUnnamed(in folder: String) -> Int32 {
      guard access("/proc/self/fd", X_OK) == 0 else { return -1 }
      return open(folder, O_WRONLY | unnamedFlag | O_CLOEXEC, 0o600)
    }

    private func name() throws(SnapshotFileError) {
      guard temporary == nil else { return }
      let name = Self.temporaryName(for: path)
      guard linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 else {
        throw failure
      }
      temporary = name
    }
  #else
    private static func openUnnamed(in _: String) -> Int32 { -1 }
    private func name() throws(SnapshotFileError) {}
  #endif
}
