#if os(Linux)
  import Glibc
  import HartEngine
  import SystemBus

  /// How much of the host this process may use.
  struct Limits {
    private let memory: UInt64

    /// Address space for the program itself, decoded code, tables and all else that does not grow with the guest.
    private static let fixedSpace: UInt64 = 512 << 20

    /// RAM and the records of which of it is code, the tables of harts, and files three times: as they were read, as they are
    /// loaded at each reset, and on the way from one to the other.
    init(_ setup: Setup) {
      let ram = setup.machine.memory
      let tables = UInt64(clamping: setup.machine.harts) &* UInt64(Hart.addressSpace)
      memory = setup.files.reduce(ram &+ ram / 8 &+ tables &+ Self.fixedSpace) { $0 &+ $1.length &* 3 }
    }

    private var limits: [(resource: __rlimit_resource, value: UInt64)] {
      [
        (RLIMIT_DATA, memory), (RLIMIT_AS, memory &+ UInt64(AddressWindow.size)), (RLIMIT_CORE, 0), (RLIMIT_FSIZE, 0),
        (__RLIMIT_MEMLOCK, 0), (__RLIMIT_MSGQUEUE, 0),
        (__RLIMIT_NICE, 0), (RLIMIT_NOFILE, 0), (__RLIMIT_NPROC, 0), (__RLIMIT_RTPRIO, 0), (__RLIMIT_LOCKS, 0),
      ]
    }

    func apply() -> String? {
      for (resource, value) in limits {
        var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
        if setrlimit(__rlimit_resource_t(resource.rawValue), &limit) != 0 { return errnoText() }
      }
      return nil
    }
  }
#endif
