#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads regular files of the host whole.
public enum HostFile {
  /// The bytes of the regular file at `path`.
  ///
  /// A file is read rather than mapped: a mapping of a file that somebody truncates meanwhile ends the process.
  /// - Parameter limit: The most bytes accepted; a larger file is refused before anything is allocated for it.
  /// - Throws: `ImageError` if the path cannot be opened, is no regular file, is empty or too large, or shrinks
  ///   meanwhile.
  static func read(_ path: String, limit: UInt64) throws(ImageError) -> [UInt8] {
    let file = try open(path, limit: limit)
    defer { _ = close(file.descriptor) }
    return try read(file.descriptor, count: Int(file.length), path: path)
  }

  /// Opens the regular file at `path` for reading; the caller closes it.
  /// - Returns: its descriptor, which programs started later do not inherit, and its length in bytes, 1…`limit`.
  /// - Throws: `ImageError` as for `read`.
  public static func open(_ path: String, limit: UInt64) throws(ImageError) -> (descriptor: CInt, length: UInt64) {
    // O_NONBLOCK: opening a FIFO nobody writes to must not wait. O_NOCTTY: nor may a terminal become ours.
    let descriptor = openFile(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw .cannotRead(file: path, reason: reason(errno)) }
    do throws(ImageError) {
      return (descriptor, try length(of: descriptor, path: path, limit: limit))
    } catch {
      _ = close(descriptor)
      throw error
    }
  }

  private static func length(of descriptor: CInt, path: String, limit: UInt64) throws(ImageError) -> UInt64 {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .cannotRead(file: path, reason: reason(errno)) }
    if let kind = irregularKind(mode_t(status.st_mode)) { throw .notARegularFile(file: path, kind: kind) }
    let length = UInt64(truncatingIfNeeded: status.st_size)
    guard length > 0 else { throw .empty(file: path) }
    guard length <= limit else { throw .tooLarge(file: path, size: length, limit: limit) }
    return length
  }

  /// The first `count` bytes of an open file.
  /// - Parameter path: names it in errors.
  public static func read(_ descriptor: CInt, count: Int, path: String) throws(ImageError) -> [UInt8] {
    var failure: CInt = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        // SAFETY: the pointer and length name the part of the buffer that is not filled yet.
        let result = pread(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(filled))
        if result > 0 {
          filled += result
        } else if result == 0 {
          break
        } else if errno != EINTR {
          failure = errno
          break
        }
      }
    }
    guard failure == 0 else { throw .cannotRead(file: path, reason: reason(failure)) }
    guard bytes.count == count else { throw .changedWhileRead(file: path) }
    return bytes
  }

  /// What a file that is not regular is, in words; `nil` for a regular one.
  private static func irregularKind(_ mode: mode_t) -> String? {
    switch mode & S_IFMT {
    case S_IFREG: nil
    case S_IFDIR: "a directory"
    case S_IFIFO: "a pipe"
    case S_IFCHR, S_IFBLK: "a device"
    case S_IFSOCK: "a socket"
    default: "no regular file"
    }
  }

  private static func reason(_ code: CInt) -> String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }
}

/// The C `open`, under a name that `HostFile.open` does not shadow.
private func openFile(_ path: String, _ flags: CInt) -> CInt { open(path, flags) }
