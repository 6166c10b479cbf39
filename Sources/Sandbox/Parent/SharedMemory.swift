#if os(Linux)
  import Glibc
  import SystemBus

  /// Memory as a descriptor, for a child: nobody can change its size any more, so that no access to it can fail.
  enum SharedMemory {
    /// - Parameter name: shown in the host's lists of mappings.
    static func create(name: String, size: Int) throws(SandboxError) -> OpenDescriptor {
      do throws(MemoryError) {
        return OpenDescriptor(try MemoryFile.open(name: name, size: size))
      } catch {
        throw .noResources(what: "memory", reason: errnoText(error.errorNumber))
      }
    }
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
