import SystemBus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Which code lies together, so that what is run often shares neither cache lines nor pages with what is not.
package enum CodeKind {
  case often
  /// All other.
  case rare
}

/// Memory for translated code, seen twice: where it is written it cannot be executed, and the other way round.
///
/// It belongs to one thread at a time. Offsets are the same in both views, so code that refers to itself by distance
/// runs as it was written. Both views end with the buffer, so whoever runs code has to keep it.
///
/// It is handed out from the start on, a chunk at a time: each kind of code fills its own, and then takes the next. What
/// does not fit the rest of a chunk is to be made once more in what `widen` provides.
package final class CodeBuffer {
  /// Where code is written.
  package let writable: UnsafeMutablePointer<UInt8>
  /// Where the same code is executed.
  package let executable: UnsafePointer<UInt8>
  /// Length in bytes, in whole pages.
  package let capacity: Int
  /// Up to where code may be written: `capacity`, unless `setLimit` has said less.
  package private(set) var limit: Int
  /// Up to where memory has been handed out, from the start.
  package private(set) var handedOut = 0
  /// Bytes of code in that.
  package private(set) var used = 0
  /// What is left of the chunks in which the two kinds are.
  private var oftenRoom = 0..<0
  private var rareRoom = 0..<0

  /// Chunks end at multiples of this, or at the limit. What is left at the end of one is less than a region's code, and
  /// memory that is not touched costs a small guest nothing.
  package let chunkSize: Int
  private static let mostChunkSize = 64 << 10
  /// So that both kinds find room in small buffers too.
  private static let leastChunks = 8

  #if arch(x86_64) && os(Linux)
    /// - Throws: where the host has no memory left, or lets none be executed.
    package init(capacity: Int) throws(MemoryError) {
      let page = HostMapping.pageSize
      let size = (max(capacity, 1) + page - 1) & ~(page - 1)
      (writable, executable) = try HostMapping.mapCode(size: size)
      self.capacity = size
      limit = size
      chunkSize = min(max(size / Self.leastChunks & ~(page - 1), page), Self.mostChunkSize)
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

  /// Bytes that are not handed out and may be.
  package var free: Int { limit - handedOut }

  /// Says up to where code may be written, in whole pages, no less than is handed out. The host gets back memory beyond.
  package func setLimit(_ bytes: Int) {
    let page = HostMapping.pageSize
    let bytes = min((max(bytes, handedOut) + page - 1) & ~(page - 1), capacity)
    if bytes < limit { HostMapping.clear(writable + bytes, count: limit - bytes, isShared: true) }
    limit = bytes
  }

  private subscript(_ kind: CodeKind) -> Range<Int> {
    get { kind == .often ? oftenRoom : rareRoom }
    set { if kind == .often { oftenRoom = newValue } else { rareRoom = newValue } }
  }

  /// Where code of a kind may be written, with room for one instruction at least; nil when there is no such place.
  package func room(for kind: CodeKind) -> Range<Int>? {
    if self[kind].count < Assembler.longestInstruction, !widen(kind) { return nil }
    return self[kind]
  }

  /// Makes the room for code of a kind larger, where it is or with a new chunk; false when there is no more.
  package func widen(_ kind: CodeKind) -> Bool {
    let left = self[kind]
    let start = left.upperBound == handedOut ? left.lowerBound : handedOut
    let next = handedOut + Assembler.longestInstruction + chunkSize - 1
    let end = min(next - next % chunkSize, limit)
    guard end > handedOut, end - start >= Assembler.longestInstruction else { return false }
    self[kind] = start..<end
    handedOut = end
    return true
  }

  /// An assembler that writes where there is room for code of a kind; nil when there is none for even one instruction.
  package func assembler(_ kind: CodeKind = .often) -> Assembler? {
    room(for: kind).map { Assembler(start: writable, room: $0) }
  }

  /// Takes what an assembler of this buffer wrote, all of it of one kind. False, nothing being taken, when it did not fit.
  package func take(_ assembler: borrowing Assembler, _ kind: CodeKind = .often) -> Bool {
    guard !assembler.overflowed else { return false }
    take(kind, upTo: assembler.offset)
    return true
  }

  /// Takes what was written of a kind's room, up to an offset in it.
  package func take(_ kind: CodeKind, upTo offset: Int) {
    let room = self[kind]
    assert(offset >= room.lowerBound && offset <= room.upperBound)
    used += offset - room.lowerBound
    self[kind] = offset..<room.upperBound
  }

  /// Forgets all code behind `offset`, which is no more than `handedOut`; all before counts as code. The memory stays.
  package func truncate(to offset: Int) {
    assert(offset >= 0 && offset <= handedOut)
    handedOut = offset
    used = offset
    oftenRoom = offset..<offset
    rareRoom = offset..<offset
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
    truncate(to: 0)
  }
}
