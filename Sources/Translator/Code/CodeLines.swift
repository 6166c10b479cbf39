import HartEngine
import SystemBus

/// A byte for each 64-byte line of RAM, not zero where a store may hit decoded code.
///
/// A store may begin in one line and end in the next, so a line counts too if the one after it holds code.
final class CodeLines {
  let bytes: UnsafeMutablePointer<UInt8>
  private let count: Int
  private let pageCount: Int

  init(ramSize: Int) throws(MemoryError) {
    pageCount = ramSize >> 12
    count = (pageCount + 1) * 64
    bytes = try HostMapping.map(count: count, of: UInt8.self)
  }

  deinit { HostMapping.unmap(bytes, count: count) }

  /// - Parameters:
  ///   - page: of RAM.
  ///   - lines: a bit for each line that holds code.
  func set(page: Int, lines: UInt64) {
    guard page >= 0, page < pageCount else { return }
    let first = bytes + page * 64
    let followed = lines | lines >> 1 | (first[64] != 0 ? 1 << 63 : 0)
    for line in 0..<64 { first[line] = UInt8(truncatingIfNeeded: followed >> UInt64(line) & 1) }
    if lines & 1 != 0, page > 0 { first[-1] = 1 }
  }

  func clear() { HostMapping.clear(bytes, count: count) }

  var residentBytes: Int { HostMapping.residentBytes(bytes, count: count) }
}
