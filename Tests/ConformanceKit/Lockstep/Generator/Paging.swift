import ISA

/// Page tables, changes of them, and accesses that depend on them.
extension LockstepBuilder {
  // MARK: Tables

  /// Flags of entries.
  private static let valid: UInt32 = 1, all: UInt32 = 0xCF, user: UInt32 = 0x10

  /// The tables of all harts as they are at first.
  mutating func addTables() {
    for hart in 0..<harts {
      for space in 0..<2 { addSpace(LockstepLayout.tables(hart, space: space), space) }
    }
  }

  private mutating func addSpace(_ root: UInt32, _ space: Int) {
    func pointer(_ table: UInt32) -> UInt32 { (root + table << 12) >> 2 | Self.valid }
    let everything = LockstepLayout.ram >> 2
    var entries = [UInt32](repeating: 0, count: 1024)
    let global: UInt32 = random.chance(percent: 30) ? 0x20 : 0
    entries[512] = space == 0 ? everything | Self.all | global : pointer(AddressSpace.identityTable)
    entries[256] = space == 0 ? everything | Self.all | Self.user : pointer(AddressSpace.userTable)
    entries[Int(AddressSpace.supervisorAlias >> 22)] = everything | Self.all
    entries[Int(AddressSpace.islands >> 22)] = pointer(AddressSpace.islandTable)
    entries[Int(AddressSpace.window >> 22)] = pointer(AddressSpace.windowTable)
    entries[Int(AddressSpace.superpage >> 22)] = everything | leafFlags()
    entries[1023] = pointer(AddressSpace.lastTable)
    // Devices, and what can only be read, or pages of data from the first address on.
    entries[0] = random.chance(percent: 50) ? 0xC3 : pointer(AddressSpace.firstTable)
    for index in [8, 48, 49, 64] {
      entries[index] = UInt32(index) << 20 | 0xC7 | (random.chance(percent: 30) ? 0x10 : 0)
    }
    addSegment(at: root, words: entries)
    addSegment(at: root + AddressSpace.identityTable << 12, words: (0..<256).map { identityEntry($0, user: 0) })
    addSegment(at: root + AddressSpace.userTable << 12, words: (0..<256).map { identityEntry($0, user: Self.user) })
    addSegment(at: root + AddressSpace.islandTable << 12, words: (0..<16).map { _ in islandEntry() })
    addSegment(at: root + AddressSpace.windowTable << 12, words: (0..<17).map { _ in windowEntry() })
    addSegment(at: root + AddressSpace.firstTable << 12, words: (0..<2).map { _ in windowEntry() })
    addSegment(at: root + AddressSpace.lastTable << 12 + 1022 * 4, words: (0..<2).map { _ in windowEntry() })
  }

  /// The entry for a page of RAM where it lies: only data pages may be out of the ordinary.
  private mutating func identityEntry(_ page: Int, user: UInt32) -> UInt32 {
    let address = LockstepLayout.ram >> 2 + UInt32(page) << 10
    let isData = (0x40..<0x50).contains(page)
    let isCode = page < 0x40
    if isData, random.chance(percent: 30) {
      return address | random.pick([0xC7, 0x0F, 0xC3, 0xDF, 0xCF, 0x8F, 0x4F])
    }
    return address | (isCode && flavour.protectsCode ? 0xCB : Self.all) | user
  }

  private mutating func islandEntry() -> UInt32 {
    let page = LockstepLayout.islands + UInt32(random.below(LockstepLayout.islandCount)) << 12
    if random.chance(percent: 8) { return page >> 2 | random.bits() & 0x3FE }
    return page >> 2 | random.pick([0xCF, 0xCB, 0xDF, 0xDB, 0xD9, 0x4B, 0x0F, 0x1F])
  }

  private mutating func windowEntry() -> UInt32 {
    if random.chance(percent: 5) { return random.bits() & ~1 }
    // Memory that does not exist, within 32 bits of address or above.
    if random.chance(percent: 4) { return random.pick([0x2_0000, 0x9_0000, 0x3F_FFFF, 0x18_0000]) << 10 | leafFlags() }
    return (LockstepLayout.data >> 12 + UInt32(random.below(16))) << 10 | leafFlags()
  }

  /// Mostly valid, mostly readable and writable, mostly with A and D.
  private mutating func leafFlags() -> UInt32 {
    var flags = random.bits() & 0x3DE | 1
    if random.chance(percent: 60) { flags |= 0xC0 }
    if random.chance(percent: 60) { flags |= 0x06 }
    if random.chance(percent: 4) { flags &= ~1 }
    return flags
  }

  // MARK: Code

  /// `register` := the address of the hart's own tables plus `offset`, from x4, which must be physical.
  private mutating func emitTables(_ register: UInt8, _ offset: UInt32, by scratch: UInt8) {
    code.li(scratch, LockstepLayout.ownBase)
    code.emit(.sub, rd: register, rs1: Self.own, rs2: scratch)
    code.emit(.slli, rd: register, rs1: register, Int32(LockstepLayout.tablesShift - LockstepLayout.ownShift))
    code.li(scratch, LockstepLayout.tablesBase + offset)
    code.emit(.add, rd: register, rs1: register, rs2: scratch)
  }

  /// Has `satp` name one of the hart's address spaces; nil for none.
  mutating func emitSpace(_ space: Int?) {
    guard let space else { return code.csr(.csrrw, CSR.satp.rawValue, 0) }
    let value = temporary()
    let scratch = temporary(not: value)
    emitTables(value, UInt32(space) * LockstepLayout.spaceSize, by: scratch)
    code.emit(.srli, rd: value, rs1: value, 12)
    // With numbers for address spaces or without.
    let number = random.chance(percent: 70) ? UInt32(space + 1) : 0
    code.li(scratch, 1 << 31 | number << 22)
    code.emit(.or, rd: value, rs1: value, rs2: scratch)
    code.csr(.csrrw, rd: random.chance(percent: 30) ? destination() : 0, CSR.satp.rawValue, value)
  }

  mutating func emitTranslationFence() {
    let (address, number) = (temporary(), temporary())
    guard address != number else { return code.emit(.sfenceVMA) }
    code.li(address, random.pick([AddressSpace.window, AddressSpace.islands]) + UInt32(random.below(16)) << 12)
    code.emit(.addi, rd: number, Int32(random.below(3)))
    code.emit(.sfenceVMA, rs1: random.chance(percent: 50) ? address : 0, rs2: random.chance(percent: 50) ? number : 0)
  }

  /// Changes an entry of one of the hart's address spaces, from M mode or S mode, and orders it.
  mutating func emitEntryChange() {
    let space = UInt32(random.below(2)) * LockstepLayout.spaceSize
    let page = UInt32(random.below(16))
    let address = temporary()
    let value = temporary(not: address)
    let window = space + AddressSpace.windowTable << 12 + page * 4
    let island = space + AddressSpace.islandTable << 12 + page * 4
    switch random.below(8) {
    case 0, 1:
      emitTables(address, window, by: value)
      code.li(value, windowEntry())
      code.emit(.sw, rs1: address, rs2: value)
      emitFence(of: AddressSpace.window + page << 12)
    case 2, 3:
      emitTables(address, island, by: value)
      code.li(value, islandEntry())
      code.emit(.sw, rs1: address, rs2: value)
      emitFence(of: AddressSpace.islands + page << 12)
    case 4:
      // What has been used and written is forgotten.
      emitTables(address, random.pick([window, island]), by: value)
      code.emit(.lw, rd: value, rs1: address)
      code.emit(.andi, rd: value, rs1: value, random.pick([~0xC0, ~0x80]))
      code.emit(.sw, rs1: address, rs2: value)
      code.emit(.sfenceVMA)
    case 5:
      emitTables(address, space + (AddressSpace.superpage >> 22) * 4, by: value)
      code.li(value, LockstepLayout.ram >> 2 | leafFlags())
      code.emit(.sw, rs1: address, rs2: value)
      code.emit(.sfenceVMA)
    default: emitRemapping(space, address, value)
    }
  }

  private mutating func emitFence(of page: UInt32) {
    guard random.chance(percent: 60) else { return code.emit(.sfenceVMA) }
    let address = temporary()
    code.li(address, page)
    code.emit(.sfenceVMA, rs1: address)
  }

  /// All of RAM, the running code included, by one page of 4 MiB or by pages of 4 KiB.
  private mutating func emitRemapping(_ space: UInt32, _ address: UInt8, _ value: UInt8) {
    let isUser = random.chance(percent: 40)
    let table = isUser ? AddressSpace.userTable : AddressSpace.identityTable
    let slot: UInt32 = isUser ? 256 * 4 : 512 * 4
    emitTables(address, space, by: value)
    if random.chance(percent: 50) {
      code.li(value, LockstepLayout.ram >> 2 | Self.all | (isUser ? Self.user : 0))
    } else {
      code.li(value, table << 12)
      code.emit(.add, rd: value, rs1: value, rs2: address)
      code.emit(.srli, rd: value, rs1: value, 2)
      code.emit(.ori, rd: value, rs1: value, 1)
    }
    code.emit(.addi, rd: address, rs1: address, Int32(slot / 2))
    code.emit(.sw, rs1: address, rs2: value, Int32(slot / 2))
    code.emit(.sfenceVMA)
  }

  // MARK: Accesses

  /// Accesses through the window and the 4 MiB page, some across the ends of pages.
  mutating func emitWindowAccesses() {
    holding { builder, base in
      let isWindow = builder.random.chance(percent: 80)
      let page = UInt32(builder.random.below(isWindow ? 16 : 8)) << 12
      let start = isWindow ? AddressSpace.window : AddressSpace.superpage + (LockstepLayout.data - LockstepLayout.ram)
      let offset: UInt32 = builder.random.chance(percent: 40) ? 0xFFC : UInt32(builder.random.below(512)) * 8
      builder.code.li(base, start + page + offset)
      for _ in 0..<1 + builder.random.below(5) {
        let near = Int32(builder.random.below(64)) - 32
        builder.emitAnyAccess(base: base, offset: builder.random.chance(percent: 60) ? near : near * 8)
      }
    }
  }
}
