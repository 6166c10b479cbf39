/// One entry of the soft TLB for loads and stores, direct-mapped by bits 21:12 of the virtual address: what each access
/// needs, and no more, as the first-level cache of the host holds little. The rest is in a `WatchEntry`.
///
/// Zeroed memory holds no entries, because page 0 can only be looked for in the first one, and in the last, by an access
/// that goes on at address 0 after the end of the address space: there alone an empty entry must say `invalid`. The same
/// is true of the first entries of the other tables.
package struct DataTLBEntry: BitwiseCopyable {
  /// The virtual page that may be loaded from, or `invalid`.
  package var readTag: UInt32
  /// The virtual page that may be stored to directly, or `invalid`.
  package var writeTag: UInt32
  /// What to add to a virtual address to get the host address.
  package var addend: Int

  /// Never equal to a page address.
  static let invalid: UInt32 = 1
  static let none = DataTLBEntry(readTag: invalid, writeTag: invalid, addend: 0)

  /// The tag of the page that holds `address`.
  @inline(__always) static func tag(_ address: UInt32) -> UInt32 { address & ~0xFFF }
}

/// What the soft TLB knows of a page besides, for stores that must be checked.
struct WatchEntry: BitwiseCopyable {
  /// The virtual page, plus 1, that may be stored to but may hold decoded code; 0 for none.
  var tag: UInt32
  /// Which page of guest memory the entry of the same place in the soft TLB leads to.
  var codePage: UInt32

  static func tag(_ address: UInt32) -> UInt32 { DataTLBEntry.tag(address) | 1 }
}

/// One entry of a jump cache: where the block for a virtual instruction address is.
package struct JumpCacheEntry: BitwiseCopyable {
  /// Instruction address, or `invalid`.
  package var pc: UInt32
  /// Nil only in an empty entry.
  package var block: BlockPointer?

  /// Never equal to an instruction address, because it is odd.
  static let invalid: UInt32 = 1
}

/// One entry of a table of host code: where the host code for a virtual instruction address begins.
///
/// Zeroed memory says of address 0 that its code is the first of all, where there must be code that leaves for the address.
package struct HostJumpEntry: BitwiseCopyable {
  /// Instruction address.
  package var pc: UInt32
  /// Distance from the first of the engine's host code.
  package var code: UInt32
}

/// One entry of the soft TLB for instruction fetch, looked up only when a jump cache misses.
package struct FetchTLBEntry: BitwiseCopyable {
  /// As in `DataTLBEntry`.
  package var tag: UInt32
  /// Page number counted over all guest memory; see `CodeCache`.
  package var codePage: UInt32
}

/// Which address space and permissions a set of cached translations is for.
struct ContextKey: Equatable {
  /// `satp` when it translates, else 0.
  var satp: UInt32
  var mode: PrivilegeMode
  /// `mstatus.SUM` and `MXR`, for data accesses from S-mode (both) and U-mode (MXR only).
  var sum: Bool
  var mxr: Bool

  /// All of it in one word.
  var packed: UInt64 {
    UInt64(satp) | UInt64(mode.rawValue) << 32 | (sum ? 1 << 34 : 0) | (mxr ? 1 << 35 : 0)
  }
}

/// Cached translations for one `ContextKey`. A hart keeps several, so that entering a trap handler or another address
/// space swaps a pointer and drops nothing.
///
/// It knows which sections of its tables are in use: dropping everything costs as much as was cached, and host memory
/// is touched only where something is.
package final class TranslationContext {
  package static let dataEntries = 1024
  package static let jumpEntries = 1024
  static let fetchEntries = 256
  private static let fetchSectionLength = 4
  /// Host code for each guest page modulo 128 has 256 places of its own, which share a page of the host with those of its
  /// neighbour: few guest pages need few pages of the host.
  package static let hostJumpEntries = hostJumpPages << 8
  static let hostJumpPages = 128
  private static let hostJumpSectionLength = 32
  private static let sectionLength = 16

  @exclusivity(unchecked) var key: ContextKey
  /// The soft TLB, for the interpreter.
  let data: UnsafeMutablePointer<DataTLBEntry>
  /// What `data` says, for host code.
  @exclusivity(unchecked) private(set) var addends: AddendTables
  let watches: UnsafeMutablePointer<WatchEntry>
  let jumps: UnsafeMutablePointer<JumpCacheEntry>
  let fetches: UnsafeMutablePointer<FetchTLBEntry>
  let hostJumps: UnsafeMutablePointer<HostJumpEntry>
  /// One bit per section of a guest page's places in `hostJumps`, a byte for each such page; and the pages with any.
  private let hostJumpSections: UnsafeMutablePointer<UInt8>
  @exclusivity(unchecked) private var hostJumpPagesInUse: InlineArray<2, UInt64> = .init(repeating: 0)
  /// One bit per section of `data`, `jumps` and `fetches`: set where something may be cached.
  @exclusivity(unchecked) private var dataSections: UInt64 = 0
  @exclusivity(unchecked) private var jumpSections: UInt64 = 0
  @exclusivity(unchecked) private var fetchSections: UInt64 = 0
  /// One bit per 4 MiB of virtual space: set where a page of that size has been cached, so that a flush of one address
  /// there must drop all of it.
  private let superpages: UnsafeMutablePointer<UInt64>
  @exclusivity(unchecked) private var hasSuperpages = false
  /// One bit per page number modulo 1024: set where the jump cache may hold an address of such a page.
  private let jumpPages: UnsafeMutablePointer<UInt64>

  /// - Parameter index: which of the contexts in `memory` it is, below `TranslationMemory.contexts`.
  init(key: ContextKey, memory: TranslationMemory, index: Int) {
    self.key = key
    data = memory.table(.data, of: index)
    addends = AddendTables(memory.table(.addends, of: index))
    watches = memory.table(.watches, of: index)
    jumps = memory.table(.jumps, of: index)
    fetches = memory.table(.fetches, of: index)
    hostJumps = memory.table(.hostJumps, of: index)
    hostJumpSections = memory.table(.hostJumpSections, of: index)
    superpages = memory.table(.superpages, of: index)
    jumpPages = memory.table(.jumpPages, of: index)
    markEmpty()
  }

  static func dataIndex(_ address: UInt32) -> Int { Int(truncatingIfNeeded: (address >> 12) & 0x3FF) }
  /// The addresses of a page share a quarter of the jump cache, so that no more has to be looked through for one page.
  static func jumpIndex(_ pc: UInt32) -> Int { Int(truncatingIfNeeded: (pc >> 4) & 0x300 | (pc >> 1) & 0xFF) }
  /// Sixteen bytes share a place: functions have their own, and what is near to each other is seldom jumped to by register.
  /// Host code computes the same, on the way of each such jump.
  static func hostJumpIndex(_ pc: UInt32) -> Int { Int(truncatingIfNeeded: pc >> 4) & (hostJumpEntries - 1) }
  /// The second place for an address: among those of the page half the table away, and not the same for any two of the same
  /// sixteen bytes.
  static func secondHostJumpIndex(_ pc: UInt32) -> Int {
    hostJumpIndex(pc) ^ hostJumpDistance ^ Int(truncatingIfNeeded: pc >> 1 & 7) << 5
  }
  package static let hostJumpDistance = hostJumpEntries / 2
  package static func fetchIndex(_ address: UInt32) -> Int { Int(truncatingIfNeeded: (address >> 12) & 0xFF) }

  /// Makes those entries of zeroed tables empty that zeros do not.
  private func markEmpty() {
    data[0] = .none
    data[Self.dataEntries - 1] = .none
    jumps[0].pc = JumpCacheEntry.invalid
    fetches[0].tag = DataTLBEntry.invalid
  }

  /// Nothing has been cached since the last flush.
  var isClean: Bool {
    dataSections | jumpSections | fetchSections | hostJumpPagesInUse[0] | hostJumpPagesInUse[1] == 0
  }

  /// Guest pages that the table of host code holds something of.
  var hostJumpPageCount: Int { hostJumpPagesInUse[0].nonzeroBitCount &+ hostJumpPagesInUse[1].nonzeroBitCount }

  // MARK: Caching

  /// - Returns: what that costs the host beyond plain stores, in units of `HostEffort`.
  func cache(_ entry: DataTLBEntry, _ watch: WatchEntry, at address: UInt32) -> Int {
    var effort = 0
    if addends.isFull {
      flushData()
      addends.release()
      effort = HostEffort.release
    }
    let used = addends.usedPages
    let index = Self.dataIndex(address)
    withdraw(index)
    data[index] = entry
    watches[index] = watch
    publish(index)
    dataSections |= 1 &<< UInt64(truncatingIfNeeded: index / Self.sectionLength)
    return effort &+ (addends.usedPages &- used) &* HostEffort.newPage
  }

  /// Lets host code know what the entry at `index` says.
  private func publish(_ index: Int) {
    let entry = data[index]
    guard let page = Self.page(entry.readTag, at: index) else { return }
    addends.set(page, entry.addend, forStores: false)
    if entry.writeTag == entry.readTag { addends.set(page, entry.addend, forStores: true) }
  }

  /// Makes host code ask for what the entry at `index` says, which is about to change.
  @inline(__always) private func withdraw(_ index: Int) {
    if let page = Self.page(data[index].readTag, at: index) { addends.clear(page, forStores: false) }
    if let page = Self.page(data[index].writeTag, at: index) { addends.clear(page, forStores: true) }
  }

  /// The number of the page that a tag in the entry at `index` names; nil in an empty one, which may be zeroed.
  @inline(__always) private static func page(_ tag: UInt32, at index: Int) -> Int? {
    tag & 0xFFF == 0 && dataIndex(tag) == index ? Int(truncatingIfNeeded: tag >> 12) : nil
  }

  func cacheFetch(of codePage: UInt32, at pc: UInt32) {
    let index = Self.fetchIndex(pc)
    fetches[index] = FetchTLBEntry(tag: DataTLBEntry.tag(pc), codePage: codePage)
    fetchSections |= 1 &<< UInt64(truncatingIfNeeded: index / Self.fetchSectionLength)
  }

  /// Remembers where the block for `pc` is.
  func cache(_ block: BlockPointer, at pc: UInt32) {
    let index = Self.jumpIndex(pc)
    jumps[index] = JumpCacheEntry(pc: pc, block: block)
    jumpSections |= 1 &<< UInt64(truncatingIfNeeded: index / Self.sectionLength)
    jumpPages[Int(truncatingIfNeeded: (pc >> 18) & 15)] |= 1 &<< UInt64((pc >> 12) & 63)
  }

  /// Remembers where the host code for `pc` is. What was in its place goes to its other one, and so on.
  func cacheHostCode(_ code: UInt32, at pc: UInt32) {
    var entry = HostJumpEntry(pc: pc, code: code)
    var index = Self.hostJumpIndex(pc)
    for _ in 0..<Self.mostHostJumpMoves {
      let before = hostJumps[index]
      setHostJump(at: index, entry)
      guard before.code != 0, before.pc != pc else { return }
      entry = before
      let first = Self.hostJumpIndex(entry.pc)
      index = first == index ? Self.secondHostJumpIndex(entry.pc) : first
      // The newest entry is the last to go.
      if index == Self.hostJumpIndex(pc) { return }
    }
  }
  private static let mostHostJumpMoves = 8

  /// Has indirect jumps to `pc` lead straight to what they have gone on to from where they led `before`. As that is run
  /// often, it gets its first place.
  func replaceHostCode(_ before: UInt32, by code: UInt32, at pc: UInt32) {
    let (first, second) = (Self.hostJumpIndex(pc), Self.secondHostJumpIndex(pc))
    if hostJumps[first].pc == pc, hostJumps[first].code == before { hostJumps[first].code = code }
    guard hostJumps[second].pc == pc, hostJumps[second].code == before else { return }
    hostJumps[second] = HostJumpEntry(pc: 0, code: 0)
    cacheHostCode(code, at: pc)
  }

  private func setHostJump(at index: Int, _ entry: HostJumpEntry) {
    hostJumps[index] = entry
    let page = index >> 8
    hostJumpSections[page] |= 1 &<< UInt8(truncatingIfNeeded: (index & 0xFF) / Self.hostJumpSectionLength)
    hostJumpPagesInUse[page >> 6] |= 1 &<< UInt64(truncatingIfNeeded: page & 63)
  }

  /// Notes that a 4 MiB page which holds `address` has been cached.
  func noteSuperpage(at address: UInt32) {
    hasSuperpages = true
    superpages[Int(truncatingIfNeeded: address >> 28)] |= 1 &<< UInt64((address >> 22) & 63)
  }

  private func hasSuperpage(at address: UInt32) -> Bool {
    hasSuperpages && superpages[Int(truncatingIfNeeded: address >> 28)] & 1 &<< UInt64((address >> 22) & 63) != 0
  }

  // MARK: Dropping

  /// Drops everything.
  func flush() {
    flushData()
    while fetchSections != 0 {
      let first = fetchSections.trailingZeroBitCount &* Self.fetchSectionLength
      for index in first..<first + Self.fetchSectionLength { fetches[index].tag = DataTLBEntry.invalid }
      fetchSections &= fetchSections &- 1
    }
    flushJumps()
    guard hasSuperpages else { return }
    hasSuperpages = false
    superpages.update(repeating: 0, count: 16)
  }

  /// Drops only what is known of data.
  private func flushData() {
    forEachSection(of: &dataSections) {
      for index in $0..<$0 + Self.sectionLength { withdraw(index) }
      (data + $0).update(repeating: .none, count: Self.sectionLength)
      (watches + $0).update(repeating: WatchEntry(tag: 0, codePage: 0), count: Self.sectionLength)
    }
  }

  /// Drops only what is known of code.
  func flushJumps() {
    flushHostCode()
    guard jumpSections != 0 else { return }
    forEachSection(of: &jumpSections) {
      (jumps + $0).update(repeating: JumpCacheEntry(pc: JumpCacheEntry.invalid, block: nil), count: Self.sectionLength)
    }
    jumpPages.update(repeating: 0, count: 16)
  }

  /// Drops only where host code is.
  func flushHostCode() {
    for word in 0..<2 {
      var pages = hostJumpPagesInUse[word]
      hostJumpPagesInUse[word] = 0
      while pages != 0 {
        forEachHostJumpSection(of: word << 6 | pages.trailingZeroBitCount) {
          $0.update(repeating: HostJumpEntry(pc: 0, code: 0), count: Self.hostJumpSectionLength)
        }
        pages &= pages &- 1
      }
    }
  }

  /// Calls `body` with the first entry of each section in use of a guest page's places, and forgets that it is.
  @inline(__always)
  private func forEachHostJumpSection(of page: Int, _ body: (UnsafeMutablePointer<HostJumpEntry>) -> Void) {
    var sections = hostJumpSections[page]
    hostJumpSections[page] = 0
    while sections != 0 {
      body(hostJumps + (page << 8 | sections.trailingZeroBitCount &* Self.hostJumpSectionLength))
      sections &= sections &- 1
    }
  }

  /// Drops where the host code for addresses in a page is.
  private func flushHostCode(page: UInt32) {
    let index = Int(truncatingIfNeeded: page) & (Self.hostJumpPages - 1)
    flushHostCode(page: page, at: index)
    flushHostCode(page: page, at: index ^ Self.hostJumpPages / 2)
  }

  private func flushHostCode(page: UInt32, at index: Int) {
    let sections = hostJumpSections[index]
    guard sections != 0 else { return }
    forEachHostJumpSection(of: index) {
      for place in 0..<Self.hostJumpSectionLength where $0[place].pc >> 12 == page {
        $0[place] = HostJumpEntry(pc: 0, code: 0)
      }
    }
    hostJumpSections[index] = sections
  }

  /// Calls `body` with the first index of each section in use, and forgets that it is.
  @inline(__always) private func forEachSection(of sections: inout UInt64, _ body: (Int) -> Void) {
    var left = sections
    sections = 0
    while left != 0 {
      body(left.trailingZeroBitCount &* Self.sectionLength)
      left &= left &- 1
    }
  }

  /// Drops what is cached for the page of `address`, which may be part of a 4 MiB page.
  func flush(address: UInt32) {
    if hasSuperpage(at: address) { return flush() }
    let tag = DataTLBEntry.tag(address)
    let index = Self.dataIndex(address)
    // Tables that hold nothing need not be touched.
    if dataSections != 0,
      data[index].readTag == tag || data[index].writeTag == tag || watches[index].tag == WatchEntry.tag(address)
    {
      withdraw(index)
      data[index] = .none
      watches[index] = WatchEntry(tag: 0, codePage: 0)
    }
    if fetchSections != 0, fetches[Self.fetchIndex(address)].tag == tag {
      fetches[Self.fetchIndex(address)].tag = DataTLBEntry.invalid
    }
    if jumpSections != 0 { flushJumps(page: address >> 12) }
    flushHostCode(page: address >> 12)
  }

  private func flushJumps(page: UInt32) {
    let word = Int(truncatingIfNeeded: (page >> 6) & 15)
    let bit: UInt64 = 1 &<< UInt64(page & 63)
    guard jumpPages[word] & bit != 0 else { return }
    jumpPages[word] &= ~bit
    let first = Self.jumpIndex(page << 12) / Self.sectionLength
    var sections = jumpSections & 0xFFFF &<< UInt64(truncatingIfNeeded: first)
    forEachSection(of: &sections) { first in
      for index in first..<first + Self.sectionLength {
        let pc = jumps[index].pc
        guard jumps[index].block != nil, pc != JumpCacheEntry.invalid, (pc >> 12 ^ page) & 0x3FF == 0 else { continue }
        if pc >> 12 == page { jumps[index].pc = JumpCacheEntry.invalid } else { jumpPages[word] |= bit }
      }
    }
  }

  // MARK: Watching for stores to code

  /// Makes stores to guest page `codePage` go through the check for decoded code.
  func watch(codePage: UInt32) {
    var sections = dataSections
    forEachSection(of: &sections) { first in
      for index in first..<first + Self.sectionLength
      where watches[index].codePage == codePage && data[index].writeTag != DataTLBEntry.invalid {
        withdraw(index)
        watches[index].tag = WatchEntry.tag(data[index].writeTag)
        data[index].writeTag = DataTLBEntry.invalid
        publish(index)
      }
    }
  }

  /// Lets stores to the page of `address`, which holds no code any more, go directly again.
  func unwatch(_ address: UInt32) {
    let index = Self.dataIndex(address)
    data[index].writeTag = DataTLBEntry.tag(watches[index].tag)
    watches[index].tag = 0
    publish(index)
  }
}
