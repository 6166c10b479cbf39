extension Lowering {
  /// Makes host code of a block.
  mutating func lower(
    _ block: RegionBlock, _ instructions: UnsafePointer<IRInstruction>, _ entries: UnsafeMutablePointer<BlockEntry>,
    next: Int
  ) {
    facts = block.facts
    emitCharge(block)
    lower(block.body(instructions), of: instructions, carried: block.carried, carries: block.carries)
    let last = instructions[block.last - 1]
    guard last.kind.endsBlock else { return }
    settleAll()
    note(block.last - 1)
    switch last.kind {
    case .branch: lowerBranch(last, block, entries, next: next)
    case .jump: lowerJump(last, block, entries, next: next)
    case .jumpIndirect: lowerJumpIndirect(last, block, entries, next: next)
    default: break
    }
  }

  /// To come before the code of the instruction at `place`.
  func note(_ place: Int) { marks?[place] = Int32(truncatingIfNeeded: code.offset) }

  /// Makes host code of one instruction within a block.
  mutating func lower(_ i: IRInstruction) {
    switch i.kind {
    case .move: lowerMove(i)
    case .add: lowerBinary(i, .add)
    case .subtract: lowerBinary(i, .sub)
    case .and: lowerBinary(i, .and)
    case .or: lowerBinary(i, .or)
    case .xor: lowerBinary(i, .xor)
    case .shiftLeft: lowerShift(i, .shl)
    case .shiftRight: lowerShift(i, .shr)
    case .shiftRightSigned: lowerShift(i, .sar)
    case .rotateRight: lowerShift(i, .ror)
    case .setEqual: lowerSet(i, .e)
    case .setLess: lowerSet(i, .l)
    case .setLessUnsigned: lowerSet(i, .b)
    case .addShifted: lowerAddShifted(i)
    case .select: lowerSelect(i)
    case .multiply: lowerMultiply(i)
    case .multiplyHigh: lowerMultiplyHigh(i, isSigned: true)
    case .multiplyHighUnsigned: lowerMultiplyHigh(i, isSigned: false)
    case .multiplyHighSignedUnsigned: lowerMultiplyHighSignedUnsigned(i)
    case .divide: lowerDivide(i, isSigned: true, wantsRemainder: false)
    case .divideUnsigned: lowerDivide(i, isSigned: false, wantsRemainder: false)
    case .remainder: lowerDivide(i, isSigned: true, wantsRemainder: true)
    case .remainderUnsigned: lowerDivide(i, isSigned: false, wantsRemainder: true)
    case .leadingZeros: if features.contains(.lzcnt) { lowerUnary(i) } else { lowerOutside(i) }
    case .trailingZeros: if features.contains(.bmi1) { lowerUnary(i) } else { lowerOutside(i) }
    case .populationCount: if features.contains(.popcnt) { lowerUnary(i) } else { lowerOutside(i) }
    case .signExtendByte, .signExtendHalf, .zeroExtendHalf, .reverseBytes: lowerUnary(i)
    case .loadByte: lowerLoad(i, bytes: 1, isSigned: true)
    case .loadByteUnsigned: lowerLoad(i, bytes: 1, isSigned: false)
    case .loadHalf: lowerLoad(i, bytes: 2, isSigned: true)
    case .loadHalfUnsigned: lowerLoad(i, bytes: 2, isSigned: false)
    case .loadWord: lowerLoad(i, bytes: 4, isSigned: false)
    case .storeByte: lowerStore(i, bytes: 1)
    case .storeHalf: lowerStore(i, bytes: 2)
    case .storeWord: lowerStore(i, bytes: 4)
    case .atomic: lowerAtomic(i)
    case .loadReserved: lowerLoadReserved(i)
    case .storeConditional: lowerStoreConditional(i)
    case .loadSingle: lowerFloatLoad(i, isDouble: false)
    case .loadDouble: lowerFloatLoad(i, isDouble: true)
    case .storeSingle: lowerFloatStore(i, isDouble: false)
    case .storeDouble: lowerFloatStore(i, isDouble: true)
    case .float: lowerFloat(i)
    case .control: lowerControl(i)
    case .outside: lowerOutside(i)
    case .system: lowerSystem(i)
    // Not within a block.
    case .branch, .jump, .jumpIndirect: break
    }
  }

  /// What the beginning of a region jumps to once the region must not run any more.
  mutating func emitDeadEnd(_ pc: UInt32) {
    code.mov32(.rax, pc)
    code.jump(to: common.leaveTo)
  }
}
