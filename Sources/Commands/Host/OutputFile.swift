#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files that commands write.
enum OutputFile {
  /// Puts `bytes` into the file at `path`, which has either its old contents or all of the new ones at any time. What is
  /// no regular file, such as a pipe, is written to directly.
  static func write(_ bytes: [UInt8], to path: String) throws(CommandError) {
    guard isReplaceable(path) else {
      let file = try create(path)
      defer { close(file.number) }
      return try check(file.write(bytes), path)
    }
    let temporary = "\(path).\(getpid())~"
    let file = try create(temporary, for: path)
    let failure = file.write(bytes)
    let isClosed = close(file.number) == 0
    guard failure == 0, isClosed, rename(temporary, path) == 0 else {
      let reason = hostErrorText(failure == 0 ? errno : failure)
      unlink(temporary)
      throw .cannotWrite(file: path, reason: reason)
    }
  }

  /// Opens the file at `path` to be written from its start; `-` and `/dev/stdout` are standard output.
  static func create(_ path: String, for name: String? = nil) throws(CommandError) -> FileDescriptor {
    if path == "-" || path == "/dev/stdout" { return .standardOutput }
    let number = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0o666)
    guard number >= 0 else { throw .cannotCreate(file: name ?? path, reason: hostErrorText(errno)) }
    return FileDescriptor(number)
  }

  private static func check(_ failure: Int32, _ path: String) throws(CommandError) {
    if failure != 0 { throw .cannotWrite(file: path, reason: hostErrorText(failure)) }
  }

  private static func isReplaceable(_ path: String) -> Bool {
    var status = stat()
    guard path != "-", stat(path, &status) == 0 else { return path != "-" }
    return mode_t(status.st_mode) & S_IFMT == S_IFREG
  }
}
