import ISA

/// Code that changes code. What takes an instruction's place is as harmless, and stores are seen at once, with or without
/// `fence.i`.
extension LockstepBuilder {
  mutating func emitModification() {
    switch random.below(11) {
    case 0, 1: emitChangeAhead()
    case 2, 3: emitChangeInLoop()
    case 4, 5: emitChangeElsewhere()
    case 6: emitDataBesideCode()
    case 7: emitSlotAcross(random.pick([64, 64, 4096]))
    case 8, 9: if place != nil { emitCopyOfCode() } else { emitSlot() }
    case 10 where place != nil && heat < 50: emitClearedCode()
    default: emitSlot()
    }
  }

  /// An instruction that may stand in a slot.
  private mutating func replacement(of slot: Slot) -> UInt32 {
    let allowed = slot.free.filter { !reserved.contains($0) }
    let register = random.pick(allowed.isEmpty ? slot.free : allowed)
    if slot.length == 4 { return operationWord(random.pick(Self.integerOpcodes), destination: register) }
    // c.li, c.slli, c.addi
    return random.pick([0x4001, 0x0002, 0x0001]) | UInt32(register) << 7 | UInt32(random.below(32)) << 2
  }

  private mutating func maybeFence() { if random.chance(percent: 30) { code.emit(.fenceI) } }

  /// Stores another instruction into a slot, by one of the instructions that store.
  private mutating func emitChange(of slot: Slot) {
    let address = temporary()
    let value = temporary(not: address)
    code.address(rd: address, of: slot.label)
    code.li(value, replacement(of: slot))
    guard slot.length == 4 else { return code.emit(.sh, rs1: address, rs2: value) }
    switch random.below(8) {
    // The upper bits of an immediate, or registers that are only read: any are as good.
    case 0: code.emit(.sb, rs1: address, rs2: value, 3)
    // In two halves, between which there is something that is neither; nothing runs it.
    case 1:
      code.emit(.sh, rs1: address, rs2: value)
      code.emit(.srli, rd: value, rs1: value, 16)
      code.emit(.sh, rs1: address, rs2: value, 2)
    case 2 where slot.isAligned:
      code.word(Assembler.encode(.amoswapW, rd: destination(), rs1: address, rs2: value))
    case 3 where slot.isAligned:
      code.emit(.lrW, rs1: address)
      code.emit(.scW, rd: destination(), rs1: address, rs2: value)
    case 4:
      let register = floatRegister()
      code.emit(.fmvWX, rd: register, rs1: value)
      code.emit(.fsw, rs1: address, rs2: register)
    default: code.emit(.sw, rs1: address, rs2: value)
    }
  }

  /// Changes an instruction that comes soon, in the same block.
  private mutating func emitChangeAhead() {
    var slot = Slot(label: code.label(), length: random.chance(percent: 75) ? 4 : 2, free: free)
    slot.isAligned = random.chance(percent: 50)
    emitChange(of: slot)
    maybeFence()
    for _ in 0..<random.below(5) { emitOperation(random.pick(Self.integerOpcodes)) }
    if slot.isAligned { code.align(4) }
    emit(slot)
  }

  /// A loop that changes an instruction in itself, before or behind, from pass to pass.
  private mutating func emitChangeInLoop() {
    holding { builder, address in
      builder.holding { builder, value in
        builder.holding { builder, counter in builder.emitChangingLoop(address, value, counter) }
      }
    }
  }

  private mutating func emitChangingLoop(_ address: UInt8, _ value: UInt8, _ counter: UInt8) {
    var slot = Slot(label: code.label(), length: 4, free: free)
    slot.isAligned = true
    let top = code.label()
    let isAhead = random.chance(percent: 50)
    let other = temporary()
    let (first, second) = (replacement(of: slot), replacement(of: slot))
    code.address(rd: address, of: slot.label)
    code.li(value, first)
    let most = max(flavour.heat / heat, 2)
    code.li(counter, UInt32(2 + random.below(min(most, 60))))
    code.bind(top)
    if !isAhead { emitAligned(slot) }
    for _ in 0..<random.below(4) { emitOperation(random.pick(Self.integerOpcodes)) }
    code.li(other, first ^ second)
    code.emit(.xor, rd: value, rs1: value, rs2: other)
    // In most passes nothing changes.
    let unchanged = code.label()
    if random.chance(percent: 50) {
      code.emit(.andi, rd: other, rs1: counter, random.pick([3, 7, 15]))
      code.branch(.bne, other, 0, to: unchanged)
    }
    code.emit(.sw, rs1: address, rs2: value)
    maybeFence()
    code.bind(unchanged)
    for _ in 0..<random.below(4) { emitOperation(random.pick(Self.integerOpcodes)) }
    if isAhead { emitAligned(slot) }
    increase(counter, by: -1)
    code.branch(.bne, counter, 0, to: top)
  }

  private mutating func emitAligned(_ slot: Slot) {
    code.align(4)
    emit(slot)
  }

  /// Changes an instruction of a function, or of what has been written before, and calls a function.
  private mutating func emitChangeElsewhere() {
    guard !slots.isEmpty else { return emitSlot() }
    for _ in 0..<1 + random.below(3) { emitChange(of: random.pick(slots)) }
    maybeFence()
    emitCall()
  }

  /// A word of data among the code, which changes all the time.
  private mutating func emitDataBesideCode() {
    let (data, over) = (code.label(), code.label())
    code.jump(to: over)
    code.align(4)
    code.bind(data)
    for _ in 0..<1 + random.below(4) { code.word(random.bits()) }
    code.bind(over)
    holding { builder, address in
      builder.code.address(rd: address, of: data)
      for _ in 0..<1 + builder.random.below(4) {
        let register = builder.temporary()
        builder.code.emit(.lw, rd: register, rs1: address)
        builder.code.emit(.add, rd: register, rs1: register, rs2: builder.source())
        builder.code.emit(builder.random.pick([Opcode.sw, .sh, .sb]), rs1: address, rs2: register)
      }
    }
  }

  /// A slot that lies on two lines, or on two pages, and code that changes one half of it or both.
  private mutating func emitSlotAcross(_ size: UInt32) {
    let over = code.label()
    var slot = Slot(label: code.label(), length: 4, free: free)
    slot.isAligned = false
    // Room in the code is dear.
    guard size == 64 || LockstepLayout.codeSize - Int(code.here - LockstepLayout.code) > 0x1_0000 else {
      return emitSlot()
    }
    code.jump(to: over)
    code.align(2)
    while code.here % size != size - 2 - 32 { code.half(1) }
    code.bind(over)
    emitChange(of: slot)
    // What the change takes differs in length.
    while code.here % size != size - 2 { code.half(1) }
    emit(slot)
    slots.append(slot)
  }

  // MARK: Copies

  /// Copies a function to the hart's own memory and calls it there; the next one may go over it.
  private mutating func emitCopyOfCode() {
    let (begin, end, over) = (code.label(), code.label(), code.label())
    let link: UInt8 = reserved.contains(1) ? 5 : 1
    guard !reserved.contains(link), let at = copyPlace() else { return emitSlot() }
    code.jump(to: over)
    code.align(4)
    code.bind(begin)
    reserved.insert(link)
    let count = 2 + random.below(14)
    for _ in 0..<count {
      if random.chance(percent: 60) { emitOperation(random.pick(Self.integerOpcodes)) } else { emitInstruction() }
    }
    code.half(0x8002 | UInt16(link) << 7)
    code.align(4)
    code.bind(end)
    code.bind(over)
    emitCopying(from: begin, to: end, at: at)
    maybeFence()
    let target = temporary()
    code.li(target, at)
    code.emit(.add, rd: target, rs1: target, rs2: Self.own)
    for _ in 0..<1 + random.below(3) {
      code.address(rd: Self.recovery, of: over)
      emitGuardedCall(target, link)
    }
    reserved.remove(link)
  }

  /// Two lines of code of which `cbo.zero` clears the first: what is there then traps.
  private mutating func emitClearedCode() {
    let link: UInt8 = reserved.contains(1) ? 5 : 1
    guard !reserved.contains(link) else { return emitSlot() }
    let (begin, end, over) = (code.label(), code.label(), code.label())
    reserved.insert(link)
    code.jump(to: over)
    code.align(4)
    code.bind(begin)
    for _ in 0..<16 { emitOperation(random.pick(Self.integerOpcodes)) }
    code.half(0x8002 | UInt16(link) << 7)
    code.align(4)
    code.bind(end)
    code.bind(over)
    let place = OwnMemory.copies + 0x1C00
    emitCopying(from: begin, to: end, at: place)
    holding { builder, target in
      builder.code.li(target, place)
      builder.code.emit(.add, rd: target, rs1: target, rs2: Self.own)
      builder.emitGuardedCall(target, link)
      builder.code.emit(.cboZero, rs1: target)
      builder.emitGuardedCall(target, link)
    }
    reserved.remove(link)
  }

  /// Where in a hart's own memory the next copy goes: a few places, some of them across the ends of pages.
  private mutating func copyPlace() -> UInt32? {
    OwnMemory.copies + random.pick([0, 0x40, 0x100, 0xF80, 0xFFE & ~3, 0x1000, 0x1800])
  }

  private mutating func emitCopying(from begin: Assembler.Label, to end: Assembler.Label, at place: UInt32) {
    let from = temporary()
    let to = temporary(not: from)
    let last = temporary(not: from, to)
    let word = random.pick(free.filter { ![from, to, last].contains($0) })
    let again = code.label()
    code.address(rd: from, of: begin)
    code.address(rd: last, of: end)
    code.li(to, place)
    code.emit(.add, rd: to, rs1: to, rs2: Self.own)
    code.bind(again)
    code.emit(.lw, rd: word, rs1: from)
    code.emit(.sw, rs1: to, rs2: word)
    code.emit(.addi, rd: from, rs1: from, 4)
    code.emit(.addi, rd: to, rs1: to, 4)
    code.branch(.bltu, from, last, to: again)
  }

  /// A call of what may not be fetched: then it goes on behind the call.
  mutating func emitGuardedCall(_ target: UInt8, _ link: UInt8) {
    let back = code.label()
    holding { builder, kept in
      builder.code.emit(.addi, rd: kept, rs1: target)
      builder.code.address(rd: Self.recovery, of: back)
      builder.code.emit(.jalr, rd: link, rs1: kept)
      builder.code.bind(back)
      builder.code.emit(.addi, rd: target, rs1: kept)
    }
  }
}
