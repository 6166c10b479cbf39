// Pages on demand: a page fault of a process inside its image or stack is how it gets its memory.

/// The image that all programs share: pages of code and constants, then of data. Its first words are a header.
private struct Image {
  var address: UInt32 { user_image_address() }
  var entry: UInt32 { words(at: address)[0] }
  /// Virtual addresses: data starts on a page, the rest of it after `dataEnd` is zero.
  var dataStart: UInt32 { words(at: address)[1] }
  var dataEnd: UInt32 { words(at: address)[2] }
  var zeroEnd: UInt32 { words(at: address)[3] }
}

enum Access {
  case load, store, fetch

  /// The bits that a page must have for it.
  fileprivate var permission: UInt32 {
    switch self {
    case .load: PageTableEntry.read
    case .store: PageTableEntry.write
    case .fetch: PageTableEntry.execute
    }
  }

  /// The bits that it leaves in a page's entry.
  fileprivate var traces: UInt32 {
    self == .store ? PageTableEntry.accessed | PageTableEntry.dirty : PageTableEntry.accessed
  }
}

var programEntry: UInt32 { Image().entry }

extension AddressSpace {
  /// Makes an access of the process possible, if it is one that it may make. False: it may not, or memory is short.
  func supply(_ address: UInt32, for access: Access) -> Bool {
    if let slot = table.slot(for: address, in: UserMemory.imageBase), slot.pointee & PageTableEntry.valid != 0 {
      guard PageTableEntry(bits: slot.pointee).has(access.permission | PageTableEntry.user) else { return false }
      slot.pointee |= access.traces  // a hart that leaves these bits to the kernel (Svade)
    } else {
      guard let entry = newPage(address & ~(pageSize - 1)), entry.has(access.permission),
        let slot = table.slot(for: address, making: true)
      else { return false }
      slot.pointee = entry.bits
    }
    fence_address(address)
    return true
  }

  /// Where a byte of the process is in physical memory, supplied if need be; nil if the process may not access it.
  func physical(_ address: UInt32, for access: Access) -> UInt32? {
    guard supply(address, for: access), let slot = table.slot(for: address) else { return nil }
    return PageTableEntry(bits: slot.pointee).page | address & (pageSize - 1)
  }

  private func newPage(_ address: UInt32) -> PageTableEntry? {
    let image = Image()
    let offset = address &- UserMemory.imageBase
    let user = PageTableEntry.user | PageTableEntry.read
    if address >= UserMemory.imageBase && address < image.dataStart {
      return PageTableEntry(page: image.address &+ offset, user | PageTableEntry.execute)
    }
    let isData = address >= image.dataStart && address < image.zeroEnd
    let isStack = address >= UserMemory.stackTop - UserMemory.stackSize && address < UserMemory.stackTop
    guard isData || isStack, let page = PageAllocator.allocate() else { return nil }
    if isData && address < image.dataEnd {
      let count = min(image.dataEnd &- address, pageSize)
      bytes(at: page).update(from: bytes(at: image.address &+ offset), count: Int(count))
    }
    return PageTableEntry(page: page, user | PageTableEntry.write | PageTableEntry.owned)
  }
}

extension PageTable {
  /// The entry for an address of the process; nil outside the 4 MiB that are a process's.
  fileprivate func slot(for address: UInt32, in base: UInt32) -> UnsafeMutablePointer<UInt32>? {
    address >> 22 == base >> 22 ? slot(for: address) : nil
  }
}
