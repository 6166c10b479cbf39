#if os(Linux)
  import CHost
  import Glibc

  /// Everything about starting one child.
  struct Spawn {
    let program: String
    let arguments: [String]
    /// What becomes its standard error.
    let errors: OpenDescriptor
    /// What it finds open from `Inheritance.channel` on, in this order.
    let descriptors: [OpenDescriptor]

    /// Descriptors are moved above all that a child finds open before they get their places there, so that none takes the
    /// place of one that is still to be moved.
    private static let outOfTheWay = Inheritance.firstFile + CInt(Inheritance.fileLimit)

    func run() -> Result<pid_t, SandboxError> {
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      defer { posix_spawn_file_actions_destroy(&actions) }
      for (number, mode) in [(STDIN_FILENO, O_RDONLY), (STDOUT_FILENO, O_WRONLY)] {
        posix_spawn_file_actions_addopen(&actions, number, "/dev/null", mode, 0)
      }
      var moved: [OpenDescriptor] = []
      for (index, descriptor) in ([errors] + descriptors).enumerated() {
        let copy = fcntl(descriptor.number, F_DUPFD_CLOEXEC, Self.outOfTheWay)
        guard copy >= 0 else { return .failure(.noResources(what: "descriptor", reason: errnoText())) }
        moved.append(OpenDescriptor(copy))
        posix_spawn_file_actions_adddup2(&actions, copy, STDERR_FILENO + CInt(index))
      }
      var process = pid_t()
      let failure = withAttributes { spawn(&process, &actions, &$0) }
      withExtendedLifetime(moved) {}
      guard failure == 0 else { return .failure(.cannotSpawn(program: program, reason: errnoText(failure))) }
      return .success(process)
    }

    /// Signals do in the child what they do in any new program, whatever this process does with them.
    private func withAttributes(_ body: (inout posix_spawnattr_t) -> CInt) -> CInt {
      var attributes = posix_spawnattr_t()
      posix_spawnattr_init(&attributes)
      defer { posix_spawnattr_destroy(&attributes) }
      var signals = sigset_t()
      sigemptyset(&signals)
      posix_spawnattr_setsigmask(&attributes, &signals)
      sigfillset(&signals)
      posix_spawnattr_setsigdefault(&attributes, &signals)
      posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
      return body(&attributes)
    }

    /// Starts the program with an empty environment.
    private func spawn(
      _ process: inout pid_t, _ actions: inout posix_spawn_file_actions_t, _ attributes: inout posix_spawnattr_t
    ) -> CInt {
      var strings: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
      defer { for string in strings { free(string) } }
      var environment: [UnsafeMutablePointer<CChar>?] = [nil]
      return posix_spawn(&process, program, &actions, &attributes, &strings, &environment)
    }
  }

  /// A pipe for what a child writes to standard error, of which it should be nothing unless it crashes.
  struct LastWords {
    let near: OpenDescriptor
    let far: OpenDescriptor

    init() throws(SandboxError) {
      var ends: [CInt] = [-1, -1]
      let made = ends.withUnsafeMutableBytes {
        chost_system_call(Int(SYS_pipe2), Int(bitPattern: $0.baseAddress), Int(O_CLOEXEC | O_NONBLOCK), 0, 0, 0)
      }
      guard made == 0 else { throw .noResources(what: "pipe", reason: errnoText()) }
      near = OpenDescriptor(ends[0])
      far = OpenDescriptor(ends[1])
    }
  }
#endif
