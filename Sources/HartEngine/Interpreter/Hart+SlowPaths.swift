import ISA

/// What the interpreter's loop leaves to functions outside of it. Each finds `state.budget` up to date and returns the
/// block to go on in, or nil when the hart must stop.
extension Hart {
  /// Leaves `block` by an edge that is not linked, or whose target does not fit into the budget.
  @inline(never) func leave(
    _ block: BlockPointer, by i: InstructionPointer, toward pc: UInt32, isTaken: Bool
  ) -> BlockPointer? {
    if pc & state.pointee.fetchAlignmentMask != 0 { return misalignedJump(to: pc, i) }
    state.pointee.pc = pc
    let flushes = code.flushes
    guard let target = nextBlock() else { return nil }
    if flushes == code.flushes { link(block, to: target, at: pc, isTaken: isTaken) }
    return target
  }

  @inline(never) func jumpIndirect(to pc: UInt32, _ i: InstructionPointer) -> BlockPointer? {
    if pc & state.pointee.fetchAlignmentMask != 0 { return misalignedJump(to: pc, i) }
    state.pointee.x[unchecked: Int(i.rd)] = i.extra &+ UInt32(i.length)
    state.pointee.pc = pc
    return nextBlock()
  }

  /// The jump at the end of a block does not retire when its target is misaligned.
  private func misalignedJump(to pc: UInt32, _ i: InstructionPointer) -> BlockPointer? {
    state.pointee.budget &+= 1
    take(Trap(.instructionAddressMisaligned, value: pc), at: i.extra)
    return nextBlock()
  }

  /// Goes on after an access that trapped, or after which the hart must look up.
  @inline(never) func redirect(_ outcome: AccessOutcome, after i: InstructionPointer) -> BlockPointer? {
    if outcome == .doneLookUp {
      state.pointee.budget &-= 1
      state.pointee.pc = i.extra &+ UInt32(i.length)
    }
    return nextBlock()
  }

  @inline(never) func raiseIllegal(at pc: UInt32) -> BlockPointer? {
    takeIllegal(at: pc)
    return nextBlock()
  }

  @inline(never) func csrInstruction(
    _ operation: CSROperation, _ operand: UInt32, _ i: InstructionPointer
  ) -> AccessOutcome {
    effortLeft &-= HostEffort.access
    let number = CSR(rawValue: UInt16(truncatingIfNeeded: i.immediate))
    let outcome = accessCSR(number, operation, operand: operand, writes: operation == .write || i.rs1 != 0)
    switch outcome {
    case .illegal:
      takeIllegal(at: i.extra)
      return .trapped
    case .done(let old, let lookUp):
      state.pointee.x[unchecked: Int(i.rd)] = old
      return lookUp || isCutShort ? .doneLookUp : .done
    }
  }

  @inline(never) func systemInstruction(_ operation: SystemOperation, _ i: InstructionPointer) -> BlockPointer? {
    state.pointee.pc = i.extra
    perform(operation, i)
    return nextBlock()
  }
}
