import ISA
import SystemBus

/// The decoded blocks of one machine, shared by its harts, and the record of which guest memory they were decoded from.
///
/// Guest memory is counted in pages over all memories of the bus, in their order: a *code page* is such a number. Each
/// has a bitmap of the halfwords that blocks cover, so that a store elsewhere in the page costs only a test, and one of its
/// 64-byte lines, which host code looks at first.
package final class CodeCache {
  private struct Page: BitwiseCopyable {
    /// Bit n: some block covers bytes 64n…64n+63.
    var lines: UInt64
    /// The page's newest block, as its place in the arena; 0 for none.
    var blocks: UInt32
    /// The rest means something only in the generation of the cache that it was written in.
    var generation: UInt16
    /// How many blocks there are, at most `blocksPerPage`.
    var blockCount: UInt16
  }

  /// The blocks of one page are searched when it is stored to, so there must not be too many. More than there is room
  /// for come only from code that is run at many virtual addresses.
  private static let blocksPerPage = 512
  /// Blocks in one bucket, at most: what comes before is found no more. Honest code has one or two.
  private static let bucketDepth = 16

  /// One of the memories, and the number of its first page. Nobody counts references to find a page.
  private struct Span: BitwiseCopyable {
    let base: UInt32
    let size: UInt32
    let pointer: UnsafeMutableRawPointer
    let isWritable: Bool
    let firstPage: UInt32
  }

  /// A block that is never entered: what links and jump caches hold before they know better.
  package let unlinked: BlockPointer
  private let memories: [GuestMemory]
  private let spans: UnsafeMutablePointer<Span>
  private let spanCount: Int
  private let pages: UnsafeMutablePointer<Page>
  private let pageCount: Int
  /// One bit for each halfword of guest memory that some block covers; those of a page mean something only in the
  /// generation that its record is of.
  private let halves: UnsafeMutablePointer<UInt64>
  private static let wordsPerPage = 4096 / 2 / 64
  /// One bit per page: some TLB may let stores to it pass unchecked.
  private let writablePages: UnsafeMutablePointer<UInt64>
  /// The newest block of each bucket, as its place in the arena, and for each window the generation it is of.
  private let buckets: UnsafeMutablePointer<UInt32>
  private let windowGenerations: UnsafeMutablePointer<UInt16>
  /// The blocks of one guest page lie in one window of buckets, so that few guest pages need few pages of the host.
  private static let windowSize = 256
  private static let windowCount = 256
  /// Counts up when everything is dropped; nothing is of generation 0.
  @exclusivity(unchecked) private var generation: UInt16 = 1
  package let arena: UnsafeMutableRawPointer
  private let arenaSize: Int
  @exclusivity(unchecked) private var arenaUsed = 0
  /// Units of `HostEffort` that nobody has accounted for yet.
  @exclusivity(unchecked) package var effort = 0
  /// Makes host code of blocks, where that is wanted.
  @exclusivity(unchecked) package unowned(unsafe) var engine: (any HostCodeEngine)?
  /// Called with each guest page whose lines that hold code may have changed, and the new bitmap of them.
  @exclusivity(unchecked) package var onLinesChange: ((_ codePage: UInt32, _ lines: UInt64) -> Void)?
  /// The harts whose caches refer to blocks here.
  // Weak references would make every count of who refers to a hart slow; a hart takes itself out of here at its end.
  private var harts: [Unmanaged<Hart>] = []
  /// Blocks decoded since the machine was made, for statistics.
  @exclusivity(unchecked) private(set) var blocksBuilt = 0
  /// Times the whole cache was emptied because it was full.
  @exclusivity(unchecked) private(set) var flushes = 0

  init(bus: SystemBus, arenaSize: Int) throws(MemoryError) {
    memories = bus.memories
    spanCount = memories.count
    spans = .allocate(capacity: max(spanCount, 1))
    var page: UInt32 = 0
    for (index, memory) in memories.enumerated() {
      (spans + index).initialize(
        to: Span(
          base: memory.base, size: UInt32(truncatingIfNeeded: memory.size), pointer: memory.pointer,
          isWritable: memory.isWritable, firstPage: page))
      page += UInt32(truncatingIfNeeded: memory.size >> 12)
    }
    pageCount = Int(page)
    let arenaSize = max(arenaSize, Block.largestSize)
    self.arenaSize = arenaSize
    pages = try HostMapping.map(count: pageCount, of: Page.self)
    // One word more, so that what host code reads at once may begin with the last halfword.
    halves = try HostMapping.map(count: pageCount * Self.wordsPerPage + 1, of: UInt64.self)
    writablePages = try HostMapping.map(count: (pageCount + 63) / 64, of: UInt64.self)
    buckets = try HostMapping.map(count: Self.windowCount * Self.windowSize, of: UInt32.self)
    windowGenerations = .allocate(capacity: Self.windowCount)
    windowGenerations.initialize(repeating: 0, count: Self.windowCount)
    arena = UnsafeMutableRawPointer(try HostMapping.map(count: arenaSize, of: UInt8.self))
    unlinked = .allocate(capacity: 1)
    unlinked.initialize(
      to: Block(
        taken: unlinked, fallThrough: unlinked, entryCost: Block.neverEnter, count: 0, pc: JumpCacheEntry.invalid,
        codePage: .max, length: 0, straddlingBits: 0, kind: .invalid))
  }

  deinit {
    HostMapping.unmap(pages, count: pageCount)
    HostMapping.unmap(halves, count: pageCount * Self.wordsPerPage + 1)
    HostMapping.unmap(writablePages, count: (pageCount + 63) / 64)
    HostMapping.unmap(buckets, count: Self.windowCount * Self.windowSize)
    windowGenerations.deallocate()
    spans.deallocate()
    HostMapping.unmap(arena.assumingMemoryBound(to: UInt8.self), count: arenaSize)
    unlinked.deallocate()
  }

  func register(_ hart: Hart) { harts.append(.passUnretained(hart)) }

  /// To be called before a hart goes.
  func unregister(_ hart: Unmanaged<Hart>) { harts.removeAll { $0.toOpaque() == hart.toOpaque() } }

  /// The guest page that holds the physical `address`, and the host address of that byte; nil outside of memory.
  package func locate(_ address: UInt64) -> (codePage: UInt32, host: UnsafeMutableRawPointer, isWritable: Bool)? {
    guard address <= UInt64(UInt32.max) else { return nil }
    let low = UInt32(truncatingIfNeeded: address)
    for index in 0..<spanCount where low &- spans[index].base < spans[index].size {
      let offset = low &- spans[index].base
      return (spans[index].firstPage &+ offset >> 12, spans[index].pointer + Int(offset), spans[index].isWritable)
    }
    return nil
  }

  /// Host address of the first byte of a guest page.
  package func host(_ codePage: UInt32) -> UnsafeMutableRawPointer? {
    guard codePage < pageCount else { return nil }
    var index = spanCount
    while index > 0 {
      index &-= 1
      let span = spans[index]
      if codePage >= span.firstPage { return span.pointer + Int(codePage &- span.firstPage) << 12 }
    }
    return nil
  }

  /// The record of a page that may be of an older generation, brought up to date.
  private func page(_ codePage: UInt32) -> UnsafeMutablePointer<Page> {
    let page = pages + Int(codePage)
    if page.pointee.generation != generation {
      page.pointee = Page(lines: 0, blocks: 0, generation: generation, blockCount: 0)
      halves(of: codePage).update(repeating: 0, count: Self.wordsPerPage)
    }
    return page
  }

  /// The bits for the halfwords of a page and those after it: bit n is for bytes 2n and 2n+1.
  package func halves(of codePage: UInt32) -> UnsafeMutablePointer<UInt64> {
    halves + Int(codePage) * Self.wordsPerPage
  }

  func holdsCode(_ codePage: UInt32) -> Bool {
    pages[Int(codePage)].lines != 0 && pages[Int(codePage)].generation == generation
  }

  /// Must be called before a TLB lets stores to a page pass unchecked; the page holds no code then.
  func willBeWritten(_ codePage: UInt32) {
    writablePages[Int(codePage >> 6)] |= 1 &<< UInt64(codePage & 63)
  }

  /// The work done since the last call, in units of `HostEffort`.
  func takeEffort() -> Int {
    defer { effort = 0 }
    return effort
  }

  // MARK: Blocks

  /// A block's place in the arena, in units of 16 bytes from 1 on.
  private func place(of block: BlockPointer) -> UInt32 {
    UInt32(truncatingIfNeeded: (UnsafeMutableRawPointer(block) - arena) >> 4) &+ 1
  }

  private func block(at place: UInt32) -> BlockPointer? {
    place == 0 ? nil : (arena + Int(place &- 1) << 4).assumingMemoryBound(to: Block.self)
  }

  private static func window(_ codePage: UInt32) -> Int { Int(truncatingIfNeeded: codePage & 0xFF) }

  private static func bucket(_ codePage: UInt32, _ pc: UInt32) -> Int {
    let spread = (codePage >> 8) &* 0x9E37_79B1 ^ (pc >> 12) &* 0x85EB_CA6B
    let slot = ((pc >> 1) ^ (pc >> 9) ^ (spread >> 24)) & 0xFF
    return window(codePage) << 8 | Int(truncatingIfNeeded: slot)
  }

  /// Calls `body` with each block that is there, of whatever page.
  package func forEachBlock(_ body: (BlockPointer) -> Void) {
    for page in 0..<pageCount where pages[page].generation == generation {
      var next = block(at: pages[page].blocks)
      while let block = next {
        body(block)
        next = block.pointee.nextInPage
      }
    }
  }

  /// The bits of an instruction that has been decoded; those of a compressed one in the lower half.
  package func bits(at pc: UInt32, in codePage: UInt32) -> UInt32 {
    guard let host = host(codePage) else { return 0 }
    let low = UInt32(host.loadUnaligned(fromByteOffset: Int(pc & 0xFFF), as: UInt16.self).littleEndian)
    guard low & 3 == 3, pc & 0xFFF < 0xFFE else { return low }
    return low | UInt32(host.loadUnaligned(fromByteOffset: Int(pc & 0xFFF) + 2, as: UInt16.self).littleEndian) << 16
  }

  /// The block for the instruction at `pc`, which is in `codePage`, if it has been decoded.
  package func find(codePage: UInt32, pc: UInt32, open: Bool) -> BlockPointer? {
    guard windowGenerations[Self.window(codePage)] == generation else { return nil }
    var candidate = block(at: buckets[Self.bucket(codePage, pc)])
    while let block = candidate {
      if block.pointee.pc == pc, block.pointee.codePage == codePage, block.pointee.kind != .invalid,
        block.pointee.kind.isOpen == open
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
    if arenaUsed + size > arenaSize {
      flush()
      flushes += 1
    }
    let block = (arena + arenaUsed).bindMemory(to: Block.self, capacity: 1)
    arenaUsed += (size + 15) & ~15
    block.initialize(to: header)
    block.pointee.taken = unlinked
    block.pointee.fallThrough = unlinked
    if let source = operations.baseAddress {
      UnsafeMutableRawPointer(block + 1).bindMemory(to: Instruction.self, capacity: operations.count)
        .initialize(from: source, count: operations.count)
    }
    makeFindable(block)
    cover(block)
    blocksBuilt += 1
    return block
  }

  /// Puts `block` in front of its bucket, and lets go of what is then too far behind.
  private func makeFindable(_ block: BlockPointer) {
    let window = Self.window(block.pointee.codePage)
    if windowGenerations[window] != generation {
      windowGenerations[window] = generation
      (buckets + window * Self.windowSize).update(repeating: 0, count: Self.windowSize)
    }
    let bucket = Self.bucket(block.pointee.codePage, block.pointee.pc)
    block.pointee.nextInBucket = self.block(at: buckets[bucket])
    buckets[bucket] = place(of: block)
    var last = block
    for _ in 1..<Self.bucketDepth {
      guard let next = last.pointee.nextInBucket else { return }
      last = next
    }
    last.pointee.nextInBucket = nil
  }

  /// Records that `block` was decoded from its page.
  private func cover(_ block: BlockPointer) {
    let codePage = block.pointee.codePage
    let page = page(codePage)
    if page.pointee.blockCount >= Self.blocksPerPage { contentChanged(codePage: codePage, offset: 0, count: 4096) }
    let wasClean = page.pointee.lines == 0
    block.pointee.nextInPage = self.block(at: page.pointee.blocks)
    page.pointee.blocks = place(of: block)
    page.pointee.blockCount &+= 1
    let lines = page.pointee.lines
    page.pointee.lines |= Self.lines(offset: block.pointee.offset, count: UInt32(block.pointee.length))
    forEachWord(offset: block.pointee.offset, count: UInt32(block.pointee.length)) {
      halves(of: codePage)[$0] |= $1
    }
    if page.pointee.lines != lines { onLinesChange?(codePage, page.pointee.lines) }
    if wasClean { watch(codePage) }
  }

  /// Makes every TLB check stores to a page.
  private func watch(_ codePage: UInt32) {
    let bit: UInt64 = 1 &<< UInt64(codePage & 63)
    guard writablePages[Int(codePage >> 6)] & bit != 0 else { return }
    writablePages[Int(codePage >> 6)] &= ~bit
    forEachHart { $0.watch(codePage: codePage) }
    effort &+= harts.count &* HostEffort.flush
  }

  private static func lines(offset: UInt32, count: UInt32) -> UInt64 {
    let first = UInt64((offset & 0xFFF) >> 6)
    let last = UInt64(min((offset & 0xFFF) &+ count &- 1, 0xFFF) >> 6)
    return (UInt64.max >> (63 &- (last &- first))) << first
  }

  /// Calls `body` with the index of each word of a page's halfword bits in which `count` bytes at `offset` have some, and
  /// those bits.
  @inline(__always)
  private func forEachWord(offset: UInt32, count: UInt32, _ body: (Int, UInt64) -> Void) {
    guard count > 0 else { return }
    var first = UInt64((offset & 0xFFF) >> 1)
    let last = UInt64(min((offset & 0xFFF) &+ count &- 1, 0xFFF) >> 1)
    while first <= last {
      let end = min(first | 63, last)
      body(Int(truncatingIfNeeded: first >> 6), (UInt64.max >> (63 &- (end &- first))) << (first & 63))
      first = end &+ 1
    }
  }

  /// Whether a block covers any of `count` bytes at `offset` of a page that holds code.
  private func isCovered(_ codePage: UInt32, offset: UInt32, count: UInt32) -> Bool {
    var found: UInt64 = 0
    forEachWord(offset: offset, count: count) { found |= halves(of: codePage)[$0] & $1 }
    return found != 0
  }

  /// Tells the cache that `count` bytes at `offset` of a guest page have changed. Drops the blocks that cover any of them
  /// and returns whether there were any.
  @discardableResult
  func contentChanged(codePage: UInt32, offset: UInt32, count: UInt32) -> Bool {
    guard holdsCode(codePage), isCovered(codePage, offset: offset, count: count) else { return false }
    let page = pages + Int(codePage)
    let start = offset & 0xFFF
    let end = min(start &+ count, 4096)
    effort &+= Int(page.pointee.blockCount)
    var candidate = block(at: page.pointee.blocks)
    page.pointee = Page(lines: 0, blocks: 0, generation: generation, blockCount: 0)
    let halves = halves(of: codePage)
    halves.update(repeating: 0, count: Self.wordsPerPage)
    while let block = candidate {
      candidate = block.pointee.nextInPage
      let offset = block.pointee.offset
      let length = UInt32(block.pointee.length)
      // A halfword that is changed in part is changed.
      if offset < (end &+ 1) & ~1, start & ~1 < offset &+ length {
        invalidate(block)
      } else {
        block.pointee.nextInPage = self.block(at: page.pointee.blocks)
        page.pointee.blocks = place(of: block)
        page.pointee.blockCount &+= 1
        page.pointee.lines |= Self.lines(offset: offset, count: length)
        forEachWord(offset: offset, count: length) { halves[$0] |= $1 }
      }
    }
    onLinesChange?(codePage, page.pointee.lines)
    return true
  }

  /// Makes every way into `block` look it up again; its memory stays until the cache is emptied, as it may be running.
  private func invalidate(_ block: BlockPointer) {
    block.pointee.kind = .invalid
    block.pointee.entryCost = Block.neverEnter
    if block.pointee.hostRecord != 0 { engine?.invalidate(block) }
    let bucket = Self.bucket(block.pointee.codePage, block.pointee.pc)
    guard var previous = self.block(at: buckets[bucket]) else { return }
    if previous == block {
      buckets[bucket] = block.pointee.nextInBucket.map(place) ?? 0
      return
    }
    while let next = previous.pointee.nextInBucket {
      if next == block {
        previous.pointee.nextInBucket = block.pointee.nextInBucket
        return
      }
      previous = next
    }
  }

  /// To be called by the engine when host code is gone that harts may know the places of.
  package func hostCodeWasDropped() { forEachHart { $0.hostCodeWasDropped() } }

  /// Drops every block, in a time that does not depend on how many there are. No block may be running.
  func flush() {
    arenaUsed = 0
    generation &+= 1
    if generation == 0 {
      // No record may be taken for one of a generation that comes again.
      generation = 1
      HostMapping.clear(pages, count: pageCount)
      windowGenerations.update(repeating: 0, count: Self.windowCount)
    }
    engine?.flush()
    forEachHart { $0.codeCacheWasFlushed() }
    effort &+= harts.count &* HostEffort.flush
  }

  /// Host memory in use, in bytes.
  var residentBytes: Int {
    HostMapping.residentBytes(arena, count: arenaSize) + HostMapping.residentBytes(pages, count: pageCount * 16)
      + HostMapping.residentBytes(buckets, count: Self.windowCount * Self.windowSize * 4)
      + HostMapping.residentBytes(halves, count: pageCount * Self.wordsPerPage * 8)
      + HostMapping.residentBytes(writablePages, count: (pageCount + 63) / 64 * 8)
  }

  private func forEachHart(_ body: (Hart) -> Void) {
    for hart in harts { hart._withUnsafeGuaranteedRef(body) }
  }
}
