#if os(Linux)
  import CHost
  import Glibc

  /// Memory as a descriptor, for a child: nobody can change its size any more, so that no access to it can fail.
  enum SharedMemory {
    // From <linux/fcntl.h> and <linux/memfd.h>, which Swift or older hosts do not have.
    private static let addSeals: CInt = 1033
    private static let sizeSeals: CInt = 0x1 | 0x2 | 0x4
    private static let notExecutable: UInt32 = 0x8

    /// - Parameter name: shown in the host's lists of mappings.
    static func create(name: String, size: Int) throws(SandboxError) -> OpenDescriptor {
      let flags = UInt32(MFD_CLOEXEC) | UInt32(MFD_ALLOW_SEALING)
      var descriptor = memfd(name, flags | notExecutable)
      // Linux before 6.3 does not know that flag.
      if descriptor < 0, errno == EINVAL { descriptor = memfd(name, flags) }
      guard descriptor >= 0 else { throw failure() }
      let memory = OpenDescriptor(descriptor)
      guard ftruncate(descriptor, size) == 0, fcntl(descriptor, addSeals, sizeSeals) == 0 else { throw failure() }
      return memory
    }

    private static func memfd(_ name: String, _ flags: UInt32) -> CInt {
      name.withCString { CInt(chost_system_call(Int(SYS_memfd_create), Int(bitPattern: $0), Int(flags), 0, 0, 0)) }
    }

    private static func failure() -> SandboxError { .noResources(what: "memory", reason: errnoText()) }
  }

  /// A mapping of the shared area.
  final class AreaMapping: @unchecked Sendable {
    let start: UnsafeMutableRawPointer

    /// Nil, with `errno` set, when the host refuses.
    init?(_ descriptor: CInt) {
      guard
        let start = mmap(nil, SharedArea.size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), start != MAP_FAILED
      else { return nil }
      self.start = start
    }

    deinit { munmap(start, SharedArea.size) }

    var doorbell: UnsafeMutableRawPointer { start + SharedArea.doorbell }
    var output: UnsafeMutableRawPointer { start + SharedArea.output }
  }
#endif
