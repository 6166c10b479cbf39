import ISA

/// Pages of code without an address of their own. Wherever one is mapped, code may enter it at any 64 bytes, at its first
/// two half-words, and at its last one, which may begin an instruction that ends in whichever page follows there.
extension LockstepBuilder {
  /// Begins every return: `c.jr x3`.
  private static let back: UInt16 = 0x8002 | UInt16(recovery) << 7

  mutating func addIslands() {
    for page in 0..<LockstepLayout.islandCount {
      var island = self
      let base = LockstepLayout.islands + UInt32(page) << 12
      island.code = Assembler(base: base)
      island.reserved = Self.conventional.union(Self.kept)
      for line in 0..<64 { island.emitLine(base + UInt32(line) * 64, isFirst: line == 0, isLast: line == 63) }
      segments.append(Program.Segment(address: base, bytes: island.code.finish()))
      random = island.random
    }
  }

  private mutating func emitLine(_ start: UInt32, isFirst: Bool, isLast: Bool) {
    // Where a long instruction may end, and a short one stand.
    if isFirst { emitCompressed() }
    let goesOn = isLast || random.chance(percent: 30)
    let end = start + 64 - (isLast ? 2 : 0)
    let count = 1 + random.below(20)
    // One that can be replaced.
    if !isFirst { code.word(operationWord(random.pick(Self.integerOpcodes), destination: random.pick(free))) }
    var written = 0
    while end - code.here > 4, goesOn || written < count {
      emitShort()
      written += 1
    }
    if !goesOn, end - code.here >= 4, random.chance(percent: 30) { emitWayOn(from: start) }
    while code.here < end { code.half(goesOn ? 1 : Self.back) }
    guard isLast else { return }
    if random.chance(percent: 30) {
      // An end of the page that is the end of an instruction.
      emitCompressed()
    } else {
      // The first half of an instruction whose second half, an immediate, is any.
      let opcode = random.pick([Opcode.addi, .xori, .ori, .andi, .slti, .sltiu])
      code.half(UInt16(truncatingIfNeeded: operationWord(opcode, destination: random.pick(free))))
    }
  }

  /// A jump or branch to a later line, of this page or of one that follows wherever this one is mapped: never back, so that
  /// it ends.
  private mutating func emitWayOn(from line: UInt32) {
    let here = Int32(code.here & 0xFFF)
    let pages = Int32(random.pick([0, 1, 1, 1, 2, 3]))
    let first = pages == 0 ? Int32(line & 0xFFF) / 64 + 1 : 0
    guard first < 64 else { return }
    let distance = pages << 12 + (first + Int32(random.below(Int(64 - first)))) * 64 - here
    if distance < 4096, random.chance(percent: 50) {
      code.word(Assembler.encode(random.pick(Self.branches), rs1: source(), rs2: source(), distance))
    } else {
      code.word(Assembler.encode(.jal, rd: random.chance(percent: 50) ? 0 : random.pick(free), distance))
    }
  }

  /// An instruction of four bytes at most.
  private mutating func emitShort() {
    switch random.below(12) {
    case 0...4: emitOperation(random.pick(Self.integerOpcodes))
    case 5...7: emitCompressed()
    case 8 where random.chance(percent: 20): code.half(0x9002)
    case 9 where random.chance(percent: 20): code.word(0xFFFF_FFFF)
    default:
      emitAnyAccess(base: random.pick([Self.pointer, Self.compressedPointer]), offset: Int32(random.below(2048)))
    }
  }

  /// Goes to an island, which comes back through x3, as does a fetch that fails.
  mutating func emitIslandCall() {
    let (target, back) = (temporary(), code.label())
    let page = UInt32(random.below(LockstepLayout.islandCount)) << 12
    let entry = random.chance(percent: 25) ? random.pick([0, 2, 0xFFE, 0xFC0]) : UInt32(random.below(64)) * 64
    if random.chance(percent: 25) { emitIslandChange() }
    code.li(target, AddressSpace.islands + page + entry)
    code.address(rd: Self.recovery, of: back)
    code.emit(.jalr, rd: destination(), rs1: target)
    code.bind(back)
  }

  /// Replaces an instruction of an island, where it lies in memory.
  private mutating func emitIslandChange() {
    let address = temporary()
    let value = temporary(not: address)
    let line = UInt32(1 + random.below(63)) * 64
    let page = UInt32(random.below(LockstepLayout.islandCount)) << 12
    code.li(address, LockstepLayout.islands + page + line &+ (place?.offset ?? 0))
    let allowed = free.filter { !Self.kept.contains($0) }
    code.li(value, operationWord(random.pick(Self.integerOpcodes), destination: random.pick(allowed)))
    code.emit(.sw, rs1: address, rs2: value)
    if random.chance(percent: 30) { code.emit(.fenceI) }
  }
}
