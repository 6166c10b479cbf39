import ISA
import SystemBus

extension Hart {
  /// Where an instruction fetch leads.
  private struct FetchPage {
    var codePage: UInt32
    /// False when PMP treats parts of the page differently, so that each instruction must be checked.
    var isUniform: Bool
  }

  /// Finds or decodes the block at `state.pc`, after taking any trap or interrupt that is due. Nil when the hart must
  /// stop: the budget is spent, it waits, it was asked to, or the run is cut short. The result never exceeds the budget.
  func findNextBlock() -> BlockPointer? {
    while true {
      contextsChanged = false
      let budget = state.pointee.budget
      guard budget >= leastBudget else { return nil }
      if attention, !lookUpInterrupts() { return nil }
      effortLeft &-= HostEffort.lookUp
      if isCutShort { return nil }
      let pc = state.pointee.pc
      let cached = state.pointee.jumpCache + TranslationContext.jumpIndex(pc)
      if cached.pointee.pc == pc, let block = cached.pointee.block, block.pointee.kind != .invalid,
        block.pointee.count <= budget
      {
        warm(block)
        return block
      }
      switch fetchPage(pc) {
      case .failure(let trap): take(trap, at: pc)
      case .success(let page):
        switch block(at: pc, page, budget: budget) {
        case .failure(let trap): take(trap, at: pc)
        case .success(let block): return block
        }
      }
    }
  }

  /// Acts on what asked for attention. False when the hart must stop.
  private func lookUpInterrupts() -> Bool {
    attention = false
    if isWaiting {
      guard hasWakeUp else { return false }
      isWaiting = false
    }
    if exitRequested { return false }
    if let number = interruptToTake() { takeInterrupt(number) }
    return true
  }

  /// Links the edge by which `source` was left to `target`, if the edge always leads there.
  func link(_ source: BlockPointer, to target: BlockPointer, at pc: UInt32, isTaken: Bool) {
    guard target.pointee.pc == pc, target.pointee.entryCost != Block.neverEnter,
      source.pointee.kind == target.pointee.kind
    else { return }
    let staysInPage =
      source.pointee.codePage == target.pointee.codePage && (source.pointee.pc ^ target.pointee.pc) >> 12 == 0
    guard source.pointee.kind == .open || (source.pointee.kind == .translated && staysInPage) else { return }
    if isTaken { source.pointee.taken = target } else { source.pointee.fallThrough = target }
  }

  // MARK: Fetch

  private func fetchPage(_ pc: UInt32) -> Result<FetchPage, Trap> {
    let index = TranslationContext.fetchIndex(pc)
    if codeContext.fetches[index].tag == DataTLBEntry.tag(pc) {
      return .success(FetchPage(codePage: codeContext.fetches[index].codePage, isUniform: true))
    }
    let fault = Trap(.instructionAccessFault, value: pc)
    switch translate(pc, .fetch, codeContext) {
    case .failure(let trap): return .failure(trap)
    case .success(let translation):
      guard pmp.allows(.fetch, at: translation.physical, count: 2, mode: mode),
        let place = code.locate(translation.physical)
      else { return .failure(fault) }
      let isUniform = pmp.isUniform(page: translation.physical & ~0xFFF)
      if isUniform {
        codeContext.cacheFetch(of: place.codePage, at: pc)
        if translation.isSuperpage { codeContext.noteSuperpage(at: pc) }
      }
      return .success(FetchPage(codePage: place.codePage, isUniform: isUniform))
    }
  }

  private func block(at pc: UInt32, _ page: FetchPage, budget: Int32) -> Result<BlockPointer, Trap> {
    guard let host = code.host(page.codePage) else { return .failure(Trap(.instructionAccessFault, value: pc)) }
    guard page.isUniform else { return singleStep(at: pc, page, host) }
    let isOpen = mode == .machine && !pmp.hasLockedEntries
    if let found = code.find(codePage: page.codePage, pc: pc, open: isOpen) {
      if found.pointee.kind.isStraddling { return checkedStraddling(found, pc, page, host) }
      if found.pointee.count <= budget {
        remember(found, at: pc)
        warm(found)
        return .success(found)
      }
      return .success(truncated(found, count: budget))
    }
    effortLeft &-= HostEffort.decode
    var header = header(pc, page, kind: isOpen ? .open : .translated)
    let count = decode(at: pc, host, into: &header)
    if count == 0 { return straddling(at: pc, page, host, &header) }
    // While it is counted how often a block runs, every way into it is looked up.
    header.entryCost = !hasEngine ? header.count : Block.neverEnter
    let block = code.insert(header, UnsafeBufferPointer(start: builder, count: count))
    effortLeft &-= code.takeEffort()
    if block.pointee.count > budget { return .success(truncated(block, count: budget)) }
    remember(block, at: pc)
    warm(block)
    return .success(block)
  }

  /// Counts that `block` was looked up, and has host code made of it when that has been often enough.
  @inline(__always) private func warm(_ block: BlockPointer) {
    guard hasEngine else { return }
    if block.pointee.hostCost == Block.neverEnter {
      count(block)
    } else if block.pointee.countdown < 0 {
      improve(block)
    }
  }

  private func count(_ block: BlockPointer) {
    guard block.pointee.heat < .max else { return }
    block.pointee.heat &+= 1
    guard block.pointee.heat >= engineThreshold else { return }
    translate(block)
  }

  @inline(never) private func translate(_ block: BlockPointer) {
    block.pointee.heat = .max
    metering(.translating) { engine?.translate(block) }
    effortLeft &-= code.takeEffort()
    // What cannot be translated is interpreted without further ado.
    if block.pointee.hostCost == Block.neverEnter, !block.pointee.kind.isStraddling {
      block.pointee.entryCost = block.pointee.count
    }
  }

  @inline(never) private func improve(_ block: BlockPointer) {
    let before = hostCodePlace(of: block)
    metering(.translating) { engine?.improve(block) }
    codeContext.replaceHostCode(before, by: hostCodePlace(of: block), at: block.pointee.pc)
    effortLeft &-= code.takeEffort()
  }

  /// Tells the code cache that memory has changed; whether decoded code there was dropped.
  @discardableResult
  func codeChanged(codePage: UInt32, offset: UInt32, count: UInt32) -> Bool {
    guard code.contentChanged(codePage: codePage, offset: offset, count: count) else { return false }
    effortLeft &-= code.takeEffort()
    return true
  }

  private func remember(_ block: BlockPointer, at pc: UInt32) { codeContext.cache(block, at: pc) }

  private func header(_ pc: UInt32, _ page: FetchPage, kind: Block.Kind) -> Block {
    var header = code.unlinked.pointee
    header.pc = pc
    header.codePage = page.codePage
    header.kind = kind
    header.straddlingBits = 0
    return header
  }

  // MARK: Decoding

  /// Decodes from `pc` to the end of the block into `builder`, with the operation that ends it, and sets the header's
  /// `count` and `length`. Returns the number of operations; 0 when the first instruction leaves the page.
  private func decode(at pc: UInt32, _ host: UnsafeMutableRawPointer, into header: inout Block) -> Int {
    var address = pc
    var count = 0
    var isEnded = false
    while count < Block.capacity, !isEnded {
      let offset = Int(address & 0xFFF)
      let low = UInt32(host.loadUnaligned(fromByteOffset: offset, as: UInt16.self).littleEndian)
      var bits = low
      if low & 3 == 3 {
        guard offset < 0xFFE else { break }
        bits |= UInt32(host.loadUnaligned(fromByteOffset: offset + 2, as: UInt16.self).littleEndian) << 16
      }
      builder[count] = operation(bits, at: address, index: count)
      isEnded = builder[count].opcode.endsBlock
      address &+= UInt32(builder[count].length)
      count += 1
      if (address ^ pc) >> 12 != 0 { break }
    }
    header.count = Int32(count)
    header.length = UInt16(truncatingIfNeeded: address &- pc)
    guard count > 0, !isEnded else { return count }
    builder[count] = continuation(at: address, index: count)
    return count + 1
  }

  private func operation(_ bits: UInt32, at address: UInt32, index: Int) -> Instruction {
    var operation = decoder.decode(bits)
    if operation.rd == 0, !operation.opcode.writesFloat { operation.rd = HartState.sink }
    operation.extra = address
    operation.tag = UInt8(truncatingIfNeeded: index)
    return operation
  }

  /// What ends a block that no jump ends: a jump to the next instruction that is not counted as one.
  private func continuation(at address: UInt32, index: Int) -> Instruction {
    var operation = Instruction(.jal, rd: HartState.sink)
    operation.extra = address
    operation.tag = UInt8(truncatingIfNeeded: index)
    return operation
  }

  // MARK: Blocks that are not cached

  /// Puts one block into the hart's own place for blocks that are used once.
  private func useOnce(_ header: Block, operations count: Int) -> BlockPointer {
    scratch.pointee = header
    scratch.pointee.entryCost = header.count
    scratch.pointee.hostCost = Block.neverEnter
    scratch.pointee.hostRecord = 0
    scratch.pointee.heat = .max
    scratch.pointee.taken = code.unlinked
    scratch.pointee.fallThrough = code.unlinked
    scratch.pointee.kind = .straddling
    UnsafeMutablePointer(mutating: Block.operations(scratch)).update(from: builder, count: count)
    return scratch
  }

  /// The first `count` instructions of `block`.
  private func truncated(_ block: BlockPointer, count: Int32) -> BlockPointer {
    let source = Block.operations(block)
    for index in 0..<Int(count) { builder[index] = source[index] }
    let last = source[Int(count) - 1]
    builder[Int(count)] = continuation(at: last.extra &+ UInt32(last.length), index: Int(count))
    var header = block.pointee
    header.count = count
    return useOnce(header, operations: Int(count) + 1)
  }

  private func straddling(
    at pc: UInt32, _ page: FetchPage, _ host: UnsafeMutableRawPointer, _ header: inout Block
  ) -> Result<BlockPointer, Trap> {
    switch secondHalf(of: pc) {
    case .failure(let trap): return .failure(trap)
    case .success(let second):
      let low = UInt32(host.loadUnaligned(fromByteOffset: 0xFFE, as: UInt16.self).littleEndian)
      builder[0] = operation(low | UInt32(second.bits) << 16, at: pc, index: 0)
      builder[1] = continuation(at: pc &+ 4, index: 1)
      header.count = 1
      header.length = 2
      header.kind = header.kind.isOpen ? .openStraddling : .straddling
      header.entryCost = Block.neverEnter
      header.straddlingBits = second.bits
      header.secondPage = second.page.codePage
      _ = code.insert(header, UnsafeBufferPointer(start: builder, count: 2))
      return .success(useOnce(header, operations: 2))
    }
  }

  /// A straddling block found in the cache, if the second page still holds what it did; else decoded anew.
  private func checkedStraddling(
    _ block: BlockPointer, _ pc: UInt32, _ page: FetchPage, _ host: UnsafeMutableRawPointer
  ) -> Result<BlockPointer, Trap> {
    switch secondHalf(of: pc) {
    case .failure(let trap): return .failure(trap)
    case .success(let second):
      guard second.bits == block.pointee.straddlingBits else {
        var header = header(pc, page, kind: block.pointee.kind)
        codeChanged(codePage: page.codePage, offset: 0xFFE, count: 2)
        return straddling(at: pc, page, host, &header)
      }
      // Host code looks for the second page where it was found first.
      if hasEngine, second.page.isUniform, second.page.codePage == block.pointee.secondPage {
        if block.pointee.hostCost == Block.neverEnter { count(block) }
        if block.pointee.hostCost != Block.neverEnter, mayRunHostCode(of: block) { return .success(block) }
      }
      builder[0] = Block.operations(block)[0]
      builder[1] = Block.operations(block)[1]
      return .success(useOnce(block.pointee, operations: 2))
    }
  }

  /// The halfword at `pc + 2`, which is in another page, and that page, with the checks of a fetch.
  private func secondHalf(of pc: UInt32) -> Result<(bits: UInt16, page: FetchPage), Trap> {
    switch fetchPage(pc &+ 2) {
    case .failure(let trap): return .failure(trap)
    case .success(let page):
      guard let host = code.host(page.codePage) else {
        return .failure(Trap(.instructionAccessFault, value: pc &+ 2))
      }
      let offset = Int((pc &+ 2) & 0xFFF)
      return .success((host.loadUnaligned(fromByteOffset: offset, as: UInt16.self).littleEndian, page))
    }
  }

  /// One instruction in a page that PMP divides; `fetchPage` has checked its first half.
  private func singleStep(
    at pc: UInt32, _ page: FetchPage, _ host: UnsafeMutableRawPointer
  ) -> Result<BlockPointer, Trap> {
    var bits = UInt32(host.loadUnaligned(fromByteOffset: Int(pc & 0xFFF), as: UInt16.self).littleEndian)
    if bits & 3 == 3 {
      switch secondHalf(of: pc) {
      case .failure(let trap): return .failure(trap)
      case .success(let second): bits |= UInt32(second.bits) << 16
      }
    }
    builder[0] = operation(bits, at: pc, index: 0)
    builder[1] = continuation(at: pc &+ UInt32(builder[0].length), index: 1)
    var header = header(pc, page, kind: .straddling)
    header.count = 1
    return .success(useOnce(header, operations: 2))
  }
}

extension Opcode {
  /// Whether no operation may follow in the same block. CSR instructions may: they leave the block when they must.
  @inlinable package var endsBlock: Bool {
    switch self {
    case .jal, .jalr, .beq, .bne, .blt, .bge, .bltu, .bgeu, .ecall, .ebreak, .fenceI, .mret, .sret, .wfi, .sfenceVMA,
      .wrsNto, .wrsSto, .pause, .cboInval, .cboClean, .cboFlush, .cboZero, .illegal:
      true
    default: false
    }
  }
}
