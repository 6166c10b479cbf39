import ISA

/// Programs about physical memory protection: random entries over the data area, and accesses of every kind and width
/// around their edges.
extension ProgramBuilder {
  /// What every half-word of the protected area holds, `c.jr x3`, so that it can be executed anywhere; stores keep it.
  private static let fill: UInt32 = 0x8182_8182
  private static let firstEntry = 1
  private static let entries = 15

  mutating func generateProtection() {
    addSegment(at: Layout.data, words: Array(repeating: Self.fill, count: Layout.dataSize / 4))
    begin(passes: 1)
    code.emit(.fld, rd: 0, rs1: Self.pointer, 0)
    // The program and its handlers stay accessible to all modes, whatever the later entries say.
    set(ControlRegister.pmpaddr0, Layout.code >> 2 | 0x7_FFFF)
    var configuration = [UInt8](repeating: 0, count: 16)
    configuration[0] = 0x1F
    configuration[15] = 0x1F
    var addresses = [UInt32](repeating: 0, count: 16)
    for round in 0..<40 {
      for entry in Self.firstEntry..<Self.entries where round == 0 || random.chance(percent: 40) {
        configureEntry(entry, &configuration, &addresses)
      }
      for index in 0..<4 {
        let bytes = configuration[index * 4..<index * 4 + 4].reversed()
        set(ControlRegister.pmpcfg0 + UInt16(index), bytes.reduce(0) { $0 << 8 | UInt32($1) })
        code.csr(.csrrs, rd: 10, ControlRegister.pmpcfg0 + UInt16(index), 0)
      }
      for _ in 0..<4 { emitProtectedAccesses(addresses) }
    }
  }

  /// Chooses what an entry matches and allows. A locked entry ignores later changes, in the model below and in the
  /// machine alike, because only the machine's answer is compared.
  private mutating func configureEntry(
    _ entry: Int, _ configuration: inout [UInt8], _ addresses: inout [UInt32]
  ) {
    let place = Layout.data + UInt32(random.below(Layout.dataSize))
    let mode = UInt8(random.below(4))
    var permissions = UInt8(random.below(8))
    // Write without read is reserved.
    if permissions & 3 == 2 { permissions |= 1 }
    let isLocked = random.chance(percent: 2)
    var address = place >> 2
    if mode == 3 {
      let ones = UInt32(random.below(10))
      address = address & ~((2 << ones) - 1) | ((1 << ones) - 1)
      addresses[entry] = (address & ~((1 << ones) - 1)) << 2
    } else {
      addresses[entry] = address << 2
    }
    set(ControlRegister.pmpaddr0 + UInt16(entry), address)
    code.csr(.csrrs, rd: 10, ControlRegister.pmpaddr0 + UInt16(entry), 0)
    configuration[entry] = mode << 3 | permissions | (isLocked ? 0x80 : 0)
  }

  /// Some accesses near the edges of entries, from M mode, from M mode as another mode, or from S or U mode.
  private mutating func emitProtectedAccesses(_ addresses: [UInt32]) {
    let mode = random.pick(PrivilegeMode.allCases)
    let isBorrowed = mode != .machine && random.chance(percent: 40)
    if !isBorrowed && mode != .machine { enter(mode) }
    for _ in 0..<6 {
      let edge = addresses[Self.firstEntry + random.below(Self.entries - Self.firstEntry)]
      let size = UInt32(random.pick([0, 4, 8, 64, 4096]))
      let address = min(
        max(edge &+ size &+ UInt32(bitPattern: Int32(random.below(24)) - 12), Layout.data),
        Layout.data + 0xFFF0)
      if isBorrowed {
        set(ControlRegister.mstatus, Status.fsDirty | Status.mprv | Status.mpp(mode))
      }
      emitProtectedAccess(address, canJump: !isBorrowed)
      if isBorrowed { set(ControlRegister.mstatus, Status.fsDirty) }
    }
    if !isBorrowed && mode != .machine { enterMachineMode() }
  }

  private mutating func emitProtectedAccess(_ address: UInt32, canJump: Bool) {
    func at(_ width: UInt32) -> UInt32 { address & ~(width - 1) }
    switch random.below(canJump ? 12 : 10) {
    case 0, 1: emitLoad(random.pick([Opcode.lb, .lbu]), at(1))
    case 2: emitLoad(random.pick([Opcode.lh, .lhu]), at(2))
    case 3: emitLoad(.lw, at(4))
    case 4: emitLoad(random.pick([Opcode.flw, .fld]), at(8))
    case 5: emitStore(.sb, at(1), address & 1 == 0 ? 0x82 : 0x81)
    case 6: emitStore(.sh, at(2), Self.fill)
    case 7: emitStore(.sw, at(4), Self.fill)
    case 8: emitStore(.fsd, at(8), 0)
    case 9: emitStore(random.pick([Opcode.amoorW, .amoandW]), at(4), Self.fill)
    default:
      code.li(9, at(2))
      code.emit(.jalr, rd: Self.link, rs1: 9)
    }
  }

  private mutating func emitLoad(_ opcode: Opcode, _ address: UInt32) {
    code.li(9, address)
    code.emit(opcode, rd: 10, rs1: 9)
  }

  /// Stores x10, which holds `value`, or f0.
  private mutating func emitStore(_ opcode: Opcode, _ address: UInt32, _ value: UInt32) {
    code.li(9, address)
    code.li(10, value)
    code.emit(opcode, rd: 11, rs1: 9, rs2: opcode == .fsd ? 0 : 10)
  }
}
