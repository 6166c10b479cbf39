import ISA

/// The program from its first instruction on.
extension LockstepBuilder {
  mutating func emitProgram() {
    let start = code.label()
    let head = code.label()
    self.head = head
    code.jump(to: start)
    let handlers = emitHandlers()
    vectors = handlers
    emitFunctions()
    code.bind(start)
    emitStart(handlers)
    let sections = (0..<flavour.sections).map { _ in code.label() }
    emitDispatch(to: sections)
    emitHead(head)
    for section in sections {
      code.bind(section)
      emitSection()
    }
    code.jump(to: head)
    addData()
    addTables()
    addIslands()
  }

  private mutating func emitStart(_ handlers: (machine: Assembler.Label, supervisor: Assembler.Label)) {
    code.read(5, .mhartid)
    code.emit(.slli, rd: 5, rs1: 5, Int32(LockstepLayout.ownShift))
    code.li(Self.own, LockstepLayout.ownBase)
    code.emit(.add, rd: Self.own, rs1: Self.own, rs2: 5)
    code.csr(.csrrw, CSR.mscratch.rawValue, Self.own)
    for (register, table) in [(CSR.mtvec, handlers.machine), (.stvec, handlers.supervisor)] {
      code.address(rd: 5, of: table)
      if flavour.isVectored { code.emit(.addi, rd: 5, rs1: 5, 1) }
      code.csr(.csrrw, register.rawValue, 5)
    }
    code.emit(.addi, rd: 5, rs1: Self.own, OwnMemory.supervisorSave)
    code.csr(.csrrw, CSR.sscratch.rawValue, 5)
    // All of memory for the lower modes, by the entry that comes last.
    set(.pmpaddr(15), 0xFFFF_FFFF)
    set(.pmpcfg(3), 0x1F00_0000)
    set(.mcounteren, 0xFFFF_FFFF)
    set(.scounteren, random.chance(percent: 80) ? 7 : random.bits())
    set(.menvcfg, random.chance(percent: 80) ? 0xF1 : random.bits())
    set(.menvcfgh, (flavour.hasSupervisorTimer ? 1 << 31 : 0) | (random.chance(percent: 70) ? 1 << 29 : 0))
    set(.mstatus, Status.fsDirty)
    emitTimerStart()
    set(.mie, random.pick([0, 0x88, 0x80, 0x88]))
    if random.chance(percent: 80) { code.csr(.csrrsi, CSR.mstatus.rawValue, 8) }
  }

  /// The first timer interrupt soon after the start; the upper word of the register for it stays zero.
  private mutating func emitTimerStart() {
    code.li(6, 0x0200_4000)
    code.read(5, .mhartid)
    code.emit(.sh3add, rd: 6, rs1: 5, rs2: 6)
    code.li(5, UInt32(100 + random.below(1000)))
    code.emit(.sw, rs1: 6, rs2: 5)
    code.emit(.sw, rs1: 6, rs2: 0, 4)
  }

  /// Each hart begins at another section.
  private mutating func emitDispatch(to sections: [Assembler.Label]) {
    for hart in 1..<LockstepLayout.hartLimit {
      let other = code.label()
      code.read(5, .mhartid)
      code.emit(.addi, rd: 6, Int32(hart))
      code.branch(.bne, 5, 6, to: other)
      emitRegisters()
      code.jump(to: sections[hart * sections.count / LockstepLayout.hartLimit])
      code.bind(other)
    }
  }

  /// Begins a pass: forgets what went wrong in the last one, and takes other values.
  private mutating func emitHead(_ head: Assembler.Label) {
    code.bind(head)
    code.read(Self.own, .mscratch)
    code.emit(.sw, rs1: Self.own, OwnMemory.traps)
    code.emit(.sw, rs1: Self.own, OwnMemory.depth)
    code.emit(.lw, rd: 5, rs1: Self.own, OwnMemory.passes)
    code.emit(.addi, rd: 5, rs1: 5, 1)
    code.emit(.sw, rs1: Self.own, rs2: 5, OwnMemory.passes)
    set(.mcountinhibit, 0)
    code.li(5, Status.mprv)
    code.csr(.csrrc, CSR.mstatus.rawValue, 5)
    code.li(5, Status.fsDirty | (random.chance(percent: 80) ? Status.mie : 0))
    code.csr(.csrrs, CSR.mstatus.rawValue, 5)
    emitRegisters()
  }

  /// Gives all registers values from the data area, others in each pass.
  private mutating func emitRegisters() {
    code.emit(.lw, rd: 5, rs1: Self.own, OwnMemory.passes)
    code.emit(.slli, rd: 5, rs1: 5, 9)
    code.li(6, UInt32(LockstepLayout.dataSize / 2 - 1))
    code.emit(.and, rd: 5, rs1: 5, rs2: 6)
    code.li(Self.pointer, LockstepLayout.data + 2048)
    code.emit(.add, rd: Self.pointer, rs1: Self.pointer, rs2: 5)
    for register in UInt8(0)..<32 { code.emit(.fld, rd: register, rs1: Self.pointer, Int32(register) * 8) }
    for register in UInt8(1)..<32 where !Self.conventional.contains(register) {
      code.emit(.lw, rd: register, rs1: Self.pointer, -Int32(register) * 4)
    }
    setPointers()
    if let head { code.address(rd: Self.recovery, of: head) }
  }

  /// Points x2 and x8 at places in the data area, as it is seen here, and x4 at the hart's own memory.
  mutating func setPointers() {
    let offset = place?.offset ?? 0
    for register in [Self.pointer, Self.compressedPointer] {
      let distance = 2048 + UInt32(random.below((LockstepLayout.dataSize - 4096) / 8)) * 8
      code.li(register, LockstepLayout.data + distance &+ offset)
    }
  }

  /// Writes a CSR through x5.
  mutating func set(_ register: CSR, _ value: UInt32) {
    code.li(5, value)
    code.csr(.csrrw, register.rawValue, 5)
  }

  private mutating func emitSection() {
    changeFavourites()
    for _ in 0..<2 + random.below(3) {
      if random.below(100) < flavour.visits { emitMachinePiece() } else { emitCode(2) }
    }
    if random.chance(percent: 30) { setPointers() }
  }

  /// Numbers of all kinds, floating-point values among them, in the data area; noise in each hart's own memory.
  private mutating func addData() {
    var words: [UInt32] = []
    while words.count < LockstepLayout.dataSize / 4 {
      switch random.below(3) {
      case 0:
        let value = random.double()
        words += [UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)]
      case 1: words += [random.single(), 0xFFFF_FFFF]
      default: words += [random.word(), random.word()]
      }
    }
    addSegment(at: LockstepLayout.data, words: words)
    for hart in 0..<harts {
      addSegment(at: LockstepLayout.own(hart) + UInt32(OwnMemory.noise), words: [random.bits()])
    }
  }
}
