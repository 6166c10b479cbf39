import CHost

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file without a name that lives in the host's memory, all zero at first; closed when it is let go.
public final class MemoryFile: Sendable {
  public let descriptor: Int32
  /// Length in bytes; nobody can change it any more where the host can seal files.
  public let size: Int

  /// - Parameter name: shown in the host's lists of mappings.
  public init(name: String, size: Int) throws(MemoryError) {
    descriptor = try Self.open(name: name, size: size)
    self.size = size
  }

  deinit { close(descriptor) }

  /// A descriptor of such a file, which the caller has to close.
  package static func open(name: String, size: Int) throws(MemoryError) -> Int32 {
    let descriptor = make(name)
    guard descriptor >= 0, ftruncate(descriptor, off_t(size)) == 0, seal(descriptor) else {
      let failure = MemoryError(size: size, errorNumber: errno)
      if descriptor >= 0 { close(descriptor) }
      throw failure
    }
    return descriptor
  }

  #if os(Linux)
    // From <linux/fcntl.h> and <linux/memfd.h>, which Swift or older hosts do not have.
    private static let addSeals: CInt = 1033
    private static let sizeSeals: CInt = 0x1 | 0x2 | 0x4
    private static let notExecutable: UInt32 = 0x8
    private static let seekData: Int32 = 3
    private static let seekHole: Int32 = 4

    private static func make(_ name: String) -> Int32 {
      let flags = UInt32(MFD_CLOEXEC) | UInt32(MFD_ALLOW_SEALING)
      let descriptor = make(name, flags | notExecutable)
      // Linux before 6.3 does not know that flag.
      return descriptor < 0 && errno == EINVAL ? make(name, flags) : descriptor
    }

    private static func make(_ name: String, _ flags: UInt32) -> Int32 {
      name.withCString { Int32(chost_system_call(Int(SYS_memfd_create), Int(bitPattern: $0), Int(flags), 0, 0, 0)) }
    }

    private static func seal(_ descriptor: Int32) -> Bool { fcntl(descriptor, addSeals, sizeSeals) == 0 }
  #else
    private static func make(_ name: String) -> Int32 {
      var path = Array("/tmp/roost.XXXXXX".utf8CString)
      let descriptor = mkstemp(&path)
      if descriptor >= 0 {
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      }
      return descriptor
    }

    private static func seal(_: Int32) -> Bool { true }
  #endif

  /// A descriptor of an empty file that grows as it is written to, which the caller has to close.
  package static func openEmpty(name: String) throws(MemoryError) -> Int32 {
    let descriptor = make(name)
    guard descriptor >= 0 else { throw MemoryError(size: 0, errorNumber: errno) }
    return descriptor
  }

  /// Calls `body` with each stretch of the file that may hold anything but zeros, in bytes from its start, in order.
  func forEachDataRange(_ body: (Range<Int>) throws(MemoryError) -> Void) throws(MemoryError) {
    try Self.forEachDataRange(of: descriptor, size: size, body)
  }

  /// The same of a file that is somebody else's.
  static func forEachDataRange(
    of descriptor: Int32, size: Int, _ body: (Range<Int>) throws(MemoryError) -> Void
  ) throws(MemoryError) {
    #if os(Linux)
      var position = 0
      while position < size {
        let start = lseek(descriptor, off_t(position), seekData)
        if start < 0 {
          // Only a hole is left.
          if errno == ENXIO { return }
          throw MemoryError(size: size, errorNumber: errno)
        }
        let end = lseek(descriptor, start, seekHole)
        guard end > start else { throw MemoryError(size: size, errorNumber: errno) }
        try body(Int(start)..<min(Int(end), size))
        position = Int(end)
      }
    #else
      try body(0..<size)
    #endif
  }
}
