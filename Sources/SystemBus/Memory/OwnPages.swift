#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension HostMapping {
  // An entry of the host's page map, see Linux' Documentation/admin-guide/mm/pagemap.rst.
  private static let isPresent: UInt64 = 1 << 63
  private static let isSwapped: UInt64 = 1 << 62
  private static let isOfFile: UInt64 = 1 << 61

  /// The stretches of a private mapping, in bytes from `pointer` on, that the host keeps for this process alone: those
  /// that were written to, and for memory that is of no file also some that were only read. Nil where the host does not tell.
  /// - Parameter overFile: whether the mapping is one of a file.
  static func ownRanges(_ pointer: UnsafeRawPointer, count: Int, overFile: Bool) -> [Range<Int>]? {
    #if os(Linux)
      let map = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)
      guard map >= 0 else { return nil }
      defer { close(map) }
      let first = Int(bitPattern: pointer) / pageSize
      let pages = (count + pageSize - 1) / pageSize
      var own: [Range<Int>] = []
      return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: entriesAtOnce) { entries in
        for start in stride(from: 0, to: pages, by: entriesAtOnce) {
          let wanted = min(entriesAtOnce, pages - start)
          guard pread(map, entries.baseAddress, wanted * 8, off_t((first + start) * 8)) == wanted * 8 else {
            return nil
          }
          for index in 0..<wanted where isOwn(entries[index], overFile: overFile) {
            let page = (start + index) * pageSize
            if let last = own.last, last.upperBound == page {
              own[own.count - 1] = last.lowerBound..<page + pageSize
            } else {
              own.append(page..<page + pageSize)
            }
          }
        }
        return own
      }
    #else
      return nil
    #endif
  }

  private static let entriesAtOnce = 4096

  private static func isOwn(_ entry: UInt64, overFile: Bool) -> Bool {
    guard entry & (isPresent | isSwapped) != 0 else { return false }
    return !overFile || entry & isSwapped != 0 || entry & isOfFile == 0
  }
}
