// Sv32 page tables (RISC-V privileged specification, section 12.3): a root of 1024 entries, each for 4 MiB, which it
// maps at once or through a second table of 1024 entries for 4 KiB each.

struct PageTableEntry {
  var bits: UInt32

  static var valid: UInt32 { 1 << 0 }
  static var read: UInt32 { 1 << 1 }
  static var write: UInt32 { 1 << 2 }
  static var execute: UInt32 { 1 << 3 }
  static var user: UInt32 { 1 << 4 }
  static var global: UInt32 { 1 << 5 }
  static var accessed: UInt32 { 1 << 6 }
  static var dirty: UInt32 { 1 << 7 }
  /// One of two bits that the hart leaves to software: the page belongs to this address space alone.
  static var owned: UInt32 { 1 << 8 }

  init(bits: UInt32) { self.bits = bits }
  init(page: UInt32, _ flags: UInt32) { bits = (page >> 12) << 10 | flags | Self.valid }

  var isValid: Bool { bits & Self.valid != 0 }
  var page: UInt32 { (bits >> 10) << 12 }
  func has(_ flags: UInt32) -> Bool { bits & flags == flags }
}

struct PageTable {
  /// Physical address of the root.
  let root: UInt32

  /// Maps 4 MiB at `address` to the same physical address.
  func mapIdentity(_ address: UInt32, _ flags: UInt32) {
    words(at: root)[Int(address >> 22)] = PageTableEntry(page: address & ~0x3F_FFFF, flags).bits
  }

  /// Maps a page; false if there is no memory for a table.
  func map(_ address: UInt32, to page: UInt32, _ flags: UInt32) -> Bool {
    guard let slot = slot(for: address, making: true) else { return false }
    slot.pointee = PageTableEntry(page: page, flags).bits
    return true
  }

  /// The entry that maps a page of 4 KiB, where there is a second table; made if wanted.
  func slot(for address: UInt32, making: Bool = false) -> UnsafeMutablePointer<UInt32>? {
    let upper = words(at: root) + Int(address >> 22)
    if upper.pointee & PageTableEntry.valid == 0 {
      guard making, let table = PageAllocator.allocate() else { return nil }
      upper.pointee = PageTableEntry(page: table, 0).bits
    }
    return words(at: PageTableEntry(bits: upper.pointee).page) + Int(address >> 12 & 1023)
  }

  /// Frees the second table for `address` and the pages it owns.
  func removeTable(for address: UInt32) {
    let upper = words(at: root) + Int(address >> 22)
    let entry = PageTableEntry(bits: upper.pointee)
    guard entry.isValid else { return }
    for index in 0..<1024 {
      let leaf = PageTableEntry(bits: words(at: entry.page)[index])
      if leaf.isValid && leaf.has(PageTableEntry.owned) { PageAllocator.free(leaf.page) }
    }
    PageAllocator.free(entry.page)
    upper.pointee = 0
  }
}
