import ArgumentParser

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What commands answer.
enum StandardOutput {
  /// Writes all of `text`. A reader that has gone ends the command as SIGPIPE would; anything else is told.
  static func write(_ text: String) throws {
    let failure = FileDescriptor.standardOutput.write(Array(text.utf8))
    if failure == EPIPE { throw ExitCode(ExitStatus.signal(SIGPIPE).code) }
    if failure != 0 { throw CommandError.cannotWrite(file: "standard output", reason: hostErrorText(failure)) }
  }
}
