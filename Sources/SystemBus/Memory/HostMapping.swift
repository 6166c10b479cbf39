#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Large zero-filled host memory that costs nothing until it is touched, between guard regions: an access that misses
/// it by less than their size ends the process instead of reaching anything else.
public enum HostMapping {
  /// Bytes of a page of the host: the least that a guard region has.
  public static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

  #if os(Linux)
    private static let anonymous = MAP_ANONYMOUS | MAP_NORESERVE
  #else
    private static let anonymous = MAP_ANON
  #endif

  /// Maps `count` zeroed elements of a type for which all-zero bytes are a valid value.
  /// - Parameters:
  ///   - guardSize: bytes on each side that nothing can access.
  ///   - room: bytes of addresses beyond the guards on each side that are kept free as well.
  ///   - descriptor: a file whose first bytes become the memory, shared with whoever else maps it; nil for memory of
  ///     this process alone.
  ///   - isAnonymousAndShared: whether, without a descriptor, the same memory may be mapped a second time.
  public static func map<T: BitwiseCopyable>(
    count: Int, of _: T.Type, guardSize: Int = pageSize, room: (before: Int, after: Int) = (0, 0),
    descriptor: Int32? = nil, isAnonymousAndShared: Bool = false
  ) throws(MemoryError) -> UnsafeMutablePointer<T> {
    let size = wholePages(max(count, 1) * MemoryLayout<T>.stride)
    let edge = wholePages(guardSize) + wholePages(room.before)
    let whole = edge + size + wholePages(room.after) + wholePages(guardSize)
    guard let start = mmap(nil, whole, PROT_NONE, MAP_PRIVATE | anonymous, -1, 0), start != MAP_FAILED else {
      throw MemoryError(size: size, errorNumber: errno)
    }
    let kind = isAnonymousAndShared ? MAP_SHARED | anonymous : MAP_PRIVATE | anonymous
    let flags = MAP_FIXED | (descriptor == nil ? kind : MAP_SHARED)
    guard mmap(start + edge, size, PROT_READ | PROT_WRITE, flags, descriptor ?? -1, 0) != MAP_FAILED else {
      let error = MemoryError(size: size, errorNumber: errno)
      munmap(start, whole)
      throw error
    }
    return (start + edge).bindMemory(to: T.self, capacity: count)
  }

  /// Ends a mapping made with the same count, guards and room.
  public static func unmap<T: BitwiseCopyable>(
    _ pointer: UnsafeMutablePointer<T>, count: Int, guardSize: Int = pageSize, room: (before: Int, after: Int) = (0, 0)
  ) {
    let edge = wholePages(guardSize) + wholePages(room.before)
    let size = wholePages(max(count, 1) * MemoryLayout<T>.stride)
    munmap(UnsafeMutableRawPointer(pointer) - edge, edge + size + wholePages(room.after) + wholePages(guardSize))
  }

  /// Gives the pages back to the host; they read zero afterwards, for all who share them.
  /// - Parameter isShared: whether the mapping was made from a descriptor, or is anonymous and shared.
  public static func clear<T: BitwiseCopyable>(
    _ pointer: UnsafeMutablePointer<T>, count: Int, isShared: Bool = false
  ) {
    let size = max(count, 1) * MemoryLayout<T>.stride
    #if os(Linux)
      // Only a file that can have holes can forget its pages.
      if madvise(pointer, size, isShared ? MADV_REMOVE : MADV_DONTNEED) == 0 { return }
    #endif
    memset(pointer, 0, size)
  }

  /// Asks the host for memory page by page where a mapping comes to be used here and there, not for large pages.
  package static func keepPagesSmall<T: BitwiseCopyable>(_ pointer: UnsafeMutablePointer<T>, count: Int) {
    #if os(Linux)
      // A host without large pages says no, and needs no asking.
      _ = madvise(pointer, max(count, 1) * MemoryLayout<T>.stride, MADV_NOHUGEPAGE)
    #endif
  }

  /// Bytes of the whole pages at `pointer` that the host keeps in memory.
  public static func residentBytes(_ pointer: UnsafeRawPointer, count: Int) -> Int {
    var resident = 0
    // A piece at a time, so that the answer needs no room of its own to speak of.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1024) { answer in
      for start in stride(from: 0, to: count, by: pageSize * 1024) {
        let pages = (min(count - start, pageSize * 1024) + pageSize - 1) / pageSize
        #if os(Linux)
          let result = mincore(UnsafeMutableRawPointer(mutating: pointer + start), pages * pageSize, answer.baseAddress)
        #else
          let result = answer.withMemoryRebound(to: CChar.self) {
            mincore(pointer + start, pages * pageSize, $0.baseAddress)
          }
        #endif
        guard result == 0 else { return }
        for index in 0..<pages where answer[index] & 1 != 0 { resident += pageSize }
      }
    }
    return resident
  }

  /// Puts the content of a file in the place of what is mapped at `pointer`: shared with whoever else maps it, or with
  /// copies of this process's own of the pages that it changes.
  static func replace(
    _ pointer: UnsafeMutableRawPointer, count: Int, with descriptor: Int32, isShared: Bool
  ) throws(MemoryError) {
    #if os(Linux)
      let flags = MAP_FIXED | (isShared ? MAP_SHARED : MAP_PRIVATE | MAP_NORESERVE)
    #else
      let flags = MAP_FIXED | (isShared ? MAP_SHARED : MAP_PRIVATE)
    #endif
    guard mmap(pointer, count, PROT_READ | PROT_WRITE, flags, descriptor, 0) != MAP_FAILED else {
      throw MemoryError(size: count, errorNumber: errno)
    }
  }

  /// Puts zeroed memory of this process's own in the place of what is mapped at `pointer`.
  package static func replaceWithZeros(_ pointer: UnsafeMutableRawPointer, count: Int) throws(MemoryError) {
    guard mmap(pointer, count, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | anonymous, -1, 0) != MAP_FAILED else {
      throw MemoryError(size: count, errorNumber: errno)
    }
  }

  private static func wholePages(_ size: Int) -> Int { (size + pageSize - 1) & ~(pageSize - 1) }
}
