import ISA

/// Programs of random instructions of one extension, mixed with integer instructions and forward branches, run several
/// times over.
extension ProgramBuilder {
  mutating func generateInstructions(_ group: Group) {
    addOperands()
    // Spike forgets reservations every 5000 instructions, so programs that use them must end before.
    let short = group == .reservations
    let passes: UInt32 = short ? 1 : UInt32(1 + random.below(12))
    begin(passes: passes)
    // A store-conditional before any load-reserved, and every other program starts without a valid rounding mode.
    if group == .f || group == .d {
      set(ControlRegister.fcsr, random.chance(percent: 80) ? bitsForRounding() : random.bits())
    }
    let steps = (short ? 400 : 24_000) / Int(passes)
    for step in 0..<steps {
      if step % 40 == 0 { setPointers() }
      emitStep(group)
    }
  }

  /// Random words around everything x2 and x8 can point to, floating-point values among them.
  private mutating func addOperands() {
    var words: [UInt32] = []
    while words.count < Layout.dataSize / 4 {
      switch random.below(3) {
      case 0:
        let value = random.double()
        words += [UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)]
      case 1: words += [random.single(), 0xFFFF_FFFF]
      default: words += [random.word(), random.word()]
      }
    }
    addSegment(at: Layout.data, words: words)
  }

  private mutating func bitsForRounding() -> UInt32 {
    UInt32(random.below(5)) << 5 | UInt32(random.below(32))
  }

  private mutating func emitStep(_ group: Group) {
    switch random.below(20) {
    case 0, 1: code.li(random.pick(Self.free), random.word())
    case 2: emitPlain(random.pick(Self.integerOpcodes))
    case 3: emitForwardBranch()
    default: emitOwn(group)
    }
  }

  private mutating func emitOwn(_ group: Group) {
    switch group {
    case .c: emitCompressed()
    case .f, .d: emitFloat(group)
    case .a: emitAtomic(random.pick(group.opcodes))
    case .reservations: emitReservation()
    case .zifencei: emitSelfModification()
    case .zicsr: emitRegisterAccess()
    case .counters: emitCounterAccess()
    case .cache: emitCacheOperation(random.pick(group.opcodes))
    case .reserved: emitReserved()
    case .misaligned: emitMemoryAccess(random.pick(group.opcodes), aligned: false)
    case .i where random.chance(percent: 3): emitTrap()
    case .i: emitPlain(random.pick(Self.integerOpcodes))
    default: emitPlain(random.pick(group.opcodes))
    }
  }

  private static let integerOpcodes = Group.i.opcodes

  /// Any random instruction of an operation whose operands are registers and immediates, or a load, store or jump that
  /// stays inside the program.
  private mutating func emitPlain(_ opcode: Opcode) {
    guard let encoding = opcode.encoding else { return }
    switch encoding.format {
    case .jump: emitForwardJump(indirect: false)
    case .branch: emitForwardBranch(opcode)
    case .load where opcode == .jalr: emitForwardJump(indirect: true)
    case .load, .store, .floatLoad, .floatStore: emitMemoryAccess(opcode, aligned: true)
    default: code.word(randomOperands(encoding))
    }
  }

  /// Random bits everywhere but in the opcode, the destination being a free register.
  private mutating func randomOperands(_ encoding: Encoding) -> UInt32 {
    let writesFloat = encoding.requires == .f || encoding.requires == .d
    let destination =
      writesFloat && !Self.writesInteger.contains(encoding.format)
      ? UInt8(random.below(32)) : random.pick(Self.free)
    let operands = random.bits() & 0xFFFF_F07F | UInt32(destination) << 7
    return encoding.match | operands & ~encoding.mask
  }

  private static let writesInteger: [OperandFormat] = [
    .floatCompare, .floatToWord, .floatToWordRounded,
  ]

  private mutating func emitMemoryAccess(_ opcode: Opcode, aligned: Bool) {
    let width: Int32 =
      switch opcode {
      case .lb, .lbu, .sb: 1
      case .lh, .lhu, .sh: 2
      case .fld, .fsd: 8
      default: 4
      }
    var offset = Int32(random.below(4096)) - 2048
    if aligned { offset &= -width }
    let base = random.chance(percent: 50) ? Self.pointer : Self.compressedPointer
    let isFloat = [.floatLoad, .floatStore].contains(opcode.encoding?.format)
    let register = isFloat ? UInt8(random.below(32)) : random.pick(Self.free + [0])
    code.emit(opcode, rd: register, rs1: base, rs2: register, offset)
  }

  // MARK: Control flow

  private static let branches: [Opcode] = [.beq, .bne, .blt, .bge, .bltu, .bgeu]

  /// A branch over one to four instructions, taken or not as the registers have it.
  private mutating func emitForwardBranch(_ opcode: Opcode? = nil) {
    let target = code.label()
    code.branch(
      opcode ?? random.pick(Self.branches), UInt8(random.below(32)), UInt8(random.below(32)),
      to: target)
    emitFiller(1 + random.below(4))
    code.bind(target)
  }

  private mutating func emitForwardJump(indirect: Bool) {
    let target = code.label()
    let link = random.pick(Self.free + [0])
    if indirect {
      code.address(rd: random.pick(Self.free), of: target, then: .jalr, linking: link)
    } else {
      code.jump(rd: link, to: target)
    }
    emitFiller(random.below(4))
    code.bind(target)
  }

  private mutating func emitFiller(_ count: Int) {
    for _ in 0..<count {
      // A half-size instruction now and then, so that targets are at every multiple of two.
      if random.chance(percent: 30) {
        code.half(UInt16(0x0001 | random.below(32) << 2 | Int(random.pick(Self.free)) << 7))
      }
      code.emit(
        random.pick([Opcode.add, .xor, .sub]), rd: random.pick(Self.free),
        rs1: UInt8(random.below(32)), rs2: UInt8(random.below(32)))
    }
  }

  private mutating func emitTrap() {
    switch random.below(4) {
    case 0: code.emit(.ecall)
    case 1: code.emit(.ebreak)
    // Nothing is there.
    case 2:
      code.emit(
        random.pick([Opcode.lb, .lhu, .lw]), rd: random.pick(Self.free), rs1: 0,
        Int32(random.below(512)) * 4)
    default:
      code.emit(
        random.pick([Opcode.sb, .sh, .sw]), rs1: 0, rs2: random.pick(Self.free),
        Int32(random.below(512)) * 4)
    }
  }

  // MARK: Floating point

  private mutating func emitFloat(_ group: Group) {
    switch random.below(24) {
    case 0:
      set(
        ControlRegister.frm, UInt32(random.chance(percent: 90) ? random.below(5) : random.below(8)))
    case 1: code.csr(.csrrw, rd: random.pick(Self.free), ControlRegister.fflags, 0)
    case 2: code.csr(.csrrs, rd: random.pick(Self.free), ControlRegister.fcsr, 0)
    // Fresh operands from the data area, whatever the precision.
    case 3...9: emitMemoryAccess(random.chance(percent: 40) ? .flw : .fld, aligned: true)
    default: emitPlain(random.pick(group.opcodes))
    }
  }

  // MARK: Memory

  private mutating func emitAtomic(_ opcode: Opcode) {
    let base = random.pick([9, 10, 11] as [UInt8])
    code.li(
      base,
      Layout.data + UInt32(random.below(Layout.dataSize / 4)) * 4
        + (random.chance(percent: 5) ? 2 : 0))
    let ordering = UInt32(random.below(4)) << 25
    code.word(
      Assembler.encode(opcode, rd: random.pick(Self.free + [0, 0]), rs1: base, rs2: UInt8(random.below(32)))
        | ordering)
  }

  /// Load-reserved and store-conditional: in pairs, alone, twice, at the same and at another address.
  private mutating func emitReservation() {
    let address = Layout.data + UInt32(random.below(Layout.dataSize / 4 - 64)) * 4
    code.li(10, address)
    if random.chance(percent: 4) {
      code.emit(.addi, rd: 10, rs1: 10, 2)
      return code.emit(random.pick([Opcode.lrW, .scW]), rd: 1, rs1: 10)
    }
    if random.chance(percent: 85) { code.emit(.lrW, rd: random.pick([1, 4, 5, 6]), rs1: 10) }
    emitFiller(random.below(3))
    code.li(10, address)
    if random.chance(percent: 15) { code.emit(.addi, rd: 10, rs1: 10, random.pick([128, 4, -64])) }
    code.emit(.scW, rd: random.pick([0, 1, 4, 5, 6, 10]), rs1: 10, rs2: UInt8(random.below(32)))
    if random.chance(percent: 20) {
      code.li(10, address)
      code.emit(.scW, rd: 7, rs1: 10, rs2: 9)
    }
    emitAtomic(random.pick(Group.a.opcodes))
  }

  /// Replaces the instruction after the next one by another, then executes it.
  private mutating func emitSelfModification() {
    let slot = code.label()
    let encoding = random.pick([Opcode.addi, .xori, .slti, .andi, .add, .sub, .sltu, .lui, .auipc])
      .encoding
    let replacement = encoding.map { randomOperands($0) } ?? 0x13
    code.align(4)
    code.address(rd: 9, of: slot)
    code.li(10, replacement)
    code.emit(.sw, rs1: 9, rs2: 10, 0)
    code.word(0x0000_100F | random.bits() & (random.chance(percent: 50) ? 0xFFFF_8F80 : 0))
    emitFiller(random.below(2))
    code.align(4)
    code.bind(slot)
    code.word(random.pick([Opcode.addi, .add, .lui]).encoding.map { randomOperands($0) } ?? 0x13)
  }

  private mutating func emitCacheOperation(_ opcode: Opcode) {
    guard let encoding = opcode.encoding else { return }
    let base =
      encoding.format == .cacheBlock ? random.pick([Self.pointer, Self.compressedPointer]) : 0
    if opcode == .cboZero && random.chance(percent: 80) {
      return emitMemoryAccess(.sw, aligned: true)
    }
    // Waiting for a reservation that never goes away could take for ever: not with one.
    code.emit(opcode, rs1: base)
  }

  /// Words that are close to an instruction or random, but not in the table of instructions: all must trap. A reserved
  /// floating-point rounding mode is the only thing an operation checks that the table does not say.
  private mutating func emitReserved() {
    let decoder = Self.decoder
    for _ in 0..<20 {
      var bits = random.bits() | 3
      if random.chance(percent: 70), let encoding = random.pick(Opcode.allCases).encoding {
        bits = encoding.match | random.bits() & ~encoding.mask
        bits ^= 1 << UInt32(2 + random.below(30))
        if random.chance(percent: 50) { bits ^= 1 << UInt32(2 + random.below(30)) }
      }
      // Lengths of more than 32 bits are reserved too, but the handler steps over four bytes only; as is well.
      if decoder.decode(bits).opcode == .illegal { return code.word(bits) }
    }
  }

  private static let decoder = Decoder(configuration: .complete)

  // MARK: CSRs

  private static let plainRegisters: [UInt16] = [
    ControlRegister.sscratch, ControlRegister.fcsr, ControlRegister.fflags, ControlRegister.frm,
    ControlRegister.stval,
    ControlRegister.mtval, ControlRegister.sepc, ControlRegister.mepc,
  ]
  private static let accesses: [Opcode] = [.csrrw, .csrrs, .csrrc, .csrrwi, .csrrsi, .csrrci]

  /// One access to a register that simply holds a value; at times to one that is read-only or does not exist.
  private mutating func emitRegisterAccess() {
    let number =
      random.chance(percent: 95)
      ? random.pick(Self.plainRegisters) : random.pick([0xF14, 0x800, 0xC8F, 0x5FF, 0x9C0])
    let opcode = random.pick(Self.accesses)
    code.emit(
      opcode, rd: random.pick(Self.free + [0, 0]), rs1: UInt8(random.below(32)), Int32(number))
  }

  /// Writes a counter and reads it again, so that what was counted since is compared.
  private mutating func emitCounterAccess() {
    let low = ControlRegister.minstret
    switch random.below(6) {
    case 0: set(low, random.word())
    case 1: set(low + 0x80, random.word())
    case 2: set(ControlRegister.mcountinhibit, random.pick([0, 4]))
    // Hard-wired: writes are ignored, reads give zero.
    case 3:
      let number = UInt16(3 + random.below(29))
      let register = random.pick([0xB00, 0xB80, 0x320]) + number
      set(register, random.word())
      code.csr(.csrrs, rd: random.pick(Self.free), register, 0)
      code.csr(.csrrs, rd: random.pick(Self.free), random.pick([0xC00, 0xC80]) + number, 0)
    default:
      code.csr(.csrrs, rd: random.pick(Self.free), random.pick([low, low + 0x80, 0xC02, 0xC82]), 0)
    }
  }
}
