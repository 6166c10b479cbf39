import SystemBus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory for translated code, seen twice: where it is written it cannot be executed, and the other way round.
///
/// It belongs to one thread at a time. Offsets are the same in both views, so code that refers to itself by distance
/// runs as it was written. Both views end with the buffer, so whoever runs code has to keep it.
package final class CodeBuffer {
  /// Where code is written.
  package let writable: UnsafeMutablePointer<UInt8>
  /// Where the same code is executed.
  package let executable: UnsafePointer<UInt8>
  /// Length in bytes, in whole pages.
  package let capacity: Int
  /// Up to where code may be written: `capacity`, unless `setLimit` has said less.
  package private(set) var limit: Int
  /// How much is taken, from the start.
  package private(set) var used = 0

  #if arch(x86_64) && os(Linux)
    /// - Throws: where the host has no memory left, or lets none be executed.
    package init(capacity: Int) throws(MemoryError) {
      let page = HostMapping.pageSize
      let size = (max(capacity, 1) + page - 1) & ~(page - 1)
      (writable, executable) = try HostMapping.mapCode(size: size)
      self.capacity = size
      limit = size
    }
  #else
    package init(capacity: Int) throws(MemoryError) { throw MemoryError(size: capacity, errorNumber: ENOTSUP) }
  #endif

  deinit {
    HostMapping.unmap(writable, count: capacity)
    HostMapping.unmap(UnsafeMutablePointer(mutating: executable), count: capacity)
  }

  /// Bytes that the host keeps in memory for it.
  package var residentBytes: Int { HostMapping.residentBytes(writable, count: capacity) }

  /// Bytes that are not taken and may be.
  package var free: Int { limit - used }

  /// Says up to where code may be written, in whole pages, no less than is taken. Memory beyond is given back to the host.
  package func setLimit(_ bytes: Int) {
    let page = HostMapping.pageSize
    let bytes = min((max(bytes, used) + page - 1) & ~(page - 1), capacity)
    if bytes < limit { HostMapping.clear(writable + bytes, count: limit - bytes, isShared: true) }
    limit = bytes
  }

  /// An assembler that writes behind what is taken; nil when there is no room for even one instruction.
  @inline(__always)
  package func assembler() -> Assembler? {
    guard free >= Assembler.longestInstruction else { return nil }
    return Assembler(start: writable, offset: used, limit: writable + limit)
  }

  /// Takes what an assembler of this buffer wrote. False, nothing being taken, when it did not fit.
  @inline(__always)
  package func take(_ assembler: borrowing Assembler) -> Bool {
    guard !assembler.overflowed else { return false }
    used = assembler.offset
    return true
  }

  /// Forgets all code behind `offset`, which is no more than `used`. Its memory stays.
  @inline(__always)
  package func truncate(to offset: Int) {
    assert(offset >= 0 && offset <= used)
    used = offset
  }

  /// Has the jump or call at one offset, with a displacement of 32 bits, go to another.
  @inline(__always)
  package func patchJump(at offset: Int, to target: Int) {
    Assembler.patchJump(in: writable, at: offset, to: target)
  }

  /// Puts a jump to one offset in the place of what is at another.
  package func overwriteWithJump(at offset: Int, to target: Int) {
    writable[offset] = 0xE9
    patchJump(at: offset, to: target)
  }

  /// Forgets all code and gives its memory back to the host.
  package func reset() {
    // More may have been written than was taken.
    HostMapping.clear(writable, count: capacity, isShared: true)
    used = 0
  }
}
