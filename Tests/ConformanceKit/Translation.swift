import ISA

/// Programs about Sv32: two address spaces with random page-table entries over data and executable pages, and accesses of
/// every kind from every mode, with entries changing underneath.
extension ProgramBuilder {
  mutating func generateTranslation() {
    var spaces = PageTables(&random)
    addSegment(at: Layout.data, words: spaces.pageContents(&random))
    for (address, words) in spaces.segments { addSegment(at: address, words: words) }
    addSegment(at: Layout.superpage, words: (0..<2048).map { _ in random.word() })
    begin(passes: 1)
    code.emit(.fld, rd: 0, rs1: Self.pointer, 0)
    // Svadu: whether hardware sets A and D (menvcfg.ADUE, bit 61).
    set(ControlRegister.menvcfgh, random.chance(percent: 60) ? 1 << 29 : 0)
    let isProtected = random.chance(percent: 40)
    if isProtected { protectTables(spaces) }
    for _ in 0..<160 {
      changeEntry(&spaces)
      emitTranslatedAccesses(spaces, isProtected: isProtected)
    }
  }

  /// PMP entries over single page-table words and over parts of pages: walks are checked as well.
  private mutating func protectTables(_ spaces: PageTables) {
    for entry in UInt16(0)..<4 {
      let inTables = random.chance(percent: 60)
      let address =
        inTables
        ? random.pick(spaces.entryAddresses) : Layout.data + UInt32(random.below(Layout.dataSize)) & 0xF_F7F8
      set(ControlRegister.pmpaddr0 + entry, address >> 2)
    }
    // NA4 with few permissions; never write without read.
    let bytes: [UInt8] = (0..<4).map { _ in 0x10 | random.pick([0, 0, 1, 1, 3, 4, 5]) }
    set(ControlRegister.pmpcfg0, bytes.reduce(0) { $0 << 8 | UInt32($1) })
  }

  /// Rewrites one entry and orders it by one of the forms of `sfence.vma`.
  private mutating func changeEntry(_ spaces: inout PageTables) {
    let change = spaces.change(&random)
    code.li(9, change.address)
    code.emit(.lw, rd: 10, rs1: 9)
    code.li(10, change.value)
    code.emit(.sw, rs1: 9, rs2: 10)
    switch random.below(3) {
    case 0 where !change.pages.isEmpty:
      for page in change.pages {
        code.li(9, page)
        code.emit(.sfenceVMA, rs1: 9)
      }
    case 1:
      code.li(10, UInt32(change.space + 1))
      code.emit(.sfenceVMA, rs2: 10)
    default: code.emit(.sfenceVMA)
    }
  }

  private mutating func emitTranslatedAccesses(_ spaces: PageTables, isProtected: Bool) {
    let space = random.below(2)
    let isBare = random.chance(percent: 4)
    set(ControlRegister.satp, isBare ? 0 : spaces.satp(space))
    // Faults of S and U mode go to either handler.
    set(ControlRegister.medeleg, random.chance(percent: 50) ? random.bits() & 0xB1F0 : 0)
    let mode = random.pick([PrivilegeMode.user, .supervisor])
    let status = Status.fsDirty | random.bits() & (Status.sum | Status.mxr)
    let isBorrowed = random.chance(percent: 40)
    if !isBorrowed {
      enter(
        mode, status: status, offset: mode == .user && !isBare ? Layout.userAlias &- Layout.code : 0
      )
    }
    for _ in 0..<6 {
      let page = random.pick(PageTables.pages)
      if isBorrowed { set(ControlRegister.mstatus, status | Status.mprv | Status.mpp(mode)) }
      let canCross = !isProtected && spaces.isSurelyStorable(page &+ 0x1000, space, mode, status)
      emitTranslatedAccess(page, spaces, space, canJump: !isBorrowed && !isBare, canCross: canCross)
      if isBorrowed { set(ControlRegister.mstatus, Status.fsDirty) }
    }
    if !isBorrowed { enterMachineMode() }
  }

  private static let loads: [Opcode] = [.lb, .lbu, .lh, .lhu, .lw, .flw, .fld]
  private static let stores: [Opcode] = [.sb, .sh, .sw, .fsw, .fsd]

  private mutating func emitTranslatedAccess(
    _ page: UInt32, _ spaces: PageTables, _ space: Int, canJump: Bool, canCross: Bool
  ) {
    // Aligned somewhere, or across the end of the page.
    let crosses = random.chance(percent: 20)
    let offset = crosses ? 0xFF9 + UInt32(random.below(7)) : UInt32(random.below(512)) * 8
    let address = page + offset
    let isStorable =
      spaces.isStorable(page, space) && (!crosses || (canCross && spaces.isStorable(page &+ 0x1000, space)))
    let isExecutable =
      spaces.isSafeToExecute(page, space) && spaces.isSafeToExecute(page &+ 0x1000, space)
    code.li(9, address)
    switch random.below(10) {
    case 0...3: code.emit(random.pick(Self.loads), rd: 10, rs1: 9)
    case 4...6 where isStorable:
      code.emit(random.pick(Self.stores), rs1: 9, rs2: UInt8(random.below(32)))
    case 7 where isStorable && !crosses:
      code.emit(
        random.pick([Opcode.amoaddW, .amoswapW, .amomaxuW]), rd: 10, rs1: 9,
        rs2: UInt8(random.below(32)))
    case 8, 9:
      guard canJump && isExecutable else { return }
      // The last half-word of an executable page begins an instruction that ends on the next page.
      code.li(9, crosses ? page + 0xFFE : address | 2)
      code.emit(.jalr, rd: Self.link, rs1: 9)
    default: code.emit(.lw, rd: 10, rs1: 9)
    }
  }
}

/// A model of the page tables of two address spaces: enough to know which physical page an address would reach.
struct PageTables {
  private static let rootIndex = 768
  private static let rootEntries = 8
  /// Entries used in every second-level table: the first six and the last two.
  private static let slots = Array(0..<6) + [1022, 1023]
  private static let tables = 4
  /// The virtual pages that programs access.
  static let pages: [UInt32] = (0..<rootEntries).flatMap { root in
    slots.map { UInt32(rootIndex + root) << 22 | UInt32($0) << 12 }
  }

  /// Entry values by physical address, in both spaces.
  private var entries: [UInt32: UInt32] = [:]

  private static func rootAddress(_ space: Int) -> UInt32 {
    Layout.pageTables + UInt32(space) * 0x1000
  }
  private static func tableAddress(_ space: Int, _ table: Int) -> UInt32 {
    Layout.pageTables + 0x2000 + UInt32(space * tables + table) * 0x1000
  }

  init(_ random: inout RandomSource) {
    for space in 0..<2 {
      let root = Self.rootAddress(space)
      // The program itself: for S mode where it lies, for U mode at the alias. All global in one space.
      let global: UInt32 = random.chance(percent: 50) ? 0x20 : 0
      entries[root + (Layout.code >> 22) * 4] = Layout.code >> 2 | 0xCF | global
      entries[root + (Layout.userAlias >> 22) * 4] = Layout.code >> 2 | 0xDF | global
      for index in 0..<Self.rootEntries {
        entries[root + UInt32(Self.rootIndex + index) * 4] = Self.rootEntry(space, &random)
      }
      for table in 0..<Self.tables {
        for slot in Self.slots {
          entries[Self.tableAddress(space, table) + UInt32(slot) * 4] = Self.leaf(&random)
        }
      }
    }
  }

  func satp(_ space: Int) -> UInt32 {
    1 << 31 | UInt32(space + 1) << 22 | Self.rootAddress(space) >> 12
  }

  var entryAddresses: [UInt32] {
    entries.keys.filter { $0 & 0xFFF != 0x800 && $0 & 0xFFF != 0x400 }.sorted()
  }

  /// The tables' contents for the program file.
  var segments: [(UInt32, [UInt32])] {
    (0..<2 + 2 * Self.tables).map { page in
      let base = Layout.pageTables + UInt32(page) * 0x1000
      return (base, (0..<1024).map { entries[base + UInt32($0) * 4] ?? 0 })
    }
  }

  /// Sixteen pages: eight of data; eight executable, each telling its number in x15 and returning through x3, from any
  /// half-word, across its end too.
  func pageContents(_ random: inout RandomSource) -> [UInt32] {
    var words = (0..<8 * 1024).map { _ in random.word() }
    for page in UInt32(0)..<8 {
      let number = 0x4781 | page << 2
      words += (0..<1024).map { index in
        switch index {
        case 0: number << 16 | 0x0001
        case 1023: 0x8067_8182
        default: number << 16 | 0x8182
        }
      }
    }
    return words
  }

  struct Change {
    var address: UInt32
    var value: UInt32
    /// Every virtual page that the entry translates, if it is a leaf: then each can be fenced by address.
    var pages: [UInt32]
    var space: Int
  }

  /// Replaces a random entry. Root entries may share a table, so a leaf may translate several pages.
  mutating func change(_ random: inout RandomSource) -> Change {
    let space = random.below(2)
    let page = random.pick(Self.pages)
    let rootAddress = Self.rootAddress(space) + (page >> 22) * 4
    let root = entries[rootAddress] ?? 0
    if random.chance(percent: 30) || root & 0xF != 1 {
      let value = Self.rootEntry(space, &random)
      entries[rootAddress] = value
      return Change(address: rootAddress, value: value, pages: [], space: space)
    }
    let address = (root >> 10) << 12 | (page >> 12 & 0x3FF) * 4
    let value = Self.leaf(&random)
    entries[address] = value
    let sharing = (0..<Self.rootEntries).map {
      UInt32(Self.rootIndex + $0) << 22 | page & 0x3F_F000
    }
    return Change(address: address, value: value, pages: sharing, space: space)
  }

  private static func rootEntry(_ space: Int, _ random: inout RandomSource) -> UInt32 {
    switch random.below(10) {
    // A pointer; at times with bits that are reserved in pointers.
    case 0...6:
      let odd: UInt32 = random.chance(percent: 10) ? random.pick([0x10, 0x40, 0x80]) : 0
      return tableAddress(space, random.below(tables)) >> 2 | 1 | odd
        | (random.chance(percent: 20) ? 0x300 : 0)
    // A 4 MiB page, rightly aligned or not.
    case 7, 8:
      let page =
        Layout.superpage >> 12 + (random.chance(percent: 25) ? UInt32(1 + random.below(1023)) : 0)
      return page << 10 | flags(&random)
    default: return random.bits() & ~1
    }
  }

  private static func leaf(_ random: inout RandomSource) -> UInt32 {
    if random.chance(percent: 4) { return random.bits() & ~1 }
    // Memory that does not exist, within 32 bits of address or above.
    if random.chance(percent: 3) {
      return random.pick([0x2_0000, 0x9_0000, 0x3F_FFFF, 0x18_0000]) << 10 | flags(&random)
    }
    return (Layout.data >> 12 + UInt32(random.below(16))) << 10 | flags(&random)
  }

  /// All combinations of R, W, X, U, G, A, D and the software bits; mostly valid, mostly with A and D.
  private static func flags(_ random: inout RandomSource) -> UInt32 {
    var flags = random.bits() & 0x3FE | 1
    if random.chance(percent: 50) { flags |= 0xC0 }
    if random.chance(percent: 30) { flags |= 0x0E }
    if random.chance(percent: 3) { flags &= ~1 }
    // Global only where both spaces agree, which they do not here.
    return flags & ~0x20
  }

  /// The physical page behind a virtual one, valid and permitted or not, and the leaf's flags.
  private func target(_ page: UInt32, _ space: Int) -> (page: UInt32, flags: UInt32)? {
    guard let root = entries[Self.rootAddress(space) + (page >> 22) * 4], root & 1 == 1 else {
      return nil
    }
    guard root & 0xE != 0 || root & 0xD0 == 0 else { return nil }
    if root & 0xE != 0 { return ((root >> 10) << 12 | page & 0x3F_F000, root) }
    guard let leaf = entries[(root >> 10) << 12 | (page >> 12 & 0x3FF) * 4], leaf & 1 == 1 else {
      return nil
    }
    return ((leaf >> 10) << 12, leaf)
  }

  private static func isExecutable(_ page: UInt32) -> Bool {
    page >= Layout.data + 0x8000 && page < Layout.data + 0x1_0000
  }

  /// Stores must not spoil the executable pages.
  func isStorable(_ page: UInt32, _ space: Int) -> Bool {
    guard let target = target(page, space) else { return true }
    return !Self.isExecutable(target.page) || target.flags & 4 == 0
  }

  /// Whether a store to the page cannot fault. Of a store across two pages Spike may carry out the part in the first one
  /// before the second one faults, which the specification allows; so programs only try where that cannot be.
  func isSurelyStorable(_ page: UInt32, _ space: Int, _ mode: PrivilegeMode, _ status: UInt32) -> Bool {
    guard let target = target(page, space), target.flags & 0xC7 == 0xC7 else { return false }
    guard target.page >= Layout.data, target.page < Layout.data + UInt32(Layout.dataSize) else { return false }
    let isUserPage = target.flags & 0x10 != 0
    guard mode == .supervisor else { return isUserPage }
    return !isUserPage || status & Status.sum != 0
  }

  /// Jumps must fault or reach executable pages.
  func isSafeToExecute(_ page: UInt32, _ space: Int) -> Bool {
    guard let target = target(page, space) else { return true }
    return Self.isExecutable(target.page) || target.flags & 8 == 0
  }
}
