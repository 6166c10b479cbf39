#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that output is appended to. When it has grown to its limit it is renamed to `FILE.1`, that one to `FILE.2`, and
/// so on, and the oldest is removed.
package struct LogFile: ~Copyable {
  private let path: String
  private let limit: UInt64
  private let count: Int
  private var descriptor: Int32 = -1
  private var size: UInt64 = 0

  /// - Parameters:
  ///   - limit: bytes of one file, at least 4096.
  ///   - count: files to keep, the current one included.
  package init(path: String, limit: UInt64, count: Int) {
    self.path = path
    self.limit = max(limit, 4096)
    self.count = min(max(count, 1), 100)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Appends `bytes`; why that did not succeed in full, as `errno`. The file is opened anew after a failure.
  package mutating func append(_ bytes: [UInt8]) -> Int32? {
    var rest = bytes[...]
    while !rest.isEmpty {
      if descriptor < 0, let failure = open() { return failure }
      if size >= limit, let failure = rotate() { return failure }
      let part = rest.prefix(Int(clamping: limit - min(size, limit)))
      let written = part.withUnsafeBytes { hostWrite(descriptor, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else {
        let failure = written < 0 ? errno : ENOSPC
        shut()
        return failure
      }
      size += UInt64(written)
      rest = rest.dropFirst(written)
    }
    return nil
  }

  private mutating func open() -> Int32? {
    // O_NONBLOCK: a FIFO without a reader must not hold up the other logs.
    descriptor = hostOpen(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0o640)
    guard descriptor >= 0 else { return errno }
    var status = stat()
    size = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? UInt64(clamping: status.st_size) : 0
    return nil
  }

  private mutating func rotate() -> Int32? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      size = 0
      return nil
    }
    shut()
    for number in stride(from: count - 1, to: 0, by: -1) {
      let failed = rename(number == 1 ? path : "\(path).\(number - 1)", "\(path).\(number)") != 0
      // Older files may be missing; but this one must make room.
      if failed, number == 1 { return errno }
    }
    if count == 1, truncate(path, 0) != 0 { return errno }
    return open()
  }

  private mutating func shut() {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
    size = 0
  }
}

// The C functions, under names that no method shadows.
private let hostWrite = write
private func hostOpen(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 { open(path, flags, mode) }
