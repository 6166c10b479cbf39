import ISA
import SystemBus

/// The decoded blocks of one machine, shared by its harts, and the record of which guest memory they were decoded from.
///
/// Guest memory is counted in pages over all memories of the bus, in their order: a *code page* is such a number. Each
/// has a bitmap of the 64-byte lines that blocks cover, so that a store elsewhere in the page costs only a test.
final class CodeCache {
  private struct Page {
    /// Bit n: some block covers bytes 64n…64n+63.
    var lines: UInt64 = 0
    var blocks: BlockPointer?
  }

  private struct Span {
    let memory: GuestMemory
    let firstPage: UInt32
  }

  /// A block that is never entered: what links and jump caches hold before they know better.
  let unlinked: BlockPointer
  private let spans: [Span]
  private let pages: UnsafeMutablePointer<Page>
  private let pageCount: Int
  private let buckets: UnsafeMutablePointer<BlockPointer?>
  private static let bucketCount = 1 << 16
  private let arena: UnsafeMutableRawPointer
  private let arenaSize: Int
  @exclusivity(unchecked) private var arenaUsed = 0
  /// The harts whose caches refer to blocks here.
  private var harts: [() -> Hart?] = []
  /// Blocks decoded since the machine was made, for statistics.
  @exclusivity(unchecked) private(set) var blocksBuilt = 0
  /// Times the whole cache was emptied because it was full.
  @exclusivity(unchecked) private(set) var flushes = 0

  init(bus: SystemBus, arenaSize: Int) throws(MemoryError) {
    var spans: [Span] = []
    var page: UInt32 = 0
    for memory in bus.memories {
      spans.append(Span(memory: memory, firstPage: page))
      page += UInt32(truncatingIfNeeded: memory.size >> 12)
    }
    self.spans = spans
    pageCount = Int(page)
    let arenaSize = max(arenaSize, Block.largestSize)
    self.arenaSize = arenaSize
    pages = try HostMapping.map(count: pageCount, of: Page.self)
    buckets = try HostMapping.map(count: Self.bucketCount, of: BlockPointer?.self)
    arena = UnsafeMutableRawPointer(try HostMapping.map(count: arenaSize, of: UInt8.self))
    unlinked = .allocate(capacity: 1)
    unlinked.initialize(
      to: Block(
        taken: unlinked, fallThrough: unlinked, entryCost: Block.neverEnter, count: 0, pc: JumpCacheEntry.invalid,
        codePage: .max, offset: 0, length: 0, straddlingBits: 0, kind: .invalid))
  }

  deinit {
    HostMapping.unmap(pages, count: pageCount)
    HostMapping.unmap(buckets, count: Self.bucketCount)
    HostMapping.unmap(arena.assumingMemoryBound(to: UInt8.self), count: arenaSize)
    unlinked.deallocate()
  }

  func register(_ hart: Hart) { harts.append { [weak hart] in hart } }

  /// The guest page that holds the physical `address`, and the host address of that byte; nil outside of memory.
  func locate(_ address: UInt64) -> (codePage: UInt32, host: UnsafeMutableRawPointer, isWritable: Bool)? {
    guard address <= UInt64(UInt32.max) else { return nil }
    let low = UInt32(truncatingIfNeeded: address)
    for span in spans where span.memory.contains(low) {
      let offset = low - span.memory.base
      return (span.firstPage + (offset >> 12), span.memory.pointer + Int(offset), span.memory.isWritable)
    }
    return nil
  }

  /// Host address of the first byte of a guest page.
  func host(_ codePage: UInt32) -> UnsafeMutableRawPointer? {
    for span in spans.reversed() where codePage >= span.firstPage {
      return span.memory.pointer + (Int(codePage - span.firstPage) << 12)
    }
    return nil
  }

  func holdsCode(_ codePage: UInt32) -> Bool { pages[Int(codePage)].lines != 0 }

  private static func bucket(_ codePage: UInt32, _ pc: UInt32) -> Int {
    let mixed = ((pc >> 1) ^ (codePage &* 0x9E37_79B1)) &* 0x85EB_CA6B
    return Int(truncatingIfNeeded: mixed >> 16)
  }

  /// The block for the instruction at `pc`, which is in `codePage`, if it has been decoded.
  func find(codePage: UInt32, pc: UInt32, open: Bool) -> BlockPointer? {
    var candidate = buckets[Self.bucket(codePage, pc)]
    while let block = candidate {
      if block.pointee.pc == pc, block.pointee.codePage == codePage, block.pointee.kind != .invalid,
        (block.pointee.kind == .open) == open || block.pointee.kind == .straddling
      {
        return block
      }
      candidate = block.pointee.nextInBucket
    }
    return nil
  }

  /// Takes a finished block with its operations into the cache. Empties the cache first when it is full, so no pointer
  /// to a block may be held across the call.
  func insert(_ header: Block, _ operations: UnsafeBufferPointer<Instruction>) -> BlockPointer {
    let size = MemoryLayout<Block>.stride + operations.count * MemoryLayout<Instruction>.stride
    if arenaUsed + size > arenaSize { flush() }
    let block = (arena + arenaUsed).bindMemory(to: Block.self, capacity: 1)
    arenaUsed += (size + 15) & ~15
    let bucket = Self.bucket(header.codePage, header.pc)
    block.initialize(to: header)
    block.pointee.taken = unlinked
    block.pointee.fallThrough = unlinked
    block.pointee.nextInBucket = buckets[bucket]
    buckets[bucket] = block
    if let source = operations.baseAddress {
      UnsafeMutableRawPointer(block + 1).bindMemory(to: Instruction.self, capacity: operations.count)
        .initialize(from: source, count: operations.count)
    }
    cover(block)
    blocksBuilt += 1
    return block
  }

  /// Records that `block` was decoded from its page.
  private func cover(_ block: BlockPointer) {
    let page = Int(block.pointee.codePage)
    let wasClean = pages[page].lines == 0
    block.pointee.nextInPage = pages[page].blocks
    pages[page].blocks = block
    pages[page].lines |= Self.lines(offset: UInt32(block.pointee.offset), count: UInt32(block.pointee.length))
    if wasClean { forEachHart { $0.watch(codePage: UInt32(page)) } }
  }

  private static func lines(offset: UInt32, count: UInt32) -> UInt64 {
    let first = UInt64((offset & 0xFFF) >> 6)
    let last = UInt64(min((offset & 0xFFF) &+ count &- 1, 0xFFF) >> 6)
    return (UInt64.max >> (63 &- (last &- first))) << first
  }

  /// Tells the cache that `count` bytes at `offset` of a guest page have changed. Drops the blocks that cover them and
  /// returns whether there were any.
  @discardableResult
  func contentChanged(codePage: UInt32, offset: UInt32, count: UInt32) -> Bool {
    let changed = Self.lines(offset: offset, count: count)
    let page = Int(codePage)
    guard pages[page].lines & changed != 0 else { return false }
    var kept: BlockPointer?
    var lines: UInt64 = 0
    var candidate = pages[page].blocks
    while let block = candidate {
      candidate = block.pointee.nextInPage
      let covered = Self.lines(offset: UInt32(block.pointee.offset), count: UInt32(block.pointee.length))
      if covered & changed != 0 {
        invalidate(block)
      } else {
        block.pointee.nextInPage = kept
        kept = block
        lines |= covered
      }
    }
    pages[page].blocks = kept
    pages[page].lines = lines
    if lines == 0 { forEachHart { $0.unwatch(codePage: codePage) } }
    return true
  }

  /// Makes every way into `block` look it up again; its memory stays until the cache is emptied, as it may be running.
  private func invalidate(_ block: BlockPointer) {
    block.pointee.kind = .invalid
    block.pointee.entryCost = Block.neverEnter
    let bucket = Self.bucket(block.pointee.codePage, block.pointee.pc)
    if buckets[bucket] == block {
      buckets[bucket] = block.pointee.nextInBucket
      return
    }
    var previous = buckets[bucket]
    while let other = previous {
      if other.pointee.nextInBucket == block {
        other.pointee.nextInBucket = block.pointee.nextInBucket
        return
      }
      previous = other.pointee.nextInBucket
    }
  }

  /// Drops every block. No block may be running.
  func flush() {
    arenaUsed = 0
    flushes += 1
    for page in 0..<pageCount where pages[page].lines != 0 { pages[page] = Page() }
    buckets.update(repeating: nil, count: Self.bucketCount)
    forEachHart { $0.codeCacheWasFlushed() }
  }

  private func forEachHart(_ body: (Hart) -> Void) {
    for hart in harts { if let hart = hart() { body(hart) } }
  }
}
