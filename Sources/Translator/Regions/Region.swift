import HartEngine
import ISA

/// A decoded block as part of a region.
struct RegionBlock {
  let source: BlockPointer
  /// How many of its instructions, from the first on: all, unless another block of the region goes on with the rest.
  private(set) var count: Int32
  private(set) var end: BlockEnd
  /// Its instructions of the intermediate representation.
  var first = 0
  var last = 0
  /// Where it goes on in the region; negative when it leaves it.
  var taken = -1
  var fallThrough = -1
  /// Whether it ends with a call of the host's, after which it goes on at `fallThrough`.
  var isHostCall = false
  /// Where it probably goes on in the region if it returns from a call that is none of the host's.
  var returns = ReturnPlaces()
  /// How often it is run, compared with others of the region.
  var weight: UInt32 = 1
  /// What has to be left of the budget where it begins; 0 where another block has seen to that.
  var needed: Int32 = 0
  /// What it finds in rcx where it begins, and what it leaves there where it ends.
  var carried: CarriedPage?
  var carries: CarriedPage?
  /// Whether it begins the region or a loop.
  var isLoopHead = false
  /// What is looked at about floating-point state on the way to it, and what is known where it begins.
  var checks = FloatFacts()
  var facts = FloatFacts()

  /// Nil when it cannot be translated.
  init?(_ source: BlockPointer, alignmentMask: UInt32) {
    guard let end = BlockEnd(source, alignmentMask: alignmentMask) else { return nil }
    self.source = source
    self.end = end
    count = source.pointee.count
  }

  /// Calls `body` with the blocks of the region where it may go on.
  func forEachNext(_ body: (Int) -> Void) {
    if taken >= 0 { body(taken) }
    if fallThrough >= 0 { body(fallThrough) }
    returns.forEach { body($0.block) }
  }

  /// Its instructions of the intermediate representation without the jump that ends it.
  func body(_ instructions: UnsafePointer<IRInstruction>) -> Range<Int> {
    first..<(instructions[last - 1].kind.endsBlock ? last - 1 : last)
  }

  var pc: UInt32 { source.pointee.pc }
  /// All instructions of the source, in bytes.
  var byteCount: UInt32 { UInt32(source.pointee.byteCount) }

  /// The number of the instruction at `pc`; nil when there is none, or it is the first.
  func index(of pc: UInt32) -> Int32? {
    let operations = Block.operations(source)
    return (1..<max(count, 1)).first { operations[Int($0)].extra == pc }
  }

  /// Leaves all but the first instructions to another block.
  mutating func cut(to count: Int32) {
    guard count < self.count else { return }
    self.count = count
    end = BlockEnd(goingOnAt: Block.operations(source)[Int(count)].extra)
  }

  /// Whether it ends with a call of the function that begins with the block of that index.
  func isCall(of index: Int) -> Bool { end.kind == .call && taken == index }
}

/// A block of the region that a function may come back to.
struct ReturnPlace {
  var block = -1
  var pc: UInt32 = 0
}

/// Some of them, in place, as blocks are copied often.
struct ReturnPlaces {
  static let most = 3
  private var places: InlineArray<3, ReturnPlace> = .init(repeating: ReturnPlace())
  private(set) var count = 0

  mutating func append(_ place: ReturnPlace) {
    guard count < Self.most else { return }
    places[count] = place
    count += 1
  }

  func forEach(_ body: (ReturnPlace) -> Void) { for index in 0..<count { body(places[index]) } }
}

/// How a block ends.
struct BlockEnd {
  var kind: Kind
  /// Where a taken branch or a jump goes.
  var taken: UInt32 = 0
  /// Where the block after it is.
  var fallThrough: UInt32 = 0

  /// A call is a jump that leaves a return address; the function comes back to `fallThrough`.
  enum Kind { case jump, call, callIndirect, branch, functionReturn, elsewhere }

  /// Whether it goes to `taken`.
  var isDirect: Bool { kind == .jump || kind == .call || kind == .branch }

  /// No jump ends the block: the instruction at `pc` is next.
  init(goingOnAt pc: UInt32) {
    kind = .jump
    taken = pc
    fallThrough = pc
  }

  /// Calls `body` with the addresses where it may go on. What is to be laid out behind it comes last, but what a call comes
  /// back to is laid out behind the function.
  func forEachTarget(_ body: (_ pc: UInt32, _ isFunction: Bool) -> Void) {
    if isCall { body(fallThrough, false) }
    if isDirect { body(taken, kind == .call) }
    if kind == .branch { body(fallThrough, false) }
  }

  var isCall: Bool { kind == .call || kind == .callIndirect }

  /// - Returns: nil when a jump's target is not aligned.
  init?(_ block: BlockPointer, alignmentMask: UInt32) {
    let operations = Block.operations(block)
    let last = max(Int(block.pointee.count) - 1, 0)
    // Where no jump ends it, what follows its instructions does.
    let end = operations[last].opcode.endsBlock ? last : last + 1
    let operation = operations + end
    // What the instruction before it may have put the first half of a far address into, and that address.
    var (halfRegister, half): (UInt8, UInt32) = (0, 0)
    if end > 0, case let before = operations[end - 1], before.opcode == .auipc || before.opcode == .lui {
      let base = before.opcode == .auipc ? before.extra : 0
      (halfRegister, half) = (before.rd, base &+ UInt32(bitPattern: before.immediate))
    }
    fallThrough = operation.extra &+ UInt32(operation.length)
    taken = operation.extra &+ UInt32(bitPattern: operation.immediate)
    switch operation.opcode {
    case .jal: kind = Self.links(operation.rd) ? .call : .jump
    case .jalr where operation.rs1 == halfRegister && halfRegister != 0:
      kind = Self.links(operation.rd) ? .call : .jump
      taken = (half &+ UInt32(bitPattern: operation.immediate)) & ~1
    case .jalr where Self.links(operation.rd): kind = .callIndirect
    case .jalr: kind = Self.links(operation.rs1) ? .functionReturn : .elsewhere
    case .beq, .bne, .blt, .bge, .bltu, .bgeu: kind = .branch
    default: kind = .elsewhere
    }
    if isDirect, taken & alignmentMask != 0 { return nil }
  }
}

extension BlockEnd {
  /// Whether a register holds return addresses by convention (unprivileged specification, section 2.5.1).
  private static func links(_ register: UInt8) -> Bool { register == 1 || register == 5 }
}

/// Chooses the blocks that are translated together: those that the first one leads to.
struct RegionFormer {
  let code: CodeCache
  let alignmentMask: UInt32

  private static let mostInstructions: Int32 = 300

  /// The blocks in the order in which they are laid out; none when the first one cannot be translated.
  func form(from head: BlockPointer, mostBlocks: Int, into blocks: inout [RegionBlock]) {
    collect(from: head, mostBlocks: mostBlocks, into: &blocks)
    connect(&blocks)
    guard blocks.count > 1, cutTails(of: &blocks) else { return }
    arrange(&blocks)
    connect(&blocks)
  }

  /// The same blocks once more, as long as they were.
  func form(again members: some Sequence<Membership>, into blocks: inout [RegionBlock]) {
    blocks.removeAll(keepingCapacity: true)
    for member in members {
      guard var block = RegionBlock(member.block, alignmentMask: alignmentMask) else { return blocks.removeAll() }
      block.cut(to: member.count)
      blocks.append(block)
    }
    connect(&blocks)
  }

  /// Whether a function is laid out where it is called, in each region anew: it calls no other, and is one block, or uses
  /// floating-point registers, which a call of the host's has to store and load again.
  private func isSmall(_ entry: BlockPointer) -> Bool {
    var found: [BlockPointer] = []
    var waiting = [entry]
    while let block = waiting.popLast() {
      if found.contains(block) { continue }
      guard found.count < Self.mostBlocksOfSmall, let end = BlockEnd(block, alignmentMask: alignmentMask),
        end.kind == .jump || end.kind == .branch || end.kind == .functionReturn
      else { return false }
      if block == entry, end.kind == .functionReturn { return true }
      found.append(block)
      end.forEachTarget { pc, _ in if let next = self.block(at: pc, near: block) { waiting.append(next) } }
    }
    return found.contains(where: writesFloat)
  }
  private static let mostBlocksOfSmall = 6

  private func writesFloat(_ block: BlockPointer) -> Bool {
    let operations = UnsafeBufferPointer(start: Block.operations(block), count: Int(block.pointee.count))
    return operations.contains { $0.opcode.writesFloat }
  }

  private func collect(from head: BlockPointer, mostBlocks: Int, into blocks: inout [RegionBlock]) {
    blocks.removeAll(keepingCapacity: true)
    var instructions: Int32 = 0
    // What is to be looked at last comes first, so that a block is followed by what it falls through to where possible.
    var waiting: [BlockPointer] = [head]
    while let source = waiting.popLast() {
      guard blocks.count < mostBlocks, !blocks.contains(where: { $0.source == source }),
        blocks.isEmpty || instructions &+ source.pointee.count <= Self.mostInstructions,
        let block = RegionBlock(source, alignmentMask: alignmentMask)
      else { continue }
      instructions &+= source.pointee.count
      blocks.append(block)
      guard blocks.count < mostBlocks else { continue }
      block.end.forEachTarget { pc, isFunction in
        if let next = self.block(at: pc, near: source), !isFunction || isSmall(next) { waiting.append(next) }
      }
    }
  }

  /// Ends blocks where others begin that go on with the same instructions, but for those in loops, which are faster in one
  /// piece. Whether there are any.
  private func cutTails(of blocks: inout [RegionBlock]) -> Bool {
    let starts = blocks.map(\.pc)
    var isCut = false
    for index in blocks.indices where blocks[index].weight == 1 {
      let (first, length) = (starts[index], blocks[index].byteCount)
      for start in starts where start != first && start &- first < length {
        guard let count = blocks[index].index(of: start) else { continue }
        blocks[index].cut(to: count)
        isCut = true
      }
    }
    return isCut
  }

  /// Lays out the blocks anew, as those that were cut go on elsewhere.
  private func arrange(_ blocks: inout [RegionBlock]) {
    let starts = blocks.map(\.pc)
    var arranged: [RegionBlock] = []
    var placed: UInt64 = 0
    var waiting = [0]
    while let index = waiting.popLast() {
      guard placed & 1 &<< UInt64(index) == 0 else { continue }
      placed |= 1 &<< UInt64(index)
      arranged.append(blocks[index])
      blocks[index].end.forEachTarget { pc, _ in if let next = starts.firstIndex(of: pc) { waiting.append(next) } }
    }
    blocks = arranged
  }

  /// The block at `pc`, if whoever comes from `source` always gets there and it has been run often enough to be translated.
  private func block(at pc: UInt32, near source: BlockPointer) -> BlockPointer? {
    let isOpen = source.pointee.kind.isOpen
    var codePage = source.pointee.codePage
    if (pc ^ source.pointee.pc) >> 12 != 0 {
      guard isOpen, let place = code.locate(UInt64(pc)) else { return nil }
      codePage = place.codePage
    }
    guard let found = code.find(codePage: codePage, pc: pc, open: isOpen),
      found.pointee.kind == source.pointee.kind, found.pointee.isHot
    else { return nil }
    return found
  }

  /// Finds out where blocks lead within the region, which are in loops, and which look at the budget.
  private func connect(_ blocks: inout [RegionBlock]) {
    for index in blocks.indices {
      let end = blocks[index].end
      blocks[index].weight = 1
      blocks[index].isHostCall = false
      blocks[index].isLoopHead = index == 0
      blocks[index].taken = end.isDirect ? place(of: end.taken, in: blocks) : -1
      blocks[index].fallThrough = end.kind == .branch ? place(of: end.fallThrough, in: blocks) : -1
    }
    for index in blocks.indices where blocks[index].end.isCall {
      blocks[index].isHostCall = isHostCall(index, blocks)
      if blocks[index].isHostCall { blocks[index].fallThrough = place(of: blocks[index].end.fallThrough, in: blocks) }
    }
    for index in blocks.indices {
      blocks[index].returns = blocks[index].end.kind == .functionReturn ? returns(from: index, blocks) : ReturnPlaces()
    }
    // Most blocks that are translated by themselves.
    if blocks.count == 1, blocks[0].taken != 0 { return blocks[0].needed = blocks[0].count }
    let loops = RegionLoops(blocks)
    loops.weigh(&blocks)
    loops.placeChecks(in: &blocks)
  }

  /// Where a function that ends at `index` comes back to in the region, if it is laid out there: behind the last call in
  /// front of it that has not been come back from there, and behind other calls of the same function.
  private func returns(from index: Int, _ blocks: [RegionBlock]) -> ReturnPlaces {
    var places = ReturnPlaces()
    let last = (0..<index).last {
      isLaidOut($0 + 1, blocks) && place(of: blocks[$0].end.fallThrough, in: blocks) > index
    }
    guard let last else { return places }
    for index in blocks.indices where blocks[index].isCall(of: last + 1) && !blocks[index].isHostCall {
      let pc = blocks[index].end.fallThrough
      places.append(ReturnPlace(block: place(of: pc, in: blocks), pc: pc))
    }
    return places
  }

  /// Whether the function that begins at `index` is laid out behind a call of it, followed by what it comes back to.
  private func isLaidOut(_ index: Int, _ blocks: [RegionBlock]) -> Bool {
    index > 0 && blocks[index - 1].isCall(of: index)
      && place(of: blocks[index - 1].end.fallThrough, in: blocks) > index
  }

  /// Whether the call at `index` is one of the host's: all others are jumps, which what they come back to must be known for.
  private func isHostCall(_ index: Int, _ blocks: [RegionBlock]) -> Bool {
    let function = blocks[index].taken
    guard isLaidOut(function, blocks), place(of: blocks[index].end.fallThrough, in: blocks) >= 0 else { return true }
    return (0..<index).count { blocks[$0].isCall(of: function) && !blocks[$0].isHostCall } >= ReturnPlaces.most
  }

  private func place(of pc: UInt32, in blocks: [RegionBlock]) -> Int {
    blocks.firstIndex { $0.pc == pc } ?? -1
  }
}
