import HartEngine
import ISA

extension Lowering {
  // MARK: In and out

  /// From the registers as they are between regions to the region's. At least five bytes, or none.
  mutating func emitEntry() {
    let start = code.offset
    emitExchange()
    let length = code.offset - start
    if length > 0, length < 5 { code.nop(5 - length) }
  }

  mutating func emitExchange() {
    for index in 0..<RegisterMap.pool.count where map.guests[index] != RegisterMap.pinned[index] {
      code.store32(Self.slot(RegisterMap.pinned[index]), RegisterMap.pool[index])
      code.load32(RegisterMap.pool[index], Self.slot(map.guests[index]))
    }
    loadVectors()
  }

  /// The way back. Leaves rax alone.
  mutating func emitExchangeBack() {
    storeVectors()
    for index in 0..<RegisterMap.pool.count where map.guests[index] != RegisterMap.pinned[index] {
      code.store32(Self.slot(map.guests[index]), RegisterMap.pool[index])
      code.load32(RegisterMap.pool[index], Self.slot(RegisterMap.pinned[index]))
    }
  }

  /// Counts how often the region is entered, and lets the engine know once that has been often enough.
  mutating func emitCountdown(_ block: BlockPointer) {
    let place = UInt(bitPattern: block) &+ Self.countdown
    code.mov64(.rax, UInt64(place))
    code.alu32(.sub, HostAddress(.rax), Int32(1))
    let later = postpone(LaterCode(.lookUp, block.pointee.pc))
    code.jump(.l, to: &self.later[later].entry)
  }
  private static let countdown = UInt(bitPattern: MemoryLayout<Block>.offset(of: \.countdown) ?? 0)

  /// Leaves for the hart unless the second half of a block's one instruction, which is in another page, is where and what it
  /// was. To come where registers are as between regions.
  mutating func emitStraddlingCheck(_ block: BlockPointer, secondHalf: UnsafeMutableRawPointer?) {
    let later = postpone(LaterCode(.lookUp, block.pointee.pc))
    guard let secondHalf else { return code.jump(to: &self.later[later].entry) }
    let pc = block.pointee.pc &+ 2
    if !block.pointee.kind.isOpen {
      let place = TranslationContext.fetchIndex(pc) * MemoryLayout<FetchTLBEntry>.stride
      func field(_ path: PartialKeyPath<FetchTLBEntry>) -> HostAddress {
        HostAddress(.rdx, Int32(truncatingIfNeeded: place + (MemoryLayout<FetchTLBEntry>.offset(of: path) ?? 0)))
      }
      code.load64(.rdx, Self.field(StateOffset.fetches))
      code.alu32(.cmp, field(\.tag), pc)
      code.jump(.ne, to: &self.later[later].entry)
      code.alu32(.cmp, field(\.codePage), block.pointee.secondPage)
      code.jump(.ne, to: &self.later[later].entry)
    }
    code.mov64(.rdx, UInt64(UInt(bitPattern: secondHalf)))
    code.loadZero16(.rdx, HostAddress(.rdx))
    code.alu32(.cmp, .rdx, UInt32(block.pointee.straddlingBits))
    code.jump(.ne, to: &self.later[later].entry)
  }

  /// Takes a block's instructions from the budget, which is looked at for all that may come before it is again.
  mutating func emitCharge(_ block: RegionBlock) {
    // Compared with nothing else than less than zero: processors take a subtraction or comparison and such a jump as one,
    // which they do not for its sign.
    let count = UInt32(bitPattern: block.count)
    let isForMore = block.needed > block.count
    if isForMore {
      code.alu32(.cmp, Self.budget, UInt32(bitPattern: block.needed))
    } else {
      code.alu32(.sub, Self.budget, count)
    }
    if block.needed > 0 {
      let later = postpone(LaterCode(.spent, block.source.pointee.pc, count: isForMore ? 0 : block.count))
      code.jump(.l, to: &self.later[later].entry)
    }
    if isForMore { code.alu32(.sub, Self.budget, count) }
  }

  // MARK: Ends of blocks

  /// - Parameters:
  ///   - entries: of the region's blocks.
  ///   - next: the block that is laid out behind this one.
  mutating func lowerBranch(
    _ i: IRInstruction, _ block: RegionBlock, _ entries: UnsafeMutablePointer<BlockEntry>, next: Int
  ) {
    let condition = HostCondition(BranchCondition(rawValue: i.detail) ?? .equal)
    let isSwapped = compare(i.a, i.b, i.constant)
    let holds = isSwapped ? condition.swapped : condition
    if block.taken >= 0, block.taken == next {
      jump(if: holds.inverted, to: block.fallThrough, block.end.fallThrough, entries)
      go(to: block.taken, block.end.taken, entries, next: next)
    } else {
      jump(if: holds, to: block.taken, block.end.taken, entries)
      go(to: block.fallThrough, block.end.fallThrough, entries, next: next)
    }
  }

  private mutating func jump(
    if condition: HostCondition, to index: Int, _ pc: UInt32, _ entries: UnsafeMutablePointer<BlockEntry>
  ) {
    if index >= 0 {
      jump(if: condition, to: index, entries)
    } else {
      let later = postpone(LaterCode(.exit, pc))
      code.jump(condition, to: &self.later[later].entry)
      // As if it were a jump without a condition, which has one byte less in front of where it goes.
      self.later[later].count = Int32(truncatingIfNeeded: code.offset - 5)
    }
  }

  /// The same to a block of the region, by way of what has to be looked at first.
  private mutating func jump(
    if condition: HostCondition, to index: Int, _ entries: UnsafeMutablePointer<BlockEntry>
  ) {
    guard isToCheck(entries[index]) else { return code.jump(condition, to: &entries[index].label) }
    let later = postpone(LaterCode(.check, UInt32(truncatingIfNeeded: index)))
    self.later[later].facts = facts
    code.jump(condition, to: &self.later[later].entry)
  }

  mutating func lowerJump(
    _ i: IRInstruction, _ block: RegionBlock, _ entries: UnsafeMutablePointer<BlockEntry>, next: Int
  ) {
    if block.isHostCall {
      lowerCall(block, entries, next: next)
    } else if i.detail == 1 {
      go(to: block.taken, block.end.taken, entries, next: next)
    } else {
      go(to: block.fallThrough, block.end.fallThrough, entries, next: next)
    }
  }

  mutating func go(to index: Int, _ pc: UInt32, _ entries: UnsafeMutablePointer<BlockEntry>, next: Int) {
    guard index >= 0 else { return emitExit(pc) }
    check(entries[index])
    if index != next { code.jump(to: &entries[index].label) }
  }

  mutating func lowerJumpIndirect(
    _ i: IRInstruction, _ block: RegionBlock, _ entries: UnsafeMutablePointer<BlockEntry>, next: Int
  ) {
    // The lowest bit is to be cleared: no address that it is compared with has it set, and what then is done with it sees
    // to that.
    if i.a == IRRegister.constant {
      code.mov32(.rax, i.constant & ~1)
    } else {
      if let register = register(i.a), i.constant != 0 {
        code.lea32(.rax, HostAddress(register, Int32(bitPattern: i.constant)))
      } else {
        load(i.a, 0, into: .rax)
        if i.constant != 0 { code.alu32(.add, .rax, i.constant) }
      }
    }
    if alignmentMask != 0 {
      // A target that is not aligned traps before the return address is written.
      let later = postpone(LaterCode(.outside, i.site))
      code.test32(.rax, alignmentMask)
      outside(if: .ne, later)
      code.bind(&self.later[later].resume)
    }
    if i.destination < 32 {
      if let register = register(i.destination) {
        code.mov32(register, block.end.fallThrough)
      } else {
        code.store32(Self.slot(i.destination), block.end.fallThrough)
      }
    }
    if block.isHostCall { return lowerCallIndirect(block, entries, next: next) }
    block.returns.forEach {
      code.alu32(.cmp, .rax, $0.pc)
      jump(if: .e, to: $0.block, entries)
    }
    emitExchangeBack()
    if block.end.kind == .functionReturn { code.ret() } else { emitJumpThroughTable() }
  }

  /// Jumps to the host code for the instruction address in rax, from between regions.
  private mutating func emitJumpThroughTable() {
    if code.offset < Self.muchCode {
      CommonCode.emitJumpThroughTable(&code, orElse: common.lookFurther)
    } else {
      code.jump(to: common.jumpThroughTable)
    }
  }
  /// Where so much host code is in use, in bytes, that what it takes of the caches counts for more than that the host
  /// predicts each indirect jump by itself. Memory is handed out in order, so an offset tells about how much that is.
  static let muchCode = 1 << 20

  /// Leaves the region for an instruction address that is always the same.
  private mutating func emitExit(_ pc: UInt32) {
    emitExchangeBack()
    emitWayOut(pc)
  }

  /// The same from where registers are as between regions.
  mutating func emitWayOut(_ pc: UInt32) {
    if exits.mayLink(pc) {
      let later = postpone(LaterCode(.unlinked, pc, count: Int32(truncatingIfNeeded: code.offset)))
      code.jump(to: &self.later[later].entry)
    } else {
      code.mov32(.rax, pc)
      emitJumpThroughTable()
    }
  }

  /// Where a jump or call at `place` goes as long as it is not known what is there.
  private mutating func emitUnlinked(_ pc: UInt32, _ place: Int) {
    let number = exits.add(place, unlinked: code.offset, pc)
    code.store32(Self.field(StateOffset.pc), pc)
    code.mov32(.rax, number)
    code.jump(to: common.leave)
  }

  // MARK: Outside

  mutating func lowerOutside(_ i: IRInstruction) {
    settleAll()
    let later = postpone(LaterCode(.outside, i.site))
    code.jump(to: &self.later[later].entry)
    code.bind(&self.later[later].resume)
    facts.follow(i)
  }

  /// What the region's blocks jump to rarely.
  mutating func emitLater(
    _ instructions: UnsafePointer<IRInstruction>, _ entries: UnsafeMutablePointer<BlockEntry>
  ) {
    marks = nil
    var index = 0
    while index < laterCount {
      code.bind(&later[index].entry)
      sites.lead(later[index].firstSite, count: later[index].sites, to: code.offset)
      let value = later[index].value
      switch later[index].kind {
      case .canonical:
        emitCanonical(later[index].nans)
        code.jump(to: &later[index].resume)
      case .quotient, .remainder:
        divideSpecially(isSigned: value == 1, wantsRemainder: later[index].kind == .remainder)
        code.jump(to: &later[index].resume)
      case .outside:
        emitCanonical(later[index].nans)
        code.mov32(.rax, value)
        if isPinned { code.call(common.pinnedOutside) } else { code.call(&outside) }
        code.jump(to: &later[index].resume)
      case .group:
        facts = later[index].facts
        nans.removeAll()
        for place in Int(value)..<Int(value) + Int(later[index].count) { lower(instructions[place]) }
        if later[index].clearsAddend { code.alu32(.xor, .rcx, .rcx) }
        code.jump(to: &later[index].resume)
      case .besideCode:
        if let address = later[index].address { code.lea32(.rax, address) }
        code.call(common.findCode(bytes: later[index].count))
        code.jump(.e, to: &later[index].resume)
        code.jump(to: &later[Int(value)].entry)
      case .misaligned:
        if let address = later[index].address { code.lea32(.rax, address) }
        checkPage(of: .rax, bytes: later[index].count, Int(value))
        code.jump(to: &later[index].resume)
      case .spent:
        if later[index].count != 0 { code.alu32(.add, Self.budget, UInt32(bitPattern: later[index].count)) }
        code.store32(Self.field(StateOffset.pc), value)
        code.alu32(.xor, .rax, .rax)
        jumpToLeave()
      case .exit where !isPinned || !exits.mayLink(value): emitExit(value)
      case .exit, .unlinked: emitUnlinked(value, Int(later[index].count))
      case .callBeside:
        code.call(common.lookFurther)
        code.jump(to: &later[index].resume)
      case .deep:
        code.load64(.rsp, Self.field(StateOffset.stackBottom))
        code.jump(to: &later[index].resume)
      case .refused:
        emitCanonical(later[index].nans)
        if later[index].count != 0 { code.alu32(.add, Self.budget, UInt32(bitPattern: later[index].count)) }
        code.store32(Self.field(StateOffset.pc), value)
        code.mov32(.rax, HostCodeState.refused)
        jumpToLeave()
      case .check:
        facts = later[index].facts
        nans.removeAll()
        check(entries[Int(value)])
        code.jump(to: &entries[Int(value)].label)
      case .lookUp:
        code.mov32(.rax, value)
        code.jump(to: common.leaveTo)
      }
      index += 1
    }
    emitOutside()
    emitLeave()
  }

  /// Whether guest registers are where they are between regions, so that code that all regions share will do.
  private var isPinned: Bool { map.isPinned && vectors.kept == 0 }

  private mutating func jumpToLeave() {
    if isPinned { code.jump(to: common.leave) } else { code.jump(to: &leave) }
  }

  /// Where what all rare code of the region shares begins, if there is any.
  var sharedStart: Int? {
    // `emitOutside` comes first.
    if outside.isBound { return Int(outside.place) }
    return leave.isBound ? Int(leave.place) : nil
  }

  /// Registers of the region that memory may not hold the value of: those between regions may have been changed before.
  mutating func storeRegisters() {
    for index in 0..<RegisterMap.pool.count { code.store32(Self.slot(map.guests[index]), RegisterMap.pool[index]) }
    storeVectors()
  }

  private mutating func emitOutside() {
    guard outside.isAwaited else { return }
    code.bind(&outside)
    storeRegisters()
    code.call(common.outside)
    for index in 0..<RegisterMap.pool.count { code.load32(RegisterMap.pool[index], Self.slot(map.guests[index])) }
    loadVectors()
    code.ret()
  }

  private mutating func emitLeave() {
    guard leave.isAwaited else { return }
    code.bind(&leave)
    storeRegisters()
    code.store32(Self.field(StateOffset.budget), Self.budget)
    code.jump(to: common.end)
  }
}

extension HostCondition {
  init(_ condition: BranchCondition) {
    switch condition {
    case .equal: self = .e
    case .notEqual: self = .ne
    case .lessSigned: self = .l
    case .greaterOrEqualSigned: self = .ge
    case .lessUnsigned: self = .b
    case .greaterOrEqualUnsigned: self = .ae
    }
  }
}
