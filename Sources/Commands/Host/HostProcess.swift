import CHost

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// This process.
enum HostProcess {
  /// Opens standard input, output and error where the parent left one closed: the next file opened would take its place,
  /// and be taken for the console.
  static func openStandardFiles() {
    for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 { _ = open("/dev/null", O_RDWR) }
  }

  static func end(_ code: Int32) -> Never { exit(code) }

  /// Gives program text that start-up has mapped in back to the host: most of what parses arguments and reads files is
  /// never needed again, and what is comes back from the page cache. Saves several MiB for as long as a guest runs.
  static func releaseStartUpPages() { chost_release_text() }
}
