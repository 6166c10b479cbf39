/// One entry of the soft TLB for loads and stores, direct-mapped by bits 21:12 of the virtual address.
struct DataTLBEntry: BitwiseCopyable {
  /// The virtual page that may be loaded from, or `invalid`.
  var readTag: UInt32
  /// The virtual page that may be stored to directly, or `invalid`.
  var writeTag: UInt32
  /// The virtual page that may be stored to but holds decoded code, so that each store must be checked; or `invalid`.
  var watchedTag: UInt32
  /// Which page of guest memory it is, for the check of `watchedTag`.
  var codePage: UInt32
  /// What to add to a virtual address to get the host address.
  var addend: Int

  /// Never equal to a page address.
  static let invalid: UInt32 = 1
  static let none = DataTLBEntry(readTag: invalid, writeTag: invalid, watchedTag: invalid, codePage: 0, addend: 0)
}

/// One entry of a jump cache: where the block for a virtual instruction address is.
struct JumpCacheEntry: BitwiseCopyable {
  /// Instruction address, or `invalid`.
  var pc: UInt32
  var block: BlockPointer

  /// Never equal to an instruction address, because it is odd.
  static let invalid: UInt32 = 1
}

/// One entry of the soft TLB for instruction fetch, looked up only when a jump cache misses.
struct FetchTLBEntry: BitwiseCopyable {
  var tag: UInt32
  /// Page number counted over all guest memory; see `CodeCache`.
  var codePage: UInt32
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
final class TranslationContext {
  static let dataEntries = 1024
  static let jumpEntries = 1024
  static let fetchEntries = 64

  @exclusivity(unchecked) var key: ContextKey
  let data: UnsafeMutablePointer<DataTLBEntry>
  let jumps: UnsafeMutablePointer<JumpCacheEntry>
  let fetches: UnsafeMutablePointer<FetchTLBEntry>
  /// Counts up at each use, for replacing the least recently used context.
  @exclusivity(unchecked) var lastUse: UInt64 = 0
  /// False once something has been cached since the last flush.
  @exclusivity(unchecked) private(set) var isClean = false
  /// One bit per 4 MiB of virtual space: set where a page of that size has been cached, so that a flush of one address
  /// there must drop all of it.
  private let superpages: UnsafeMutablePointer<UInt64>
  /// One bit per page number modulo 1024: set where the jump cache may hold an address of such a page.
  private let jumpPages: UnsafeMutablePointer<UInt64>
  private let unlinked: BlockPointer

  init(key: ContextKey, unlinked: BlockPointer) {
    self.key = key
    self.unlinked = unlinked
    data = .allocate(capacity: Self.dataEntries)
    jumps = .allocate(capacity: Self.jumpEntries)
    fetches = .allocate(capacity: Self.fetchEntries)
    superpages = .allocate(capacity: 16)
    jumpPages = .allocate(capacity: 16)
    flush()
  }

  deinit {
    data.deallocate()
    jumps.deallocate()
    fetches.deallocate()
    superpages.deallocate()
    jumpPages.deallocate()
  }

  static func dataIndex(_ address: UInt32) -> Int { Int(truncatingIfNeeded: (address >> 12) & 0x3FF) }
  static func jumpIndex(_ pc: UInt32) -> Int { Int(truncatingIfNeeded: (pc >> 1) & 0x3FF) }
  static func fetchIndex(_ address: UInt32) -> Int { Int(truncatingIfNeeded: (address >> 12) & 0x3F) }

  /// To be called whenever something is put into the context.
  @inline(__always) func willCache() { if isClean { isClean = false } }

  /// Drops everything.
  func flush() {
    if isClean { return }
    isClean = true
    data.update(repeating: .none, count: Self.dataEntries)
    fetches.update(repeating: FetchTLBEntry(tag: DataTLBEntry.invalid, codePage: 0), count: Self.fetchEntries)
    flushJumps()
    superpages.update(repeating: 0, count: 16)
  }

  /// Notes that a 4 MiB page which holds `address` has been cached.
  func noteSuperpage(at address: UInt32) {
    superpages[Int(truncatingIfNeeded: address >> 28)] |= 1 << UInt64((address >> 22) & 63)
  }

  private func hasSuperpage(at address: UInt32) -> Bool {
    superpages[Int(truncatingIfNeeded: address >> 28)] & 1 << UInt64((address >> 22) & 63) != 0
  }

  /// Drops only the jump cache.
  func flushJumps() {
    jumps.update(repeating: JumpCacheEntry(pc: JumpCacheEntry.invalid, block: unlinked), count: Self.jumpEntries)
    jumpPages.update(repeating: 0, count: 16)
  }

  /// Drops what is cached for the page of `address`, which may be part of a 4 MiB page.
  func flush(address: UInt32) {
    if hasSuperpage(at: address) { return flush() }
    let page = address & ~0xFFF
    let index = Self.dataIndex(address)
    if data[index].readTag == page || data[index].writeTag == page || data[index].watchedTag == page {
      data[index] = .none
    }
    if fetches[Self.fetchIndex(address)].tag == page {
      fetches[Self.fetchIndex(address)].tag = DataTLBEntry.invalid
    }
    flushJumps(page: page)
  }

  private func flushJumps(page: UInt32) {
    let word = Int(truncatingIfNeeded: (page >> 18) & 15)
    let bit: UInt64 = 1 << UInt64((page >> 12) & 63)
    guard jumpPages[word] & bit != 0 else { return }
    jumpPages[word] &= ~bit
    for index in 0..<Self.jumpEntries where (jumps[index].pc ^ page) & 0x3F_F000 == 0 {
      if jumps[index].pc & ~0xFFF == page {
        jumps[index].pc = JumpCacheEntry.invalid
      } else if jumps[index].pc != JumpCacheEntry.invalid {
        jumpPages[word] |= bit
      }
    }
  }

  /// Remembers where the block for `pc` is.
  func cache(_ block: BlockPointer, at pc: UInt32) {
    willCache()
    jumps[Self.jumpIndex(pc)] = JumpCacheEntry(pc: pc, block: block)
    jumpPages[Int(truncatingIfNeeded: (pc >> 18) & 15)] |= 1 << UInt64((pc >> 12) & 63)
  }

  /// Makes stores to guest page `codePage` go through the check for decoded code.
  func watch(codePage: UInt32) {
    for index in 0..<Self.dataEntries
    where data[index].codePage == codePage && data[index].writeTag != DataTLBEntry.invalid {
      data[index].watchedTag = data[index].writeTag
      data[index].writeTag = DataTLBEntry.invalid
    }
  }

  /// Lets stores to guest page `codePage` go directly again.
  func unwatch(codePage: UInt32) {
    for index in 0..<Self.dataEntries
    where data[index].codePage == codePage && data[index].watchedTag != DataTLBEntry.invalid {
      data[index].writeTag = data[index].watchedTag
      data[index].watchedTag = DataTLBEntry.invalid
    }
  }
}
