import ISA

/// Trap handlers. They leave all registers as they were, and go on behind the instruction that trapped, or at it again when
/// they have mended what it needed.
extension LockstepBuilder {
  /// Where x31 points while a handler runs: to what it saves.
  private static let saved: UInt8 = 31
  private static let saves: [UInt8] = [28, 29, 30]

  mutating func emitHandlers() -> (machine: Assembler.Label, supervisor: Assembler.Label) {
    (emitVectors { $0.emitMachineHandler() }, emitVectors { $0.emitSupervisorHandler() })
  }

  /// A table of jumps for vectored traps. Both ways to enter do the same.
  private mutating func emitVectors(_ handler: (inout Self) -> Void) -> Assembler.Label {
    let (common, table) = (code.label(), code.label())
    code.align(256)
    code.bind(table)
    for _ in 0..<16 { code.jump(to: common) }
    code.bind(common)
    handler(&self)
    return table
  }

  private mutating func emitEntry(_ scratch: CSR) {
    code.csr(.csrrw, rd: Self.saved, scratch.rawValue, Self.saved)
    for (index, register) in Self.saves.enumerated() {
      code.emit(.sw, rs1: Self.saved, rs2: register, Int32(index * 4))
    }
  }

  private mutating func emitExit(_ scratch: CSR, _ opcode: Opcode) {
    for (index, register) in Self.saves.enumerated() {
      code.emit(.lw, rd: register, rs1: Self.saved, Int32(index * 4))
    }
    code.csr(.csrrw, rd: Self.saved, scratch.rawValue, Self.saved)
    code.emit(opcode)
  }

  private mutating func compare(_ register: UInt8, with value: Int32, to label: Assembler.Label, by scratch: UInt8) {
    code.emit(.addi, rd: scratch, value)
    code.branch(.beq, register, scratch, to: label)
  }

  // MARK: M mode

  private mutating func emitMachineHandler() {
    let (exception, out) = (code.label(), code.label())
    emitEntry(.mscratch)
    code.read(28, .mcause)
    code.branch(.bge, 28, 0, to: exception)
    emitMachineInterrupt(out)
    code.bind(exception)
    emitMachineException(out)
    code.bind(out)
    emitExit(.mscratch, .mret)
  }

  /// A timer is set again, what software asked for is taken back, and a device is served; all else is not listened to.
  private mutating func emitMachineInterrupt(_ out: Assembler.Label) {
    let (timer, software, external) = (code.label(), code.label(), code.label())
    code.emit(.andi, rd: 29, rs1: 28, 31)
    compare(29, with: 7, to: timer, by: 30)
    compare(29, with: 3, to: software, by: 30)
    compare(29, with: 11, to: external, by: 30)
    code.emit(.addi, rd: 30, 1)
    code.emit(.sll, rd: 30, rs1: 30, rs2: 29)
    code.csr(.csrrc, CSR.mip.rawValue, 30)
    code.csr(.csrrc, CSR.mie.rawValue, 30)
    code.jump(to: out)

    code.bind(timer)
    emitTimerSetting()
    code.jump(to: out)

    code.bind(software)
    code.read(29, .mhartid)
    code.li(30, 0x0200_0000)
    code.emit(.sh2add, rd: 30, rs1: 29, rs2: 30)
    code.emit(.sw, rs1: 30)
    code.jump(to: out)

    // The claim, then what the UART wants, and the completion.
    code.bind(external)
    code.read(29, .mhartid)
    code.emit(.slli, rd: 29, rs1: 29, 13)
    code.li(30, 0x0C20_0000)
    code.emit(.add, rd: 30, rs1: 30, rs2: 29)
    code.emit(.lw, rd: 29, rs1: 30, 4)
    code.li(28, 0x1000_0000)
    code.emit(.lbu, rd: 28, rs1: 28, 2)
    code.emit(.sw, rs1: 30, rs2: 29, 4)
    code.li(30, 1 << 11)
    code.csr(.csrrc, CSR.mie.rawValue, 30)
    code.jump(to: out)
  }

  /// Some ticks until the next timer interrupt; once in a while, none until somebody asks for it.
  private mutating func emitTimerSetting() {
    let goesOn = code.label()
    code.emit(.lw, rd: 28, rs1: Self.saved, OwnMemory.noise)
    code.emit(.sh2add, rd: 28, rs1: 28, rs2: 28)
    code.emit(.addi, rd: 28, rs1: 28, 0x335)
    code.emit(.sw, rs1: Self.saved, rs2: 28, OwnMemory.noise)
    code.emit(.srli, rd: 28, rs1: 28, 12)
    code.emit(.andi, rd: 30, rs1: 28, 7)
    code.branch(.bne, 30, 0, to: goesOn)
    code.li(30, 1 << 7)
    code.csr(.csrrc, CSR.mie.rawValue, 30)
    code.bind(goesOn)
    code.li(30, UInt32(bitPattern: flavour.timer.mask))
    code.emit(.and, rd: 28, rs1: 28, rs2: 30)
    code.emit(.addi, rd: 28, rs1: 28, min(flavour.timer.least, 2047))
    code.li(30, 0x0200_C000)
    code.emit(.lw, rd: 30, rs1: 30, -8)
    code.emit(.add, rd: 28, rs1: 28, rs2: 30)
    code.read(29, .mhartid)
    code.li(30, 0x0200_4000)
    code.emit(.sh3add, rd: 30, rs1: 29, rs2: 30)
    code.emit(.sw, rs1: 30, rs2: 28)
  }

  private mutating func emitMachineException(_ out: Assembler.Label) {
    let (lost, notFetched, call, skip) = (code.label(), code.label(), code.label(), code.label())
    code.emit(.lw, rd: 30, rs1: Self.saved, OwnMemory.traps)
    code.emit(.addi, rd: 30, rs1: 30, 1)
    code.emit(.sw, rs1: Self.saved, rs2: 30, OwnMemory.traps)
    code.emit(.srli, rd: 30, rs1: 30, 13)
    code.branch(.bne, 30, 0, to: lost)
    compare(28, with: 0, to: notFetched, by: 30)
    compare(28, with: 1, to: notFetched, by: 30)
    compare(28, with: 12, to: notFetched, by: 30)
    compare(28, with: 8, to: call, by: 30)
    compare(28, with: 9, to: call, by: 30)
    if flavour.mends { emitMending(out, skip) }

    code.bind(skip)
    code.read(30, .mepc)
    emitStep(isMachine: true)
    code.csr(.csrrw, CSR.mepc.rawValue, 30)
    code.jump(to: out)

    code.bind(notFetched)
    code.csr(.csrrw, CSR.mepc.rawValue, Self.recovery)
    code.jump(to: out)

    // A call from below: go on in M mode, at the code's physical address.
    code.bind(call)
    code.read(30, .mepc)
    emitPhysical(30, from: 30)
    code.emit(.addi, rd: 30, rs1: 30, 4)
    code.csr(.csrrw, CSR.mepc.rawValue, 30)
    code.li(30, Status.mppMachine)
    code.csr(.csrrs, CSR.mstatus.rawValue, 30)
    code.jump(to: out)

    // A program that does nothing but trap begins its next pass.
    code.bind(lost)
    if let head {
      code.address(rd: 30, of: head)
      code.csr(.csrrw, CSR.mepc.rawValue, 30)
    }
    code.li(30, Status.mppMachine)
    code.csr(.csrrs, CSR.mstatus.rawValue, 30)
    code.jump(to: out)
  }

  private mutating func emitPhysical(_ register: UInt8, from address: UInt8) {
    code.emit(.slli, rd: register, rs1: address, 10)
    code.emit(.srli, rd: register, rs1: register, 10)
    code.emit(.lui, rd: 28, Int32(bitPattern: LockstepLayout.ram))
    code.emit(.or, rd: register, rs1: register, rs2: 28)
  }

  /// x30 := the address after the instruction at x30, which is read where it lies, or on an island as the code there sees it.
  private mutating func emitStep(isMachine: Bool) {
    let (island, known, short) = (code.label(), code.label(), code.label())
    code.emit(.srli, rd: 29, rs1: 30, 28)
    compare(29, with: Int32(AddressSpace.islands >> 28), to: island, by: 28)
    emitPhysical(29, from: 30)
    code.emit(.lhu, rd: 29, rs1: 29)
    code.jump(to: known)

    code.bind(island)
    let register = isMachine ? CSR.mstatus : .sstatus
    code.read(28, register)
    code.li(29, isMachine ? Status.mprv | Status.mxr : Status.mxr | Status.sum)
    code.csr(.csrrs, register.rawValue, 29)
    code.emit(.lhu, rd: 29, rs1: 30)
    code.csr(.csrrw, register.rawValue, 28)

    code.bind(known)
    code.emit(.andi, rd: 29, rs1: 29, 3)
    code.emit(.addi, rd: 30, rs1: 30, 2)
    code.emit(.xori, rd: 29, rs1: 29, 3)
    code.branch(.bne, 29, 0, to: short)
    code.emit(.addi, rd: 30, rs1: 30, 2)
    code.bind(short)
  }

  // MARK: Mending

  /// Switches floating point on, or makes a page of the window accessible, and tries again; but not twice in a row for the
  /// same instruction.
  private mutating func emitMending(_ out: Assembler.Label, _ skip: Assembler.Label) {
    let (float, page) = (code.label(), code.label())
    code.read(29, .mepc)
    code.emit(.lw, rd: 30, rs1: Self.saved, OwnMemory.mended)
    code.branch(.beq, 29, 30, to: skip)
    compare(28, with: 2, to: float, by: 30)
    compare(28, with: 13, to: page, by: 30)
    compare(28, with: 15, to: page, by: 30)
    code.jump(to: skip)

    code.bind(float)
    code.emit(.sw, rs1: Self.saved, rs2: 29, OwnMemory.mended)
    code.read(30, .mstatus)
    code.emit(.srli, rd: 30, rs1: 30, 13)
    code.emit(.andi, rd: 30, rs1: 30, 3)
    code.branch(.bne, 30, 0, to: skip)
    code.li(30, Status.fsInitial)
    code.csr(.csrrs, CSR.mstatus.rawValue, 30)
    code.jump(to: out)

    code.bind(page)
    code.emit(.sw, rs1: Self.saved, rs2: 29, OwnMemory.mended)
    code.read(30, .mtval)
    code.emit(.srli, rd: 29, rs1: 30, 16)
    code.li(28, AddressSpace.window >> 16)
    code.branch(.bne, 28, 29, to: skip)
    code.read(28, .satp)
    code.emit(.slli, rd: 28, rs1: 28, 12)
    code.emit(.lui, rd: 29, Int32(AddressSpace.windowTable << 12))
    code.emit(.add, rd: 28, rs1: 28, rs2: 29)
    code.emit(.srli, rd: 29, rs1: 30, 12)
    code.emit(.andi, rd: 29, rs1: 29, 15)
    code.emit(.sh2add, rd: 28, rs1: 29, rs2: 28)
    code.emit(.lw, rd: 29, rs1: 28)
    code.emit(.ori, rd: 29, rs1: 29, 0xCF)
    code.emit(.sw, rs1: 28, rs2: 29)
    code.emit(.sfenceVMA, rs1: 30)
    code.jump(to: out)
  }

  // MARK: S mode

  /// Nothing in here may trap: the handler would be entered again before it has read what it needs.
  private mutating func emitSupervisorHandler() {
    let (exception, out, notFetched, call) = (code.label(), code.label(), code.label(), code.label())
    emitEntry(.sscratch)
    code.read(28, .scause)
    code.branch(.bge, 28, 0, to: exception)
    code.emit(.addi, rd: 30, 1)
    code.emit(.sll, rd: 30, rs1: 30, rs2: 28)
    code.csr(.csrrc, CSR.sip.rawValue, 30)
    code.csr(.csrrc, CSR.sie.rawValue, 30)
    code.jump(to: out)

    code.bind(exception)
    compare(28, with: 0, to: notFetched, by: 30)
    compare(28, with: 1, to: notFetched, by: 30)
    compare(28, with: 12, to: notFetched, by: 30)
    compare(28, with: 8, to: call, by: 30)
    code.read(30, .sepc)
    emitStep(isMachine: false)
    code.csr(.csrrw, CSR.sepc.rawValue, 30)
    code.jump(to: out)

    code.bind(notFetched)
    code.csr(.csrrw, CSR.sepc.rawValue, Self.recovery)
    code.jump(to: out)

    code.bind(call)
    code.read(30, .sepc)
    emitPhysical(30, from: 30)
    code.emit(.addi, rd: 30, rs1: 30, 4)
    code.csr(.csrrw, CSR.sepc.rawValue, 30)
    code.li(30, Status.spp)
    code.csr(.csrrs, CSR.sstatus.rawValue, 30)
    code.bind(out)
    emitExit(.sscratch, .sret)
  }
}
