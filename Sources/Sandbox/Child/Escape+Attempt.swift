#if os(Linux)
  import CHost
  import Glibc

  extension Escape {
    /// Tries it.
    /// - Returns: the system call's result, as the kernel gives it: below 0 for an error. Most tries do not return.
    func attempt() -> Int {
      let result = call()
      return result < 0 ? -Int(errno) : result
    }

    private func call() -> Int {
      switch self {
      case .openFile: path("/etc/passwd") { make(SYS_openat, Int(AT_FDCWD), $0, Int(O_RDONLY)) }
      case .createFile:
        path("/tmp/roost-escape") { make(SYS_openat, Int(AT_FDCWD), $0, Int(O_CREAT | O_WRONLY), 0o600) }
      case .lookUpFile: path("/etc/passwd") { make(SYS_access, $0, Int(F_OK)) }
      case .createSocket: make(SYS_socket, Int(AF_INET), 1)
      case .fork: make(SYS_clone, Int(SIGCHLD))
      case .startThread: make(SYS_clone, Int(CLONE_VM | CLONE_THREAD | CLONE_SIGHAND))
      case .execute: path("/bin/true") { make(SYS_execve, $0) }
      case .traceMonitor: make(SYS_ptrace, 16, Int(getppid()))
      case .readMonitor: make(SYS_process_vm_readv, Int(getppid()))
      case .killMonitor: make(SYS_kill, Int(getppid()))
      case .mapExecutable: map(PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1)
      case .makeExecutable:
        make(SYS_mprotect, map(PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1), 4096, Int(PROT_READ | PROT_EXEC))
      case .mapFile: map(PROT_READ, MAP_SHARED, Inheritance.area)
      case .duplicateDescriptor: make(SYS_dup, Int(Inheritance.channel))
      case .passDescriptors: make(SYS_recvmsg, Int(Inheritance.channel))
      case .controlDevice: make(SYS_ioctl, Int(STDERR_FILENO), Int(TIOCGWINSZ))
      case .makeMemoryFile: path("escape") { make(SYS_memfd_create, $0) }
      case .mountFileSystem: path("/proc") { make(SYS_mount, $0, $0, $0) }
      case .enterNamespace: make(SYS_unshare, Int(CLONE_NEWUSER))
      case .regainUser: make(SYS_setresuid, 0, 0, 0)
      case .raiseLimits: make(SYS_prlimit64)
      case .allowTracing: make(SYS_prctl, Int(PR_SET_DUMPABLE), 1)
      case .outliveMonitor: make(SYS_prctl, Int(PR_SET_PDEATHSIG), 0)
      case .sharedRing: make(SYS_io_uring_setup, 8)
      case .pageFaultDescriptor: make(SYS_userfaultfd)
      case .loadProgram: make(SYS_bpf)
      case .countEvents: make(SYS_perf_event_open)
      case .foreignCall: foreignCall()
      }
    }

    private func make(_ number: CInt, _ arguments: Int...) -> Int {
      let all = arguments + [0, 0, 0, 0, 0]
      return chost_system_call(Int(number), all[0], all[1], all[2], all[3], all[4])
    }

    private func path(_ path: String, _ call: (Int) -> Int) -> Int { path.withCString { call(Int(bitPattern: $0)) } }

    private func map(_ protection: CInt, _ flags: CInt, _ descriptor: CInt) -> Int {
      let mapping = mmap(nil, 4096, protection, flags, descriptor, 0)
      return mapping == MAP_FAILED ? -1 : Int(bitPattern: mapping)
    }

    /// `getpid`, which the filter allows, by its number for the x32 rules of x86-64.
    private func foreignCall() -> Int { chost_system_call(0x4000_0000 | Int(SYS_getpid), 0, 0, 0, 0, 0) }
  }
#endif
