#if os(Linux)
  import Glibc

  /// How a process has ended, in words.
  enum Ending {
    /// - Parameter status: as `waitpid` gives it.
    static func words(_ status: CInt) -> String {
      let signal = status & 0x7F
      guard signal != 0 else { return "its process ended with exit status \((status >> 8) & 0xFF)" }
      let name = signals.first { $0.number == signal }.map { " (\($0.name))" } ?? ""
      let cause = signal == SIGSYS ? " for a system call that it may not make" : ""
      return "its process was killed by signal \(signal)\(name)\(cause)"
    }

    private static let signals: [(number: CInt, name: String)] = [
      (SIGHUP, "SIGHUP"), (SIGINT, "SIGINT"), (SIGQUIT, "SIGQUIT"), (SIGILL, "SIGILL"), (SIGTRAP, "SIGTRAP"),
      (SIGABRT, "SIGABRT"), (SIGBUS, "SIGBUS"), (SIGFPE, "SIGFPE"), (SIGKILL, "SIGKILL"), (SIGUSR1, "SIGUSR1"),
      (SIGSEGV, "SIGSEGV"), (SIGUSR2, "SIGUSR2"), (SIGPIPE, "SIGPIPE"), (SIGALRM, "SIGALRM"), (SIGTERM, "SIGTERM"),
      (SIGXCPU, "SIGXCPU"), (SIGXFSZ, "SIGXFSZ"), (SIGSYS, "SIGSYS"),
    ]
  }
#endif
