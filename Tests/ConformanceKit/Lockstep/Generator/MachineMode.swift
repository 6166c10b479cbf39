import ISA

/// What only M mode can do.
extension LockstepBuilder {
  mutating func emitMachinePiece() {
    switch random.below(16) {
    case 0...5: emitVisit()
    case 6: emitTimer()
    case 7: emitSoftwareInterrupt()
    case 8: emitWait()
    case 9: emitBorrowedMode()
    case 10: emitProtection()
    case 11: emitFloatSwitch()
    case 12: emitEntryChange()
    case 13: emitExternalInterrupt()
    case 14: emitDeviceAccess()
    default: emitMachineRegister()
    }
  }

  // MARK: Interrupts

  /// A timer interrupt in some ticks.
  private mutating func emitTimer() {
    emitTimerSetting(1 + random.below(900))
    code.li(5, 1 << 7)
    code.csr(.csrrs, CSR.mie.rawValue, 5)
    code.csr(.csrrsi, CSR.mstatus.rawValue, 8)
  }

  private mutating func emitTimerSetting(_ ticks: Int) {
    code.li(6, 0x0200_C000)
    code.emit(.lw, rd: 5, rs1: 6, -8)
    if random.chance(percent: 10) {
      // Time itself jumps.
      code.emit(.addi, rd: 5, rs1: 5, Int32(random.below(500)))
      code.emit(.sw, rs1: 6, rs2: 5, -8)
    }
    code.emit(.addi, rd: 5, rs1: 5, Int32(ticks))
    code.li(6, 0x0200_4000)
    code.read(7, .mhartid)
    code.emit(.sh3add, rd: 6, rs1: 7, rs2: 6)
    code.emit(.sw, rs1: 6, rs2: 5)
  }

  /// Through the CLINT, to this hart or another; or by `mip`.
  private mutating func emitSoftwareInterrupt() {
    if random.chance(percent: 30) {
      code.li(5, random.bits() & 0x222)
      code.csr(random.pick([.csrrs, .csrrw, .csrrc]), rd: destination(), CSR.mip.rawValue, 5)
      code.li(5, random.bits() & 0x222)
      return code.csr(.csrrs, rd: destination(), CSR.mie.rawValue, 5)
    }
    code.li(5, 1 << 3)
    code.csr(.csrrs, CSR.mie.rawValue, 5)
    if random.chance(percent: 70) { code.csr(.csrrsi, CSR.mstatus.rawValue, 8) }
    code.li(6, 0x0200_0000)
    if random.chance(percent: 60) {
      code.read(7, .mhartid)
      code.emit(.sh2add, rd: 6, rs1: 7, rs2: 6)
    } else {
      code.emit(.addi, rd: 6, rs1: 6, Int32(random.below(harts)) * 4)
    }
    code.emit(.addi, rd: 5, 1)
    code.emit(.sw, rs1: 6, rs2: 5)
  }

  /// `wfi` until the timer; only then is the interrupt taken, if at all.
  private mutating func emitWait() {
    code.csr(.csrrci, CSR.mstatus.rawValue, 8)
    emitTimerSetting(random.below(2000))
    code.li(5, 1 << 7)
    code.csr(.csrrs, CSR.mie.rawValue, 5)
    code.emit(.wfi)
    code.csr(.csrrsi, CSR.mstatus.rawValue, 8)
  }

  /// The UART asks for an interrupt, which comes through the PLIC.
  private mutating func emitExternalInterrupt() {
    code.li(6, 0x0C00_0000)
    code.emit(.addi, rd: 5, Int32(1 + random.below(7)))
    code.emit(.sw, rs1: 6, rs2: 5, 40)
    code.read(7, .mhartid)
    code.emit(.slli, rd: 7, rs1: 7, 8)
    code.li(6, 0x0C00_2000)
    code.emit(.add, rd: 6, rs1: 6, rs2: 7)
    code.li(5, 1 << 10)
    code.emit(.sw, rs1: 6, rs2: 5)
    if random.chance(percent: 50) { code.emit(.sw, rs1: 6, rs2: 5, 0x80) }
    code.li(5, 1 << 11 | (random.chance(percent: 50) ? 1 << 9 : 0))
    code.csr(.csrrs, CSR.mie.rawValue, 5)
    code.csr(.csrrsi, CSR.mstatus.rawValue, 8)
    code.li(6, 0x1000_0000)
    code.emit(.addi, rd: 5, random.pick([2, 0, 3]))
    code.emit(.sb, rs1: 6, rs2: 5, 1)
    if random.chance(percent: 50) { code.emit(.sb, rs1: 6, rs2: source()) }
  }

  // MARK: State

  private mutating func emitFloatSwitch() {
    let state = temporary()
    // A write of flags would make the state dirty again.
    code.emit(.csrrwi, Int32(CSR.fflags.rawValue))
    code.li(state, Status.fsDirty)
    code.csr(.csrrc, CSR.mstatus.rawValue, state)
    if random.chance(percent: 50) {
      code.li(state, random.pick([Status.fsInitial, Status.fsInitial << 1]))
      code.csr(.csrrs, CSR.mstatus.rawValue, state)
    }
    switch random.below(3) {
    case 0: emitInstructions(2 + random.below(12))
    case 1: for _ in 0...random.below(3) { emitFloatComparison() }
    default: emitCall()
    }
    code.csr(.csrrs, rd: destination(), CSR.mstatus.rawValue, 0)
    code.li(state, Status.fsDirty)
    code.csr(.csrrs, CSR.mstatus.rawValue, state)
  }

  /// Loads and stores as another mode would make them.
  private mutating func emitBorrowedMode() {
    let space: Int? = random.chance(percent: 85) ? random.below(2) : nil
    let mode = random.pick([PrivilegeMode.user, .supervisor])
    emitSpace(space)
    let status =
      Status.mprv | Status.mpp(mode) | Status.fsDirty | random.bits() & (Status.sum | Status.mxr | Status.mie)
    let value = temporary()
    code.li(value, status)
    code.csr(.csrrw, rd: destination(), CSR.mstatus.rawValue, value)
    for _ in 0..<1 + random.below(3) {
      switch random.below(4) {
      case 0: emitInstructions(1 + random.below(8))
      case 1: emitDeviceAccess()
      default: emitWindowAccesses()
      }
    }
    code.li(value, Status.mprv)
    code.csr(.csrrc, CSR.mstatus.rawValue, value)
    code.li(value, Status.mie | Status.fsDirty)
    code.csr(.csrrs, CSR.mstatus.rawValue, value)
  }

  /// Entries over parts of the data area, for the modes below.
  private mutating func emitProtection() {
    guard random.chance(percent: 70) else { return set(.pmpcfg(0), 0) }
    var bytes: [UInt32] = []
    for entry in UInt8(0)..<4 {
      let address = LockstepLayout.data + UInt32(random.below(LockstepLayout.dataSize - 0x2000)) & ~7
      let rights = random.pick([0, 1, 3, 4, 5, 7] as [UInt32])
      switch random.below(4) {
      case 0: bytes.append(0)
      case 1: bytes.append(0x10 | rights)
      case 2: bytes.append(0x18 | rights)
      // Up to here from where the entry before ends.
      default: bytes.append(entry > 0 && bytes[Int(entry) - 1] == 0 ? 0x08 | rights : 0)
      }
      let isNapot = bytes[Int(entry)] & 0x18 == 0x18
      let size = random.pick([8, 64, 0x1000, 0x2000] as [UInt32])
      set(.pmpaddr(entry), isNapot ? (address & ~(size - 1)) >> 2 | (size / 8 - 1) : address >> 2)
    }
    // Now and then one that binds M mode too, and stays.
    if random.chance(percent: 3) { bytes[2] = 0x91 | bytes[2] & 6 }
    set(.pmpcfg(0), bytes.reversed().reduce(0) { $0 << 8 | $1 })
  }

  private static let plainRegisters: [CSR] = [
    .mepc, .mcause, .mtval, .sepc, .scause, .stval, .scounteren, .mcounteren, .menvcfg, .senvcfg, .medeleg, .mideleg,
    .mcycle, .mcycleh, .minstret, .minstreth, .stimecmp, .stimecmph, .sscratch, .satp, .mcountinhibit, .pmpaddr(7),
    .mhpmcounter(3), .mhpmevent(4), .misa, .mstatush, .tselect,
  ]
  private static let readRegisters: [CSR] =
    plainRegisters + [
      .mstatus, .mie, .mip, .mtvec, .mscratch, .mvendorid, .marchid, .mimpid, .mhartid, .mconfigptr, .pmpcfg(0),
      .sstatus,
      .sie, .sip, .stvec, .menvcfgh, .hpmcounter(5),
    ]

  private mutating func emitMachineRegister() {
    for _ in 0..<1 + random.below(5) {
      switch random.below(8) {
      case 0, 1: code.csr(.csrrs, rd: destination(), random.pick(Self.readRegisters).rawValue, 0)
      case 2: emitVectors()
      case 3:
        let value = temporary()
        code.li(value, random.bits() & (Status.sum | Status.mxr | Status.tvm | Status.tw | Status.tsr))
        code.csr(random.pick([.csrrs, .csrrc]), rd: destination(), CSR.mstatus.rawValue, value)
      // Whether hardware sets A and D.
      case 6 where random.chance(percent: 30):
        let value = temporary()
        code.li(value, 1 << 29)
        code.csr(random.pick([.csrrs, .csrrc]), rd: destination(), CSR.menvcfgh.rawValue, value)
      case 4: code.csr(random.pick([.csrrsi, .csrrci]), rd: destination(), CSR.mstatus.rawValue, 8)
      case 5:
        code.csr(
          random.pick([.csrrwi, .csrrsi, .csrrci]), rd: destination(), random.pick(Self.plainRegisters).rawValue,
          UInt8(random.below(32)))
      default:
        code.csr(
          random.pick([.csrrw, .csrrs, .csrrc]), rd: destination(), random.pick(Self.plainRegisters).rawValue, source())
      }
    }
  }

  /// Traps arrive by another way from now on.
  private mutating func emitVectors() {
    guard let vectors else { return }
    let address = temporary()
    code.address(rd: address, of: vectors.machine)
    if random.chance(percent: 50) { code.emit(.addi, rd: address, rs1: address, 1) }
    code.csr(.csrrw, CSR.mtvec.rawValue, address)
  }
}
