// What a process sees of memory. The kernel and its devices are in every address space, in 4 MiB pages that U-mode
// cannot touch; the process's own pages come when it first touches them (Pager.swift).

struct AddressSpace {
  let table: PageTable
  /// Tags this space's entries in the TLB, so that a switch need not flush it; 0 if the hart has no such tags.
  let identifier: UInt32

  private static var sv32: UInt32 { 1 << 31 }
  /// The largest identifier that the hart can tell from others.
  nonisolated(unsafe) private static var largestIdentifier: UInt32 = 0
  nonisolated(unsafe) private static var kernelRoot: UInt32 = 0

  /// The space without a process: translation starts with it, and it is active when nobody runs.
  static var kernel: AddressSpace { AddressSpace(table: PageTable(root: kernelRoot), identifier: 0) }

  /// Turns translation on. satp keeps as many bits of the identifier as the hart has: write ones, read back.
  static func start() {
    guard let root = PageAllocator.allocate() else { panic("no memory for the kernel's page table") }
    kernelRoot = root
    let flags =
      PageTableEntry.read | PageTableEntry.write | PageTableEntry.global | PageTableEntry.accessed
      | PageTableEntry.dirty
    kernel.table.mapIdentity(MemoryMap.payloadBase, flags | PageTableEntry.execute)
    kernel.table.mapIdentity(MemoryMap.testDevice.base, flags)
    kernel.table.mapIdentity(MemoryMap.plic.base, flags)
    kernel.table.mapIdentity(MemoryMap.uart.base, flags)
    write_satp(sv32 | 0x1FF << 22 | root >> 12)
    largestIdentifier = read_satp() >> 22 & 0x1FF
    kernel.activate()
  }

  /// A space for a process; nil if there is no memory for it.
  init?(identifier: UInt32) {
    guard let root = PageAllocator.allocate() else { return nil }
    table = PageTable(root: root)
    self.identifier = identifier <= Self.largestIdentifier ? identifier : 0
    words(at: root).update(from: words(at: Self.kernelRoot), count: 1024)
  }

  private init(table: PageTable, identifier: UInt32) {
    self.table = table
    self.identifier = identifier
  }

  /// Makes this the space that the hart translates with.
  func activate() {
    let satp = Self.sv32 | identifier << 22 | table.root >> 12
    guard read_satp() != satp else { return }
    write_satp(satp)
    if identifier == 0 { fence_everything() }
  }

  /// Gives everything back.
  func free() {
    Self.kernel.activate()
    table.removeTable(for: UserMemory.imageBase)
    PageAllocator.free(table.root)
    if identifier != 0 { fence_space(identifier) }
  }
}
