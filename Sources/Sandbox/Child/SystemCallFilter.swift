#if os(Linux)
  import CHost
  import CSeccomp
  import Glibc

  /// The system calls that a child may make; any other ends it.
  enum SystemCallFilter {
    /// A call, and what its arguments must be.
    private struct Rule {
      let name: String
      var arguments: [scmp_arg_cmp] = []

      init(_ name: String, _ arguments: scmp_arg_cmp...) {
        self.name = name
        self.arguments = arguments
      }
    }

    private static var rules: [Rule] {
      let notExecutable = bits(of: 2, mask: UInt64(PROT_EXEC), are: 0)
      let notShared = bits(of: 3, mask: UInt64(MAP_SHARED | MAP_ANONYMOUS), are: UInt64(MAP_ANONYMOUS))
      let me = UInt64(getpid())
      return [
        // Speaking with the monitor.
        Rule("recvfrom", argument(0, is: UInt64(Inheritance.channel)), argument(4, is: 0)),
        Rule("sendto", argument(0, is: UInt64(Inheritance.channel)), argument(4, is: 0)),
        // Last words, and images.
        Rule("write", argument(0, is: UInt64(STDERR_FILENO))),
        Rule("pread64", argument(0, isAtLeast: UInt64(Inheritance.firstFile))),
        // Memory of its own, none of it executable.
        Rule("mmap", notExecutable, notShared), Rule("mprotect", notExecutable), Rule("munmap"), Rule("mremap"),
        Rule("madvise"), Rule("brk"),
        // What the C library and the Swift runtime do anywhere.
        Rule("futex"), Rule("sched_yield"), Rule("clock_gettime"), Rule("getrandom"), Rule("getpid"), Rule("gettid"),
        Rule("rt_sigprocmask"), Rule("rt_sigreturn"), Rule("restart_syscall"), Rule("exit"), Rule("exit_group"),
        // Ending itself, as abort does.
        Rule("tgkill", argument(0, is: me), argument(2, is: UInt64(SIGABRT))),
      ]
    }

    /// Puts the filter in place.
    static func load() -> String? {
      let kill = scmpKillProcess
      guard let filter = seccomp_init(kill) else { return "libseccomp has no filter to give" }
      defer { seccomp_release(filter) }
      // Calls by the rules of another architecture end the process as well.
      var failure = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, kill)
      for rule in rules where failure == 0 { failure = add(rule, to: filter) }
      if failure == 0 { failure = seccomp_load(filter) }
      return failure == 0 ? nil : errnoText(-failure)
    }

    /// A call that this architecture does not have needs no rule.
    private static func add(_ rule: Rule, to filter: scmp_filter_ctx) -> CInt {
      let number = seccomp_syscall_resolve_name(rule.name)
      guard number >= 0 else { return 0 }
      return seccomp_rule_add_array(filter, scmpAllow, number, UInt32(rule.arguments.count), rule.arguments)
    }

    // Macros of <seccomp.h> that Swift cannot see.
    private static let scmpKillProcess: UInt32 = 0x8000_0000
    private static let scmpAllow: UInt32 = 0x7FFF_0000

    private static func argument(_ index: UInt32, is value: UInt64) -> scmp_arg_cmp {
      scmp_arg_cmp(arg: index, op: SCMP_CMP_EQ, datum_a: value, datum_b: 0)
    }

    private static func argument(_ index: UInt32, isAtLeast value: UInt64) -> scmp_arg_cmp {
      scmp_arg_cmp(arg: index, op: SCMP_CMP_GE, datum_a: value, datum_b: 0)
    }

    private static func bits(of index: UInt32, mask: UInt64, are value: UInt64) -> scmp_arg_cmp {
      scmp_arg_cmp(arg: index, op: SCMP_CMP_MASKED_EQ, datum_a: mask, datum_b: value)
    }
  }
#endif
