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

  /// Has a file that grows beyond the process's limit be an error like any other, and no reason to end the process: memory
  /// of guests that can be saved is a file, too.
  static func ignoreFileSizeSignal() { signal(SIGXFSZ, SIG_IGN) }

  static func end(_ code: Int32) -> Never { exit(code) }

  /// Gives program text that start-up has mapped in back to the host: most of what parses arguments and reads files is
  /// never needed again, and what is comes back from the page cache. Saves several MiB for as long as a guest runs.
  static func releaseStartUpPages() { chost_release_text() }

  /// This program's file.
  static var program: String {
    #if os(Linux)
      if access("/proc/self/exe", X_OK) == 0 { return "/proc/self/exe" }
    #elseif canImport(Darwin)
      var path = [CChar](repeating: 0, count: Int(PATH_MAX))
      var size = UInt32(path.count)
      if _NSGetExecutablePath(&path, &size) == 0 { return String(cString: path) }
    #endif
    return CommandLine.arguments.first ?? "roost"
  }

  /// Lets this process have as many descriptors as the host allows it: each guest with isolation `process` takes some, and
  /// what is allowed at first is little.
  static func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(descriptors, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    #if canImport(Darwin)
      limit.rlim_cur = min(limit.rlim_max, rlim_t(OPEN_MAX))
    #else
      limit.rlim_cur = limit.rlim_max
    #endif
    // It goes on with what it has if not.
    _ = setrlimit(descriptors, &limit)
  }

  #if canImport(Glibc)
    private static let descriptors = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #else
    private static let descriptors = RLIMIT_NOFILE
  #endif

  /// Whether an environment variable is set to something.
  static func hasValue(_ name: String) -> Bool { getenv(name).map { $0.pointee != 0 } ?? false }

  static var hasDumbTerminal: Bool { getenv("TERM").map { String(cString: $0) == "dumb" } ?? false }
}
