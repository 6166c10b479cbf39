#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Large zero-filled host memory that costs nothing until it is touched.
public enum HostMapping {
  /// Maps `count` zeroed elements of a type for which all-zero bytes are a valid value.
  public static func map<T: BitwiseCopyable>(count: Int, of _: T.Type) throws(MemoryError) -> UnsafeMutablePointer<T> {
    #if os(Linux)
      let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    #else
      let flags = MAP_PRIVATE | MAP_ANON
    #endif
    let size = max(count, 1) * MemoryLayout<T>.stride
    guard let mapping = mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0), mapping != MAP_FAILED else {
      throw MemoryError(size: size, errorNumber: errno)
    }
    return mapping.bindMemory(to: T.self, capacity: count)
  }

  /// Ends a mapping made with the same count.
  public static func unmap<T: BitwiseCopyable>(_ pointer: UnsafeMutablePointer<T>, count: Int) {
    munmap(pointer, max(count, 1) * MemoryLayout<T>.stride)
  }

  /// Gives the pages back to the host; they read zero afterwards.
  public static func clear<T: BitwiseCopyable>(_ pointer: UnsafeMutablePointer<T>, count: Int) {
    #if os(Linux)
      madvise(pointer, max(count, 1) * MemoryLayout<T>.stride, MADV_DONTNEED)
    #else
      memset(pointer, 0, max(count, 1) * MemoryLayout<T>.stride)
    #endif
  }
}
