import HartEngine

/// Guest calls as calls of the host's, so that it foresees where they come back to.
///
/// The host's stack holds nothing but where they come back to in host code: between regions, that is with registers as they
/// are there, and with the guest's address in rax, which may be any.
extension Lowering {
  /// Calls a function that is always the same.
  mutating func lowerCall(_ block: RegionBlock, _ entries: UnsafeMutablePointer<BlockEntry>, next: Int) {
    let pc = block.end.taken
    if block.taken >= 0 {
      // It finds registers as they are in the region.
      check(entries[block.taken])
      checkDepth(block)
      code.call(&entries[block.taken].label)
    } else if exits.mayLink(pc) {
      emitExchangeBack()
      checkDepth(block)
      let later = postpone(LaterCode(.unlinked, pc, count: Int32(truncatingIfNeeded: code.offset)))
      code.call(&self.later[later].entry)
    } else {
      code.mov32(.rax, pc)
      return lowerCallIndirect(block, entries, next: next)
    }
    emitContinuation(block, entries, next: next)
  }

  /// Calls the function at the instruction address in rax.
  mutating func lowerCallIndirect(_ block: RegionBlock, _ entries: UnsafeMutablePointer<BlockEntry>, next: Int) {
    emitExchangeBack()
    checkDepth(block)
    if code.offset < Self.muchCode {
      let beside = postpone(LaterCode(.callBeside, block.end.fallThrough))
      CommonCode.emitCallThroughTable(&code, orElse: &later[beside].entry)
      code.bind(&later[beside].resume)
    } else {
      code.call(common.jumpThroughTable)
    }
    emitContinuation(block, entries, next: next)
  }

  /// Forgets all calls when there are too many of them.
  private mutating func checkDepth(_ block: RegionBlock) {
    let deep = postpone(LaterCode(.deep, block.end.fallThrough))
    code.alu64(.cmp, .rsp, Self.field(StateOffset.stackLimit))
    code.jump(.b, to: &later[deep].entry)
    code.bind(&later[deep].resume)
  }

  /// Goes on behind a call, if that is where the guest goes on.
  private mutating func emitContinuation(_ block: RegionBlock, _ entries: UnsafeMutablePointer<BlockEntry>, next: Int) {
    code.alu32(.cmp, .rax, block.end.fallThrough)
    code.jump(.ne, to: common.mismatch)
    guard block.fallThrough >= 0 else { return emitWayOut(block.end.fallThrough) }
    emitExchange()
    // Nothing is known of what a function leaves behind.
    facts = FloatFacts()
    go(to: block.fallThrough, block.end.fallThrough, entries, next: next)
  }
}
