import ISA

/// Programs about control and status registers, privilege modes and interrupts.
extension ProgramBuilder {
  // MARK: Values of CSRs

  /// A register that may be written with random values in M mode, without anything happening before it is put back.
  private struct WritableRegister {
    var number: UInt16
    /// Bits that random values may set.
    var mask: UInt32 = 0xFFFF_FFFF
    /// What the program needs it to hold.
    var rest: UInt32? = 0
  }

  private static let writableRegisters: [WritableRegister] = [
    .init(number: ControlRegister.mstatus, rest: Status.fsDirty),
    .init(number: ControlRegister.mstatus + 0x10),
    .init(number: ControlRegister.sstatus, rest: Status.fsDirty),
    .init(number: ControlRegister.medeleg), .init(number: ControlRegister.mideleg),
    .init(number: ControlRegister.mie), .init(number: ControlRegister.mip),
    .init(number: ControlRegister.sie), .init(number: ControlRegister.sip),
    .init(number: ControlRegister.mtvec, rest: nil),
    .init(number: ControlRegister.stvec, rest: nil),
    .init(number: ControlRegister.mscratch, rest: Layout.machineSave),
    .init(number: ControlRegister.sscratch, rest: Layout.supervisorSave),
    .init(number: ControlRegister.mepc), .init(number: ControlRegister.sepc),
    .init(number: ControlRegister.mcause), .init(number: ControlRegister.scause),
    .init(number: ControlRegister.mtval), .init(number: ControlRegister.stval),
    .init(number: ControlRegister.mcounteren), .init(number: ControlRegister.scounteren),
    .init(number: ControlRegister.mcountinhibit),
    .init(number: ControlRegister.menvcfg),
    // Without STCE: what mip.STIP is after it is cleared again is left open. The interrupt programs use it.
    .init(number: ControlRegister.menvcfgh, mask: 0x7FFF_FFFF),
    .init(number: ControlRegister.senvcfg), .init(number: ControlRegister.satp),
    .init(number: ControlRegister.fcsr), .init(number: ControlRegister.fflags),
    .init(number: ControlRegister.frm),
    // Never bit 7 of an entry, which would lock it; the last entry stays as it is.
    .init(number: ControlRegister.pmpcfg0, mask: 0x7F7F_7F7F),
    .init(number: ControlRegister.pmpcfg0 + 1, mask: 0x7F7F_7F7F),
    .init(number: ControlRegister.pmpcfg0 + 2, mask: 0x7F7F_7F7F),
    .init(number: ControlRegister.pmpcfg0 + 3, mask: 0x007F_7F7F, rest: 0x1F00_0000),
    .init(number: ControlRegister.pmpaddr0), .init(number: ControlRegister.pmpaddr0 + 7),
    .init(number: ControlRegister.pmpaddr0 + 14),
  ]

  /// Registers that are only read: their own value, and views of the others.
  private static let readableRegisters: [UInt16] =
    writableRegisters.map(\.number) + [
      0xF11, 0xF14, 0xF15, 0x301, 0x100, 0x104, 0x144, 0x300, 0x304, 0x344,
    ]

  /// Every writable register with random values through each of the six instructions, read back, and through its
  /// other views.
  mutating func generateRegisterAccesses() {
    addSegment(at: Layout.data, words: (0..<Layout.dataSize / 4).map { _ in random.word() })
    begin(passes: 4)
    for _ in 0..<900 {
      let register = random.pick(Self.writableRegisters)
      let destination = random.pick([10, 11, 12, 0] as [UInt8])
      // The trap vectors are put back from a copy.
      code.csr(.csrrs, rd: 13, register.number, 0)
      for _ in 0...random.below(3) {
        let operation = random.pick([Opcode.csrrw, .csrrw, .csrrw, .csrrs, .csrrc, .csrrwi])
        code.li(9, legalOperand(random.word() & register.mask, operation, register.number))
        switch operation {
        case .csrrwi:
          let value = UInt8(random.below(32) & Int(register.mask & 31))
          code.csr(
            random.pick([Opcode.csrrwi, .csrrsi, .csrrci]), rd: destination, register.number, value)
        default: code.csr(operation, rd: destination, register.number, 9)
        }
        code.csr(.csrrs, rd: 11, register.number, 0)
        code.csr(.csrrs, rd: 12, random.pick(Self.readableRegisters), 0)
      }
      if let rest = register.rest {
        set(register.number, rest)
      } else {
        code.csr(.csrrw, register.number, 13)
      }
    }
  }

  /// Keeps the reserved value 2 out of mstatus.MPP, from which implementations may go to any legal one.
  private func legalOperand(_ value: UInt32, _ operation: Opcode, _ number: UInt16) -> UInt32 {
    guard number == ControlRegister.mstatus else { return value }
    let forbidden: UInt32 = operation == .csrrc ? 1 : 2
    return (value >> 11) & 3 == forbidden ? value | Status.mppMachine : value
  }

  // MARK: Privilege modes

  /// Random machine states, then a few instructions in a random mode that try what is allowed there.
  mutating func generatePrivileged() {
    addSegment(at: Layout.data, words: (0..<Layout.dataSize / 4).map { _ in random.word() })
    begin(passes: 3)
    for _ in 0..<220 {
      let mode = random.pick(PrivilegeMode.allCases)
      var status =
        random.bits()
        & (Status.tvm | Status.tw | Status.tsr | Status.sum | Status.mxr | Status.mprv | Status.spp)
      status |= UInt32(random.below(4)) << 13
      // A supervisor handler that may not return would trap into itself for ever.
      let delegates = status & Status.tsr == 0 && random.chance(percent: 60)
      set(ControlRegister.medeleg, delegates ? random.bits() & 0xB1FF : 0)
      set(ControlRegister.mcounteren, random.bits())
      set(ControlRegister.scounteren, random.bits())
      set(ControlRegister.menvcfg, random.bits() & 0xF1)
      set(ControlRegister.senvcfg, random.bits() & 0xF1)
      if mode == .machine { status &= ~Status.mprv }
      enter(mode, status: status)
      let mayWait = mode == .machine || status & Status.tw != 0
      for _ in 0..<3 + random.below(8) { emitProbe(mode, mayWait: mayWait) }
      enterMachineMode()
      code.csr(.csrrs, rd: 10, ControlRegister.mstatus, 0)
    }
  }

  private static let probedRegisters: [UInt16] = [
    0x001, 0x002, 0x003, 0x100, 0x104, 0x105, 0x106, 0x10A, 0x140, 0x141, 0x142, 0x143, 0x144,
    0x180, 0x300, 0x301, 0x302,
    0x304, 0x305, 0x306, 0x30A, 0x320, 0x340, 0x341, 0x344, 0x3A0, 0x3B0, 0xB00, 0xB02, 0xB03,
    0xC00, 0xC01, 0xC02,
    0xC03, 0xC1F, 0xC80, 0xC81, 0xC82, 0xC9F, 0xF11, 0xF14, 0x200, 0x600, 0x800, 0xCC0, 0x9FF,
  ]

  /// One instruction whose effect depends on the mode and on what the modes above allow.
  private mutating func emitProbe(_ mode: PrivilegeMode, mayWait: Bool) {
    switch random.below(17) {
    // Read into x0: the clocks are not compared, but whether the access is allowed is.
    case 0...3: code.csr(.csrrs, random.pick(Self.probedRegisters), 0)
    case 4: code.csr(.csrrs, rd: 10, random.pick([0xC02, 0x100, 0x104, 0x106, 0x142, 0x143]), 0)
    case 5:
      code.csr(
        random.pick([Opcode.csrrw, .csrrc]), rd: 0,
        random.pick([0xC00, 0xC02, 0xF14, 0x001, 0x143, 0x142]), 0)
    case 6:
      code.word(
        Assembler.encode(.sfenceVMA, rs1: UInt8(random.below(3)), rs2: UInt8(random.below(3))))
    case 7:
      emitSupervisorReturn()
      if mode == .machine { enterMachineMode() }
    case 8:
      if mode == .machine { enter(.machine, status: Status.fsDirty) } else { code.emit(.mret) }
    // In a lower mode a call would end the visit there.
    case 9: code.emit(mode == .machine ? random.pick([Opcode.ecall, .ebreak]) : .ebreak)
    case 10:
      code.emit(random.pick([Opcode.faddD, .fmvXW, .fsgnjS, .fclassD]), rd: 10, rs1: 1, rs2: 2)
    case 11: code.emit(random.pick([Opcode.fld, .fsw, .flw]), rd: 4, rs1: Self.pointer, rs2: 4)
    case 12: code.emit(random.pick([Opcode.lw, .lb, .sw]), rd: 10, rs1: 0, rs2: 10, 64)
    case 13: code.word(random.pick([0xFFFF_FFFF, 0x0000_0000, 0x1060_0073, 0x0200_705B]))
    case 14:
      code.csr(
        random.pick([Opcode.csrrsi, .csrrci]), rd: 10, ControlRegister.sstatus,
        UInt8(random.below(2)) << 1)
    case 15: code.emit(random.pick(Group.cache.opcodes.filter { $0 != .pause }), rs1: Self.pointer)
    default: if mayWait { emitWait(mode) }
    }
  }

  /// `sret` to the next instruction, in whatever mode the status says; in U mode, and in S mode with TSR, it traps.
  private mutating func emitSupervisorReturn() {
    let next = code.label()
    code.address(rd: 5, of: next)
    code.csr(.csrrw, ControlRegister.sepc, 5)
    code.emit(.sret)
    code.bind(next)
  }

  /// `wfi`, where it traps or where something is pending so that it cannot wait for ever.
  private mutating func emitWait(_ mode: PrivilegeMode) {
    if mode != .machine { return code.emit(.wfi) }
    set(ControlRegister.mip, 2)
    set(ControlRegister.mie, 2)
    code.emit(.wfi)
    set(ControlRegister.mie, 0)
    set(ControlRegister.mip, 0)
  }

  // MARK: Interrupts

  /// Random sets of pending, enabled and delegated interrupts, which become deliverable by a CSR write or a return:
  /// both then take the one of highest priority before the next instruction.
  mutating func generateInterrupts() {
    addSegment(at: Layout.data, words: (0..<Layout.dataSize / 4).map { _ in random.word() })
    begin(passes: 3)
    for _ in 0..<220 {
      let mode = random.pick(PrivilegeMode.allCases)
      code.csr(.csrrw, ControlRegister.mie, 0)
      emitSoftwareInterrupt(random.chance(percent: 30))
      set(ControlRegister.mideleg, random.bits() & 0x222)
      let usesCompare = random.chance(percent: 25)
      if usesCompare { emitTimeCompare(isDue: random.chance(percent: 60)) }
      set(ControlRegister.mip, random.bits() & 0x222)
      set(ControlRegister.medeleg, random.chance(percent: 50) ? 0x104 : 0)
      code.csr(.csrrs, rd: 10, ControlRegister.mip, 0)
      code.csr(.csrrs, rd: 10, ControlRegister.sip, 0)
      set(ControlRegister.mie, random.bits() & 0xAAA)
      let status =
        Status.fsDirty | random.bits() & (Status.mpie | Status.spie | Status.spp | Status.sie)
      enter(mode, status: status)
      for _ in 0..<random.below(6) { emitInterruptStep(mode) }
      enterMachineMode()
      code.csr(.csrrci, ControlRegister.mstatus, 8)
      for number in [
        ControlRegister.mip, ControlRegister.sip, ControlRegister.mie, ControlRegister.sie,
      ] {
        code.csr(.csrrs, rd: 10, number, 0)
      }
      code.csr(.csrrs, rd: 10, ControlRegister.mstatus, 0)
      if usesCompare {
        code.csr(.csrrw, ControlRegister.mie, 0)
        emitTimeCompare(isDue: false)
        code.csr(.csrrw, ControlRegister.menvcfgh, 0)
      }
    }
    code.csr(.csrrw, ControlRegister.mie, 0)
    emitSoftwareInterrupt(false)
  }

  /// Sstc: mip.STIP then says whether `stimecmp` lies in the past, which it does since power-on or never.
  private mutating func emitTimeCompare(isDue: Bool) {
    set(ControlRegister.menvcfgh, 1 << 31)
    set(ControlRegister.stimecmph, isDue ? 0 : 0xFFFF_FFFF)
    set(ControlRegister.stimecmp, isDue ? 0 : 0xFFFF_FFFF)
    code.csr(.csrrs, rd: 10, ControlRegister.mip, 0)
    code.csr(.csrrs, rd: 10, ControlRegister.sip, 0)
  }

  private mutating func emitSoftwareInterrupt(_ level: Bool) {
    code.li(6, 0x0200_0000)
    code.emit(.addi, rd: 5, level ? 1 : 0)
    code.emit(.sw, rs1: 6, rs2: 5, 0)
  }

  private mutating func emitInterruptStep(_ mode: PrivilegeMode) {
    switch random.below(7) {
    case 0: code.emit(.add, rd: 10, rs1: 10, rs2: 11)
    case 1: code.csr(random.pick([Opcode.csrrsi, .csrrci]), rd: 10, ControlRegister.sstatus, 2)
    case 2: code.csr(random.pick([Opcode.csrrsi, .csrrci]), rd: 10, ControlRegister.sip, 2)
    case 3:
      code.li(9, random.bits() & 0x222)
      code.csr(random.pick([Opcode.csrrs, .csrrc]), rd: 10, ControlRegister.sie, 9)
    case 4: code.csr(random.pick([Opcode.csrrsi, .csrrci]), rd: 10, ControlRegister.mstatus, 8)
    case 5:
      code.li(9, random.bits() & 0x222)
      code.csr(
        random.pick([Opcode.csrrs, .csrrc]), rd: 10,
        mode == .machine ? ControlRegister.mip : ControlRegister.sip, 9)
    default: if mode != .user { emitSupervisorReturn() }
    }
  }
}
