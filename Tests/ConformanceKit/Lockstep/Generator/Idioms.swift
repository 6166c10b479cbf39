import ISA

/// Code that a translator recognises, and what is nearly the same.
extension LockstepBuilder {
  mutating func emitIdiom() {
    switch random.below(4) {
    case 0: emitMask()
    case 1: emitRotation()
    case 2: emitScaledSum()
    default: emitComparison()
    }
  }

  /// One of some registers, mostly the first.
  private mutating func mostly(_ first: UInt8, _ others: UInt8...) -> UInt8 {
    random.chance(percent: 70) ? first : random.pick(others)
  }

  /// A comparison and its negation, or that of something else.
  private mutating func emitMask() {
    let (result, other) = (temporary(), temporary())
    code.emit(random.pick([.sltu, .sltu, .slt]), rd: result, rs1: source(), rs2: source())
    if random.chance(percent: 20) { emitOperation(random.pick(Self.integerOpcodes)) }
    code.emit(
      random.chance(percent: 85) ? .sub : .add, rd: mostly(result, other),
      rs1: random.chance(percent: 85) ? 0 : source(),
      rs2: mostly(result, other, 0))
  }

  /// Two shifts of one register put together, or of two, by counts that may not make 32.
  private mutating func emitRotation() {
    let (value, left, right) = (source(), temporary(), temporary())
    let count = Int32(1 + random.below(31))
    code.emit(.slli, rd: left, rs1: value, count)
    if random.chance(percent: 30) { emitOperation(random.pick(Self.integerOpcodes)) }
    code.emit(
      random.chance(percent: 85) ? .srli : .srai, rd: right, rs1: mostly(value, left, source()),
      random.chance(percent: 80) ? 32 - count : Int32(random.below(32)))
    if random.chance(percent: 30) { emitOperation(random.pick(Self.integerOpcodes)) }
    code.emit(
      random.pick([.or, .xor, .add, .sub]), rd: mostly(right, temporary()), rs1: mostly(left, value),
      rs2: mostly(right, left))
  }

  /// An index that is shifted and added to something.
  private mutating func emitScaledSum() {
    let index = temporary()
    code.emit(.slli, rd: index, rs1: source(), Int32(random.below(5)))
    code.emit(
      random.chance(percent: 85) ? .add : .sub, rd: mostly(index, temporary()), rs1: mostly(index, source()),
      rs2: mostly(source(), index))
  }

  /// A comparison and its opposite, or something like it.
  private mutating func emitComparison() {
    let result = temporary()
    code.emit(
      random.pick([.slt, .sltu, .sltiu, .slti]), rd: result, rs1: source(), rs2: source(), random.pick([0, 1, 5]))
    code.emit(
      random.chance(percent: 85) ? .xori : .andi, rd: mostly(result, temporary()), rs1: mostly(result, source()),
      random.chance(percent: 85) ? 1 : Int32(random.below(4)))
  }

  /// Accesses off a register that goes from the last addresses to the first, or back, in blocks that follow each other.
  mutating func emitWalkAroundTheEnd() {
    holding { builder, base in
      builder.holding { builder, counter in
        let isUp = builder.random.chance(percent: 70)
        builder.code.li(base, isUp ? builder.random.pick([0xFFFF_FFC0, 0xFFFF_FFF0, 0xFFFF_EFF0]) : 0x40)
        builder.code.li(counter, UInt32(2 + builder.random.below(30)))
        let (again, over) = (builder.code.label(), builder.code.label())
        builder.code.bind(again)
        for _ in 0...builder.random.below(3) { builder.emitAccessNear(base) }
        builder.code.branch(builder.random.pick(Self.branches), builder.source(), builder.source(), to: over)
        for _ in 0...builder.random.below(3) { builder.emitAccessNear(base) }
        builder.code.bind(over)
        builder.emitAccessNear(base)
        builder.increase(base, by: builder.random.pick([4, 8, 1]) * (isUp ? 1 : -1))
        builder.code.emit(.addi, rd: counter, rs1: counter, -1)
        builder.code.branch(.bne, counter, 0, to: again)
      }
    }
  }

  private mutating func emitAccessNear(_ base: UInt8) {
    let distance = Int32(random.pick([128, 128, 2048]))
    emitAnyAccess(base: base, offset: Int32(random.below(Int(distance) * 2)) - distance)
  }
}
