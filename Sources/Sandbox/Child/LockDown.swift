#if os(Linux)
  import CHost
  import Glibc

  /// A wall without which a child must not go on.
  struct LockDownError: Error, CustomStringConvertible {
    let wall: String
    let reason: String

    var description: String { "its process cannot be locked down: \(wall): \(reason)" }
  }

  /// Builds the walls around this process, which nothing can take down again.
  struct LockDown {
    private let setup: Setup
    private let isRoot = geteuid() == 0

    init(_ setup: Setup) { self.setup = setup }

    /// One wall, and how it is built; the closure returns nil or why it cannot be.
    private struct Wall {
      let name: String
      let isRequired: Bool
      let build: () -> String?

      init(_ name: String, required: Bool = false, _ build: @escaping () -> String?) {
        self.name = name
        self.isRequired = required
        self.build = build
      }
    }

    /// Each needs what the walls after it take away.
    private var walls: [Wall] {
      [
        Wall("own descriptors only", required: true, closeOthers),
        Wall("first to go when memory is short", OutOfMemory.volunteer),
        Wall("namespaces", Namespaces.leave),
        Wall("empty file system", Namespaces.emptyRoot),
        Wall("no capabilities", required: true, Privileges.drop),
        Wall("no privileged user") { isRoot ? Privileges.becomeNobody() : nil },
        Wall("dies with the monitor", required: true, dieWithParent),
        Wall("no new privileges", required: true) { prctl(PR_SET_NO_NEW_PRIVS, 1) },
        Wall("closed to debuggers", required: true) { prctl(PR_SET_DUMPABLE, 0) },
        Wall("Landlock", Landlock.restrict),
        Wall("resource limits", required: true) { Limits(setup).apply() },
        Wall("system call filter", required: true, SystemCallFilter.load),
      ]
    }

    /// - Returns: each wall, and why it is missing if it is.
    func apply() throws(LockDownError) -> [SandboxFeature] {
      _ = setsid()
      var features: [SandboxFeature] = []
      for wall in walls {
        let reason = wall.build()
        if let reason, wall.isRequired { throw LockDownError(wall: wall.name, reason: reason) }
        features.append(SandboxFeature(name: wall.name, reason: reason ?? ""))
      }
      return features
    }

    private func closeOthers() -> String? {
      let first = Int(Inheritance.firstFile) + setup.files.count
      return succeeded(chost_system_call(Int(SYS_close_range), first, Int(CInt.max), 0, 0, 0))
    }

    private func dieWithParent() -> String? {
      if let failure = prctl(PR_SET_PDEATHSIG, Int(SIGKILL)) { return failure }
      // It may have ended before that took effect.
      return getppid() == setup.parent ? nil : "the monitor has ended"
    }
  }

  /// Nil when a system call went well, and else its error in words.
  func succeeded(_ result: Int) -> String? { result < 0 ? errnoText() : nil }

  func prctl(_ option: CInt, _ argument: Int) -> String? {
    succeeded(chost_system_call(Int(SYS_prctl), Int(option), argument, 0, 0, 0))
  }

  /// The host's choice of whom to end when it runs out of memory.
  private enum OutOfMemory {
    static func volunteer() -> String? {
      let descriptor = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return errnoText() }
      defer { _ = close(descriptor) }
      return succeeded(write(descriptor, "500", 3))
    }
  }
#endif
