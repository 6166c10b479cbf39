import ISA

/// Straight-line code: any instruction that goes on at the next one, from the table of encodings.
extension LockstepBuilder {
  mutating func emitInstructions(_ count: Int) { for _ in 0..<count { emitInstruction() } }

  mutating func emitInstruction() {
    if random.below(1000) < flavour.traps { return emitTrap() }
    switch flavour.kind(&random) {
    case .integer: emitOperation(random.pick(Self.integerOpcodes))
    case .compressed: emitCompressed()
    case .memory: emitAccess(random.pick(Self.memoryOpcodes))
    case .float: emitFloat()
    case .atomic: emitAtomic()
    case .register: emitUserRegister()
    case .other: emitOther()
    }
  }

  // MARK: Opcodes by what they need

  private static func opcodes(_ formats: OperandFormat..., where condition: (Opcode) -> Bool = { _ in true })
    -> [Opcode]
  {
    Opcode.allCases.filter { opcode in opcode.encoding.map { formats.contains($0.format) } ?? false && condition(opcode)
    }
  }

  /// Registers and immediates only: these are also what code may be replaced by.
  static let integerOpcodes = opcodes(.upper, .immediate, .shift, .register, .unary)
  private static let memoryOpcodes = opcodes(.load, .store) { $0 != .jalr }
  private static let floatMemoryOpcodes = opcodes(.floatLoad, .floatStore)
  private static let floatOpcodes = opcodes(
    .floatFused, .floatRounded, .floatRegister, .floatCompare, .floatUnaryRounded, .floatToWordRounded,
    .floatFromWordRounded, .floatToWord, .floatFromWord)
  private static let atomicOpcodes = opcodes(.atomic) { $0 != .scW }
  private static let cacheOpcodes = opcodes(.cacheBlock)
  private static let fences: [Opcode] = [.fence, .fenceTSO, .fenceI, .pause, .wrsNto, .wrsSto]

  // MARK: Registers only

  mutating func emitOperation(_ opcode: Opcode) { code.word(operationWord(opcode, destination: destination())) }

  /// An instruction with random operands, or with those that its format has.
  mutating func operationWord(_ opcode: Opcode, destination: UInt8) -> UInt32 {
    guard let encoding = opcode.encoding else { return 0x13 }
    var operands = random.bits() & 0xFFF0_7000
    if encoding.format == .register { operands = operands & 0xFE0F_FFFF | UInt32(source()) << 20 }
    if encoding.format == .upper { operands = random.bits() & 0xFFFF_F000 } else { operands |= UInt32(source()) << 15 }
    operands |= UInt32(destination) << 7
    return encoding.match | operands & ~encoding.mask
  }

  // MARK: Floating point

  private mutating func emitFloat() {
    if random.chance(percent: 25) { return emitAccess(random.pick(Self.floatMemoryOpcodes)) }
    // Flags that are raised already would hide those that are raised wrongly.
    if random.chance(percent: 4) { return code.emit(.csrrwi, rd: destination(), Int32(CSR.fflags.rawValue)) }
    let opcode = random.pick(Self.floatOpcodes)
    guard let encoding = opcode.encoding else { return }
    var operands = UInt32(floatRegister()) << 15 | UInt32(floatRegister()) << 20 | UInt32(floatRegister()) << 27
    if encoding.format == .floatFromWord || encoding.format == .floatFromWordRounded {
      operands = UInt32(source()) << 15
    }
    operands |= UInt32(opcode.writesFloat ? floatRegister() : destination()) << 7
    operands |= roundingMode() << 12
    code.word(encoding.match | operands & ~encoding.mask)
  }

  /// Operations that may raise flags, but write no floating-point register.
  mutating func emitFloatComparison() {
    let opcode = random.pick([Opcode.feqS, .fltS, .fleD, .feqD, .fcvtWS, .fcvtWUD, .fcvtWD, .fclassS])
    guard let encoding = opcode.encoding else { return }
    let operands = UInt32(floatRegister()) << 15 | UInt32(floatRegister()) << 20 | UInt32(destination()) << 7
    code.word(encoding.match | (operands | random.pick([0, 1, 7]) << 12) & ~encoding.mask)
  }

  /// Mostly the dynamic one; seldom one that does not exist.
  private mutating func roundingMode() -> UInt32 {
    switch random.below(200) {
    case 0: UInt32(5 + random.below(2))
    case 1..<80: UInt32(random.below(5))
    default: 7
    }
  }

  // MARK: Memory

  private static let widths: [Opcode: Int32] = [
    .lb: 1, .lbu: 1, .sb: 1, .lh: 2, .lhu: 2, .sh: 2, .fld: 8, .fsd: 8,
  ]

  /// A load or store at a pointer, or at a pointer plus what a register holds.
  mutating func emitAccess(_ opcode: Opcode) {
    var base = random.chance(percent: 50) ? Self.pointer : Self.compressedPointer
    var offset = Int32(random.below(4096)) - 2048
    if random.chance(percent: 25) {
      let index = temporary()
      code.emit(.andi, rd: index, rs1: source(), Int32(random.below(0x400)))
      code.emit(random.pick([Opcode.add, .sh1add]), rd: index, rs1: index, rs2: base)
      base = index
      offset /= 2
    }
    emitAccess(opcode, base: base, offset: offset)
  }

  mutating func emitAccess(_ opcode: Opcode, base: UInt8, offset: Int32) {
    let isFloat = opcode == .flw || opcode == .fld || opcode == .fsw || opcode == .fsd
    let place = random.below(100) < flavour.alignment ? offset & -(Self.widths[opcode] ?? 4) : offset
    code.emit(
      opcode, rd: isFloat ? floatRegister() : destination(), rs1: base, rs2: isFloat ? floatRegister() : source(), place
    )
  }

  /// Any load, store or atomic instruction, at a place that may not be there.
  mutating func emitAnyAccess(base: UInt8, offset: Int32) {
    if random.chance(percent: 10) {
      let atomic = random.pick(Self.atomicOpcodes + [.lrW, .scW])
      return code.emit(atomic, rd: destination(), rs1: base, rs2: atomic == .lrW ? 0 : source())
    }
    emitAccess(random.pick(Self.memoryOpcodes + Self.floatMemoryOpcodes), base: base, offset: offset)
  }

  /// Accesses off one register, which may change in between, near each other and often across the end of a page.
  mutating func emitCluster() {
    let base = temporary()
    code.emit(
      .addi, rd: base, rs1: random.pick([Self.pointer, Self.compressedPointer]), Int32(random.below(1024)) & ~7)
    if random.chance(percent: 50) {
      // To the end of the page.
      code.emit(.ori, rd: base, rs1: base, 0x7FF)
      code.emit(.addi, rd: base, rs1: base, random.pick([1, -7, -31]))
    }
    let stays = reserved.insert(base).inserted
    for _ in 0..<3 + random.below(10) {
      switch random.below(10) {
      case 0: increase(base, by: random.pick([8, 4, -8, 16, 1]))
      case 1: emitOperation(random.pick(Self.integerOpcodes))
      default:
        emitAccess(
          random.pick(Self.memoryOpcodes + Self.floatMemoryOpcodes), base: base, offset: Int32(random.below(128)) - 64)
      }
    }
    if random.chance(percent: 30) { code.emit(random.pick([.lw, .lhu, .lb]), rd: base, rs1: base, 4) }
    if stays { reserved.remove(base) }
  }

  private mutating func emitAtomic() {
    let base = random.chance(percent: 50) ? Self.pointer : Self.compressedPointer
    switch random.below(10) {
    case 0: emitReservationLoop(base)
    case 1:
      code.emit(.lrW, rd: destination(), rs1: base)
      for _ in 0..<random.below(3) { emitOperation(random.pick(Self.integerOpcodes)) }
      code.emit(.scW, rd: destination(), rs1: random.chance(percent: 90) ? base : Self.pointer, rs2: source())
    case 2: code.emit(random.pick([Opcode.scW, .lrW]), rd: destination(), rs1: base)
    default:
      let index = temporary()
      let isAligned = random.chance(percent: 95)
      code.emit(.andi, rd: index, rs1: source(), isAligned ? 0x7FC : 0x7FF)
      code.emit(.add, rd: index, rs1: index, rs2: base)
      if !isAligned, random.chance(percent: 40) {
        return code.emit(random.pick([.lrW, .scW]), rd: destination(), rs1: index)
      }
      let ordering = UInt32(random.below(4)) << 25
      code.word(
        Assembler.encode(random.pick(Self.atomicOpcodes), rd: destination(), rs1: index, rs2: source()) | ordering)
    }
  }

  /// Tries until it has stored. A store that traps is skipped, and must not look like one to be tried again.
  private mutating func emitReservationLoop(_ base: UInt8) {
    let (value, result, again) = (temporary(), temporary(), code.label())
    code.bind(again)
    code.emit(.lrW, rd: value, rs1: base)
    increase(value, by: 1)
    code.emit(.addi, rd: result)
    code.emit(.scW, rd: result, rs1: base, rs2: value)
    code.branch(.bne, result, 0, to: again)
  }

  // MARK: Registers of user level, fences

  private static let floatRegisters: [CSR] = [.fflags, .frm, .fcsr]
  private static let counters: [CSR] = [.cycle, .cycleh, .time, .timeh, .instret, .instreth]

  private mutating func emitUserRegister() {
    switch random.below(8) {
    case 0...2: code.csr(.csrrs, rd: destination(), random.pick(Self.counters).rawValue, 0)
    case 3: code.emit(.csrrwi, rd: destination(), rs1: UInt8(random.below(5)), Int32(CSR.frm.rawValue))
    // A rounding mode that does not exist, for a moment.
    case 4 where random.chance(percent: 20):
      code.emit(.csrrwi, rs1: UInt8(random.below(8)), Int32(CSR.frm.rawValue))
      for _ in 0..<random.below(4) { emitFloat() }
      code.emit(.csrrwi, rs1: 0, Int32(CSR.frm.rawValue))
    case 5:
      let value = temporary()
      code.emit(.andi, rd: value, rs1: source(), 0x1F)
      code.csr(random.pick([.csrrw, .csrrs, .csrrc]), rd: destination(), CSR.fcsr.rawValue, value)
    case 6: code.emit(random.pick([.csrrci, .csrrwi]), rd: destination(), rs1: 31, Int32(CSR.fflags.rawValue))
    default: code.csr(.csrrs, rd: destination(), random.pick(Self.floatRegisters).rawValue, 0)
    }
  }

  private mutating func emitOther() {
    switch random.below(8) {
    case 0, 1: movePointer()
    case 2, 3: code.emit(random.pick(Self.cacheOpcodes), rs1: random.pick([Self.pointer, Self.compressedPointer]))
    case 4: code.emit(random.pick(Self.fences))
    case 5: code.half(1)
    default: code.li(destination(), random.word())
    }
  }

  /// Has a pointer show to another place in the data area, wherever that is seen here.
  private mutating func movePointer() {
    let register = random.chance(percent: 50) ? Self.pointer : Self.compressedPointer
    let way = temporary()
    // Near the end of a page, or anywhere.
    var distance = UInt32(2048 + random.below((LockstepLayout.dataSize - 8192) / 8) * 8)
    if random.chance(percent: 30) { distance = distance & 0xF000 | 0xFF8 }
    code.li(way, min(distance, UInt32(LockstepLayout.dataSize) - 6144))
    code.emit(.srli, rd: register, rs1: register, 16)
    code.emit(.slli, rd: register, rs1: register, 16)
    code.emit(.add, rd: register, rs1: register, rs2: way)
  }

  // MARK: Traps

  /// The ends of RAM, of boot ROM and of devices, and of all addresses.
  private static let edges: [UInt32] = [
    LockstepLayout.ram + UInt32(LockstepLayout.memorySize), LockstepLayout.ram + UInt32(LockstepLayout.memorySize),
    LockstepLayout.ram, 0x0001_0000, 0x0201_0000, 0x1000_0100, 0xFFFF_FFFC, 0,
  ]

  /// An instruction that traps wherever it runs.
  private mutating func emitTrap() {
    switch random.below(6) {
    case 0: code.emit(.ebreak)
    case 1: code.half(0x9002)
    case 2: code.word(random.pick([0xFFFF_FFFF, 0x0000_0000, 0x0200_705B, 0xC000_1073 | random.bits() & 0xFFF << 20]))
    default:
      let address = temporary()
      code.li(address, random.pick([0x0000_0040, 0x3000_0000, 0x8FFF_FFF8, 0xC000_0000]))
      emitExactAccess(base: address, offset: 0)
    }
  }

  /// Accesses around where something ends: most of them trap.
  mutating func emitEdges() {
    let address = temporary()
    code.li(address, random.pick(Self.edges))
    let stays = reserved.insert(address).inserted
    for _ in 0...random.below(3) { emitExactAccess(base: address, offset: Int32(random.below(16)) - 8) }
    if stays { reserved.remove(address) }
  }

  /// Any load or store at just this place.
  private mutating func emitExactAccess(base: UInt8, offset: Int32) {
    let opcode = random.pick(Self.memoryOpcodes + Self.floatMemoryOpcodes)
    let isFloat = Self.floatMemoryOpcodes.contains(opcode)
    code.emit(
      opcode, rd: isFloat ? floatRegister() : destination(), rs1: base, rs2: isFloat ? floatRegister() : source(),
      offset)
  }

  // MARK: Compressed

  /// Adds -32 to 31, not 0, to a register, by a short instruction or a long one.
  mutating func increase(_ register: UInt8, by value: Int32) {
    guard random.chance(percent: 60) else { return code.emit(.addi, rd: register, rs1: register, value) }
    let bits = UInt16(truncatingIfNeeded: value)
    code.half(0x0001 | (bits & 0x20) << 7 | UInt16(register) << 7 | (bits & 0x1F) << 2)
  }

  private static let decoder = Decoder(configuration: .complete)

  /// Any 16-bit instruction that goes on at the next and keeps to the conventions.
  mutating func emitCompressed() {
    while true {
      let bits = UInt16(truncatingIfNeeded: random.bits())
      guard bits & 3 != 3 else { continue }
      let meaning = Self.decoder.decode(UInt32(bits))
      switch meaning.opcode {
      case .illegal, .jal, .jalr, .beq, .bne, .ebreak: continue
      case .lw, .flw, .fld, .sw, .fsw, .fsd:
        guard meaning.rs1 == Self.pointer || meaning.rs1 == Self.compressedPointer else { continue }
      default: break
      }
      let writesInteger = !meaning.opcode.writesFloat && ![.sw, .fsw, .fsd].contains(meaning.opcode)
      if writesInteger, reserved.contains(meaning.rd) { continue }
      return code.half(bits)
    }
  }
}
