import ISA

/// Branches, loops, tables of jumps, functions and calls of them.
extension LockstepBuilder {
  static let branches: [Opcode] = [.beq, .bne, .blt, .bge, .bltu, .bgeu]

  /// Some code of any shape that goes on behind it, and may stand anywhere.
  /// - Parameter depth: how deep loops may nest in it.
  mutating func emitCode(_ depth: Int) {
    if heat < 200, let place, random.below(400) < flavour.visits {
      return place.mode == .machine ? emitMachinePiece() : emitVisitPiece()
    }
    switch random.below(16) {
    case 0...4: emitInstructions(1 + random.below(14))
    case 14: if random.chance(percent: 30) { emitIdiom() } else { emitCluster() }
    case 15 where place?.mapped == true && random.chance(percent: 30): emitWalkAroundTheEnd()
    case 15: if random.chance(percent: 30) { emitOverlap() } else { emitEdges() }
    case 5, 6: emitDiamond()
    case 7: emitSwitch()
    case 8, 9: emitCall()
    case 10 where random.below(100) < flavour.modifications: emitModification()
    case 10: emitInstructions(1 + random.below(random.chance(percent: 20) ? 200 : 40))
    default: if depth > 0 { emitLoop(depth) } else { emitDiamond() }
    }
  }

  // MARK: Forward

  /// A branch over some instructions, or to one of two ways.
  mutating func emitDiamond() {
    let (otherwise, end) = (code.label(), code.label())
    emitBranch(to: otherwise)
    emitInstructions(1 + random.below(8))
    if random.chance(percent: 50) {
      code.bind(otherwise)
      return code.bind(end)
    }
    code.jump(to: end)
    code.bind(otherwise)
    emitInstructions(1 + random.below(8))
    code.bind(end)
  }

  /// A jump into the middle of an instruction, whose second half is an instruction too.
  private mutating func emitOverlap() {
    let middle = code.label()
    emitBranch(to: middle)
    let opcode = random.pick([Opcode.addi, .xori, .ori, .andi, .slti, .sltiu])
    code.half(UInt16(truncatingIfNeeded: operationWord(opcode, destination: random.pick(free))))
    code.bind(middle)
    emitCompressed()
  }

  private mutating func emitBranch(to label: Assembler.Label) {
    code.branch(random.pick(Self.branches), source(), random.chance(percent: 30) ? 0 : source(), to: label)
  }

  /// A jump through a table that stands between the ways.
  mutating func emitSwitch() {
    let (table, end) = (code.label(), code.label())
    let ways = (0..<random.pick([2, 4, 4, 8])).map { _ in code.label() }
    let index = temporary()
    let target = temporary(not: index)
    code.emit(.andi, rd: index, rs1: source(), Int32(ways.count - 1))
    code.address(rd: target, of: table)
    code.emit(.sh2add, rd: index, rs1: index, rs2: target)
    code.emit(.lw, rd: index, rs1: index)
    code.emit(.add, rd: target, rs1: target, rs2: index)
    if random.chance(percent: 50) { code.half(0x8002 | UInt16(target) << 7) } else { code.emit(.jalr, rs1: target) }
    code.align(4)
    code.bind(table)
    for way in ways { code.distance(to: way, from: table) }
    for way in ways {
      code.bind(way)
      emitInstructions(1 + random.below(5))
      if random.chance(percent: 80) { code.jump(to: end) }
    }
    code.bind(end)
  }

  // MARK: Loops

  /// How often a loop may run here.
  private mutating func passes() -> Int {
    let most = max(flavour.heat / heat, 2)
    return 1 + random.below(random.chance(percent: 30) ? most : min(most, 24))
  }

  mutating func emitLoop(_ depth: Int) {
    let passes = passes()
    holding { builder, counter in
      let isUp = builder.random.chance(percent: 30)
      if isUp {
        builder.code.emit(.addi, rd: counter)
      } else if builder.random.chance(percent: 25) {
        // As often as memory says.
        builder.code.emit(.lbu, rd: counter, rs1: Self.pointer)
        builder.code.emit(.andi, rd: counter, rs1: counter, Int32(min(passes, 63)))
        builder.increase(counter, by: 1)
      } else {
        builder.code.li(counter, UInt32(passes))
      }
      let outer = builder.heat
      builder.heat *= passes
      builder.emitLoopBody(depth - 1, counter, upTo: isUp ? passes : nil)
      builder.heat = outer
    }
  }

  private mutating func emitLoopBody(_ depth: Int, _ counter: UInt8, upTo limit: Int?) {
    let (top, next, end) = (code.label(), code.label(), code.label())
    let hasExit = random.chance(percent: 25)
    code.bind(top)
    if random.chance(percent: 25) { changeFavourites() }
    emitInstructions(1 + random.below(10))
    // On with the next pass, or out of the loop, from its middle. Short, since branches reach 4 KiB.
    if hasExit {
      emitBranch(to: random.chance(percent: 70) ? next : end)
      emitInstructions(1 + random.below(8))
    } else {
      for _ in 0..<random.below(3) { emitCode(depth) }
    }
    code.bind(next)
    if let limit {
      increase(counter, by: 1)
      let bound = temporary(not: counter)
      code.li(bound, UInt32(limit))
      emitBackward(.blt, counter, bound, to: top)
    } else {
      increase(counter, by: -1)
      emitBackward(.bne, counter, 0, to: top)
    }
    code.bind(end)
  }

  private mutating func emitBackward(_ opcode: Opcode, _ a: UInt8, _ b: UInt8, to label: Assembler.Label) {
    guard let target = code.address(of: label), code.here - target > 3900 else {
      return code.branch(opcode, a, b, to: label)
    }
    let out = code.label()
    code.branch(opcode == .bne ? .beq : .bge, a, b, to: out)
    code.jump(to: label)
    code.bind(out)
  }

  // MARK: Functions

  /// Functions, each of which may call those before it.
  mutating func emitFunctions() {
    place = nil
    heat = 4
    reserved = Self.conventional.union(Self.kept)
    for index in 0..<flavour.functions {
      let link: UInt8 = random.chance(percent: 70) ? 1 : 5
      let function = Function(entry: code.label(), link: link)
      if random.chance(percent: 30) { code.align(random.pick([64, 4])) }
      if random.chance(percent: 25) {
        emitRecursive(function)
      } else {
        emit(function, isLeaf: index == 0 || random.chance(percent: 40))
      }
      functions.append(function)
    }
    heat = 1
    reserved = Self.conventional
    place = Place(mode: .machine, offset: 0)
  }

  private mutating func emit(_ function: Function, isLeaf: Bool) {
    code.bind(function.entry)
    reserved.insert(function.link)
    changeFavourites()
    emitSlot()
    emitInstructions(random.below(6))
    if !isLeaf { emitCall() }
    emitCode(random.chance(percent: 30) ? 1 : 0)
    emitSlot()
    // Goes on at the instruction after the next, at times.
    if random.chance(percent: 30) {
      let way = temporary(not: function.link)
      code.emit(.andi, rd: way, rs1: source(), 4)
      code.emit(.add, rd: function.link, rs1: function.link, rs2: way)
    }
    reserved.remove(function.link)
    let others = functions.filter { $0.link == function.link }
    if random.chance(percent: 20), !others.isEmpty { return code.jump(to: random.pick(others).entry) }
    emitReturn(function.link)
  }

  /// A function that calls itself until there is so much on the stack, and at times comes back past the call in front of it.
  private mutating func emitRecursive(_ function: Function) {
    let (innermost, back, isLast) = (code.label(), code.label(), code.label())
    code.bind(function.entry)
    reserved.insert(function.link)
    let depth = temporary()
    code.emit(.lw, rd: depth, rs1: Self.own, OwnMemory.depth)
    code.emit(.addi, rd: depth, rs1: depth, -random.pick([8, 40, 160, 800] as [Int32]))
    code.branch(.bge, depth, 0, to: innermost)
    push(function.link)
    emitInstructions(random.below(4))
    code.jump(rd: function.link, to: function.entry)
    code.bind(back)
    emitSlot()
    emitInstructions(random.below(4))
    pop(function.link)
    let own = temporary()
    code.address(rd: own, of: back)
    code.branch(.bne, own, function.link, to: isLast)
    emitBranch(to: isLast)
    pop(function.link)
    code.bind(isLast)
    reserved.remove(function.link)
    emitReturn(function.link)
    reserved.insert(function.link)
    code.bind(innermost)
    emitInstructions(1 + random.below(6))
    if !functions.isEmpty, random.chance(percent: 30) { emitCall() }
    reserved.remove(function.link)
    emitReturn(function.link)
  }

  private mutating func emitReturn(_ link: UInt8) {
    if random.chance(percent: 50) { code.half(0x8002 | UInt16(link) << 7) } else { code.emit(.jalr, rs1: link) }
  }

  private mutating func emitPlace(_ cell: UInt8) {
    code.emit(.lw, rd: cell, rs1: Self.own, OwnMemory.depth)
    code.emit(.andi, rd: cell, rs1: cell, 0x3FC)
  }

  /// Puts a register on the stack. A stack that has lost its balance stays in its place.
  private mutating func push(_ register: UInt8) {
    let (top, address) = (temporary(), temporary())
    guard top != address else { return push(register) }
    emitPlace(top)
    code.emit(.add, rd: address, rs1: top, rs2: Self.own)
    code.emit(.sw, rs1: address, rs2: register, OwnMemory.stack)
    code.emit(.addi, rd: top, rs1: top, 4)
    code.emit(.sw, rs1: Self.own, rs2: top, OwnMemory.depth)
  }

  private mutating func pop(_ register: UInt8) {
    let top = temporary()
    code.emit(.lw, rd: top, rs1: Self.own, OwnMemory.depth)
    code.emit(.addi, rd: top, rs1: top, -4)
    code.emit(.andi, rd: top, rs1: top, 0x3FC)
    code.emit(.sw, rs1: Self.own, rs2: top, OwnMemory.depth)
    code.emit(.add, rd: top, rs1: top, rs2: Self.own)
    code.emit(.lw, rd: register, rs1: top, OwnMemory.stack)
  }

  /// Calls a function, if there is one whose link register is free here.
  mutating func emitCall() {
    let callable = functions.filter { !reserved.contains($0.link) }
    guard !callable.isEmpty else { return emitDiamond() }
    let function = random.pick(callable)
    let link = function.link
    // A function keeps what it holds on the stack.
    let held = place == nil ? reserved.subtracting(Self.conventional).subtracting(Self.kept).sorted() : []
    for register in held { push(register) }
    reserved.insert(link)
    switch random.below(4) {
    case 0:
      let base = random.chance(percent: 50) ? link : temporary()
      code.address(rd: base, of: function.entry, then: .jalr, linking: link)
    case 1: emitCallThroughTable(callable.filter { $0.link == link }, link)
    default: code.jump(rd: link, to: function.entry)
    }
    reserved.remove(link)
    // What a function may step over.
    code.word(operationWord(random.pick(Self.integerOpcodes), destination: destination()))
    for register in held.reversed() { pop(register) }
  }

  private mutating func emitCallThroughTable(_ functions: [Function], _ link: UInt8) {
    let (table, call) = (code.label(), code.label())
    let targets = (0..<4).map { _ in random.pick(functions) }
    let index = temporary()
    let target = temporary(not: index)
    code.jump(to: call)
    code.align(4)
    code.bind(table)
    for function in targets { code.distance(to: function.entry, from: table) }
    code.bind(call)
    code.emit(.andi, rd: index, rs1: source(), 3)
    code.address(rd: target, of: table)
    code.emit(.sh2add, rd: index, rs1: index, rs2: target)
    code.emit(.lw, rd: index, rs1: index)
    code.emit(.add, rd: target, rs1: target, rs2: index)
    code.emit(.jalr, rd: link, rs1: target)
  }

  /// An instruction that others may replace.
  mutating func emitSlot() {
    var slot = Slot(label: code.label(), length: random.chance(percent: 75) ? 4 : 2, free: free)
    slot.isAligned = code.here % 4 == 0
    emit(slot)
    slots.append(slot)
  }

  mutating func emit(_ slot: Slot) {
    code.bind(slot.label)
    if slot.length == 4 {
      code.word(operationWord(random.pick(Self.integerOpcodes), destination: random.pick(slot.free)))
    } else {
      // c.li
      code.half(0x4001 | UInt16(random.pick(slot.free)) << 7 | UInt16(random.below(32)) << 2)
    }
  }
}
