import HartEngine
import ISA

/// A decoded block as part of a region.
struct RegionBlock {
  let source: BlockPointer
  let end: BlockEnd
  /// Its instructions of the intermediate representation.
  var first = 0
  var last = 0
  /// Where it goes on in the region; negative when it leaves it.
  var taken = -1
  var fallThrough = -1
  /// Whether it ends with a call of the host's, after which it goes on at `fallThrough`.
  var isHostCall = false
  /// Where it probably goes on in the region if it returns from a call that is none of the host's.
  var returnPlace: ReturnPlace?
  /// How often it is run, compared with others of the region.
  var weight: UInt32 = 1
  /// What is known about floating-point state where it begins.
  var facts = FloatFacts()
}

/// A block of the region that a function may come back to.
struct ReturnPlace {
  let block: Int
  let pc: UInt32
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

  var isCall: Bool { kind == .call || kind == .callIndirect }

  /// - Returns: nil when a jump's target is not aligned.
  init?(_ block: BlockPointer, alignmentMask: UInt32) {
    var operation = Block.operations(block)
    // What the instruction before it may have put the first half of a far address into, and that address.
    var (halfRegister, half): (UInt8, UInt32) = (0, 0)
    while !operation.opcode.endsBlock {
      (halfRegister, half) = (0, 0)
      if operation.opcode == .auipc || operation.opcode == .lui {
        let base = operation.opcode == .auipc ? operation.extra : 0
        (halfRegister, half) = (operation.rd, base &+ UInt32(bitPattern: operation.immediate))
      }
      operation += 1
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
  /// Blocks looked up less often than this are left out.
  let leastHeat: UInt16

  private static let mostInstructions: Int32 = 300

  /// The blocks in the order in which they are laid out; none when the first one cannot be translated.
  func form(from head: BlockPointer, mostBlocks: Int, into blocks: inout [RegionBlock]) {
    blocks.removeAll(keepingCapacity: true)
    if mostBlocks == 1 {
      if let end = BlockEnd(head, alignmentMask: alignmentMask) { blocks.append(RegionBlock(source: head, end: end)) }
      return connect(&blocks)
    }
    var instructions: Int32 = 0
    // What is to be looked at last comes first, so that a block is followed by what it falls through to where possible.
    var waiting: [BlockPointer] = [head]
    while let block = waiting.popLast() {
      guard blocks.count < mostBlocks, !blocks.contains(where: { $0.source == block }),
        blocks.isEmpty || instructions &+ block.pointee.count <= Self.mostInstructions,
        let end = BlockEnd(block, alignmentMask: alignmentMask)
      else { continue }
      instructions &+= block.pointee.count
      blocks.append(RegionBlock(source: block, end: end))
      // What a call comes back to is laid out behind the function.
      if end.isCall, let next = self.block(at: end.fallThrough, near: block) { waiting.append(next) }
      if end.isDirect, let next = self.block(at: end.taken, near: block) { waiting.append(next) }
      if end.kind == .branch, let next = self.block(at: end.fallThrough, near: block) { waiting.append(next) }
    }
    connect(&blocks)
  }

  /// The same blocks once more.
  func form(again members: some Sequence<BlockPointer>, into blocks: inout [RegionBlock]) {
    blocks.removeAll(keepingCapacity: true)
    for block in members {
      guard let end = BlockEnd(block, alignmentMask: alignmentMask) else { return blocks.removeAll() }
      blocks.append(RegionBlock(source: block, end: end))
    }
    connect(&blocks)
  }

  /// The block at `pc`, if whoever comes from `source` always gets there and it has been run.
  private func block(at pc: UInt32, near source: BlockPointer) -> BlockPointer? {
    let isOpen = source.pointee.kind == .open
    var codePage = source.pointee.codePage
    if (pc ^ source.pointee.pc) >> 12 != 0 {
      guard isOpen, let place = code.locate(UInt64(pc)) else { return nil }
      codePage = place.codePage
    }
    guard let found = code.find(codePage: codePage, pc: pc, open: isOpen),
      found.pointee.kind == source.pointee.kind, found.pointee.heat >= leastHeat
    else { return nil }
    return found
  }

  /// Finds out where blocks lead within the region, and which are in loops.
  private func connect(_ blocks: inout [RegionBlock]) {
    for index in blocks.indices {
      let end = blocks[index].end
      if end.isDirect { blocks[index].taken = place(of: end.taken, in: blocks) }
      if end.kind == .branch { blocks[index].fallThrough = place(of: end.fallThrough, in: blocks) }
    }
    for index in blocks.indices where blocks[index].end.isCall {
      let next = place(of: blocks[index].end.fallThrough, in: blocks)
      // A function that is laid out here, with what comes behind it, is jumped to and comes back to one place.
      blocks[index].isHostCall = blocks[index].taken != index + 1 || next <= index + 1
      if blocks[index].isHostCall { blocks[index].fallThrough = next }
    }
    for index in blocks.indices where blocks[index].end.kind == .functionReturn {
      blocks[index].returnPlace = returnPlace(of: index, blocks)
    }
    for index in blocks.indices {
      noteLoop(from: index, to: blocks[index].taken, &blocks)
      noteLoop(from: index, to: blocks[index].fallThrough, &blocks)
    }
  }

  /// Where a function that ends at `index` comes back to, if it is laid out behind a call.
  private func returnPlace(of index: Int, _ blocks: [RegionBlock]) -> ReturnPlace? {
    for call in (0..<index).reversed() where blocks[call].end.isCall && !blocks[call].isHostCall {
      let pc = blocks[call].end.fallThrough
      let place = place(of: pc, in: blocks)
      if place > index { return ReturnPlace(block: place, pc: pc) }
    }
    return nil
  }

  private func noteLoop(from index: Int, to target: Int, _ blocks: inout [RegionBlock]) {
    guard target >= 0, target <= index else { return }
    for inside in target...index { blocks[inside].weight = min(blocks[inside].weight &* 8, 4096) }
  }

  private func place(of pc: UInt32, in blocks: [RegionBlock]) -> Int {
    blocks.firstIndex { $0.source.pointee.pc == pc } ?? -1
  }
}
