// The part of the self-test that needs the kernel's rights: page tables and what the hart makes of them.
//
// The checks map pages at an address that nothing else uses, in the address space of the process that asks.

enum KernelChecks {
  private static var place: UInt32 { 0xC000_0000 }
  private static var kernelPage: UInt32 { PageTableEntry.read | PageTableEntry.write }

  /// Returns how many checks failed.
  static func run(in space: AddressSpace) -> Int32 {
    guard let first = PageAllocator.allocate(), let second = PageAllocator.allocate() else {
      panic("no memory for the checks")
    }
    let table = space.table
    var failed: Int32 = 0
    if !translates(table, first) { failed += report("translation") }
    if !leavesTraces(table, first) { failed += report("accessed and dirty bits") }
    if !forgetsAfterFence(table, first, second) { failed += report("sfence.vma") }
    if !refusesWrites(table, first) { failed += report("read-only page") }
    if !keepsOffUserPages(table, first) { failed += report("sstatus.SUM") }
    if !refusesMisalignedSuperpage(table) { failed += report("misaligned superpage") }
    if !firmwareIsProtected(table) { failed += report("firmware protected by PMP") }
    table.removeTable(for: place)
    PageAllocator.free(first)
    PageAllocator.free(second)
    fence_everything()
    return failed
  }

  private static func report(_ what: StaticString) -> Int32 {
    put("nest: failed: ")
    put(what)
    put("\n")
    return 1
  }

  private static func map(_ table: PageTable, _ page: UInt32, _ flags: UInt32) {
    guard table.map(place, to: page, flags) else { panic("no memory for the checks") }
    fence_address(place)
  }

  private static func load(_ address: UInt32 = place) -> UInt32? {
    var value: UInt32 = 0
    return try_load(address, &value) != 0 ? value : nil
  }

  private static func translates(_ table: PageTable, _ page: UInt32) -> Bool {
    map(table, page, kernelPage | PageTableEntry.accessed | PageTableEntry.dirty)
    return try_store(place, 0x1234_5678) != 0 && words(at: page)[0] == 0x1234_5678 && load() == 0x1234_5678
  }

  /// A load sets A, a store D as well: the hart by itself (Svadu), or, after a page fault, the kernel (Svade).
  private static func leavesTraces(_ table: PageTable, _ page: UInt32) -> Bool {
    map(table, page, kernelPage)
    guard let slot = table.slot(for: place) else { return false }
    if load() == nil {
      guard read_scause() == Cause.loadPageFault else { return false }
      slot.pointee |= PageTableEntry.accessed
      fence_address(place)
      guard load() != nil else { return false }
    }
    guard PageTableEntry(bits: slot.pointee).has(PageTableEntry.accessed),
      !PageTableEntry(bits: slot.pointee).has(PageTableEntry.dirty)
    else { return false }
    if try_store(place, 1) == 0 {
      guard read_scause() == Cause.storePageFault else { return false }
      slot.pointee |= PageTableEntry.dirty
      fence_address(place)
      guard try_store(place, 1) != 0 else { return false }
    }
    return PageTableEntry(bits: slot.pointee).has(PageTableEntry.accessed | PageTableEntry.dirty)
  }

  private static func forgetsAfterFence(_ table: PageTable, _ first: UInt32, _ second: UInt32) -> Bool {
    words(at: first)[0] = 1
    words(at: second)[0] = 2
    map(table, first, kernelPage | PageTableEntry.accessed | PageTableEntry.dirty)
    let before = load()
    map(table, second, kernelPage | PageTableEntry.accessed | PageTableEntry.dirty)
    let after = load()
    map(table, second, 0)  // no rights: a pointer to a table, which on this level is a fault
    return before == 1 && after == 2 && load() == nil && read_scause() == Cause.loadPageFault
  }

  private static func refusesWrites(_ table: PageTable, _ page: UInt32) -> Bool {
    map(table, page, PageTableEntry.read | PageTableEntry.accessed | PageTableEntry.dirty)
    return load() != nil && try_store(place, 0) == 0 && read_scause() == Cause.storePageFault
      && read_stval() == place
  }

  /// S-mode may not touch U-mode's pages unless sstatus.SUM says so.
  private static func keepsOffUserPages(_ table: PageTable, _ page: UInt32) -> Bool {
    let supervisorAccess: UInt32 = 1 << 18
    map(table, page, kernelPage | PageTableEntry.user | PageTableEntry.accessed | PageTableEntry.dirty)
    guard load() == nil, read_scause() == Cause.loadPageFault else { return false }
    set_sstatus(supervisorAccess)
    let allowed = load() != nil
    clear_sstatus(supervisorAccess)
    return allowed
  }

  /// A 4 MiB page must start on 4 MiB.
  private static func refusesMisalignedSuperpage(_ table: PageTable) -> Bool {
    let address = place + 0x40_0000
    let slot = words(at: table.root) + Int(address >> 22)
    slot.pointee =
      PageTableEntry(
        page: MemoryMap.payloadBase + pageSize, kernelPage | PageTableEntry.accessed | PageTableEntry.dirty
      )
      .bits
    fence_everything()
    defer { slot.pointee = 0 }
    return load(address) == nil && read_scause() == Cause.loadPageFault
  }

  /// The page table allows it, physical memory protection does not.
  private static func firmwareIsProtected(_ table: PageTable) -> Bool {
    let loadAccessFault: UInt32 = 5
    map(table, MemoryMap.ramBase, PageTableEntry.read | PageTableEntry.accessed)
    return load() == nil && read_scause() == loadAccessFault
  }
}
