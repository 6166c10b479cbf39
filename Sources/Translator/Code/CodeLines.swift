import HartEngine
import SystemBus

/// A byte for each 64-byte line of RAM, in its window, not zero where a store may hit decoded code.
///
/// A store may begin in one line and end in the next, so a line counts too if the one after it holds code.
final class CodeLines {
  private let bytes: UnsafeMutablePointer<UInt8>
  private let count: Int
  private let pageCount: Int
  /// They are in its window.
  private let ram: GuestMemory

  /// Nil when the memory has no window.
  init?(of ram: GuestMemory) throws(MemoryError) {
    guard let window = ram.window else { return nil }
    self.ram = ram
    pageCount = ram.size >> 12
    count = pageCount << (12 - AddressWindow.lineShift)
    bytes = window.lines.assumingMemoryBound(to: UInt8.self)
    let page = HostMapping.pageSize
    let start = UnsafeMutableRawPointer(bitPattern: UInt(bitPattern: window.lines) & ~UInt(page - 1)) ?? window.lines
    try HostMapping.replaceWithZeros(start, count: (window.lines - start + count + page - 1) & ~(page - 1))
  }

  /// - Parameters:
  ///   - page: of RAM.
  ///   - lines: a bit for each line that holds code.
  func set(page: Int, lines: UInt64) {
    guard page >= 0, page < pageCount else { return }
    let first = bytes + page * 64
    let followed = lines | lines >> 1 | (page + 1 < pageCount && first[64] != 0 ? 1 << 63 : 0)
    for line in 0..<64 { first[line] = UInt8(truncatingIfNeeded: followed >> UInt64(line) & 1) }
    if lines & 1 != 0, page > 0 { first[-1] = 1 }
  }

  func clear() { HostMapping.clear(bytes, count: count) }

  var residentBytes: Int { HostMapping.residentBytes(bytes, count: count) }
}
