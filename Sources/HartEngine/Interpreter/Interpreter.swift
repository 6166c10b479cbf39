import ISA

/// Runs blocks: the interpreter's side of `Semantics`. All of it is inlined into one loop around one jump table.
///
/// While a block runs, `budget` is what will be left when it ends; `exactBudget` is what is left before the current
/// operation. `HartState` is brought up to date only on the way into code outside of the loop.
struct Interpreter: ~Copyable {
  let state: UnsafeMutablePointer<HartState>
  unowned(unsafe) let hart: Hart
  /// The operation after the current one.
  var next: OperationPointer
  var block: BlockPointer
  var budget: Int32
  var isRunning = true

  init(hart: Hart, block: BlockPointer) {
    self.hart = hart
    state = hart.state
    self.block = block
    next = Block.operations(block)
    budget = hart.state.pointee.budget &- block.pointee.count
  }

  /// Runs until the hart has a reason to stop.
  mutating func run() {
    while isRunning {
      let current = next
      next = current + 1
      execute(current.pointee, in: &self)
    }
  }

  @inline(__always) var exactBudget: Int32 {
    budget &+ block.pointee.count &- Int32(next[-1].tag)
  }

  // MARK: Going on elsewhere

  /// Goes on in `target`, the block at `pc` as far as the link knows.
  @inline(__always) mutating func enter(_ target: BlockPointer, pc: UInt32, isTaken: Bool) {
    let cost = target.pointee.entryCost
    let left = budget &- cost
    if _fastPath(left >= 0) {
      budget = left
      block = target
      next = Block.operations(target)
    } else {
      leaveBlock(toward: pc, isTaken: isTaken)
    }
  }

  /// Leaves the block by an edge that is not linked, or whose block does not fit into the budget.
  @inline(never) mutating func leaveBlock(toward pc: UInt32, isTaken: Bool) {
    if pc & state.pointee.fetchAlignmentMask != 0 {
      state.pointee.budget = exactBudget
      hart.take(Trap(.instructionAddressMisaligned, value: pc), at: next[-1].extra)
      return lookUp()
    }
    state.pointee.budget = budget
    state.pointee.pc = pc
    let flushes = hart.code.flushes
    guard let target = hart.nextBlock() else { return isRunning = false }
    if flushes == hart.code.flushes { hart.link(block, to: target, at: pc, isTaken: isTaken) }
    start(target)
  }

  /// Goes on at `state.pc` with `state.budget`.
  @inline(never) mutating func lookUp() {
    guard let target = hart.nextBlock() else { return isRunning = false }
    start(target)
  }

  @inline(__always) mutating func start(_ target: BlockPointer) {
    block = target
    next = Block.operations(target)
    budget = state.pointee.budget &- target.pointee.count
  }

  /// Acts on how an access outside of the fast path ended. `state.budget` must be exact.
  @inline(__always) mutating func finish(_ outcome: AccessOutcome) {
    if outcome != .done { redirect(outcome) }
  }

  @inline(never) mutating func redirect(_ outcome: AccessOutcome) {
    if outcome == .doneLookUp {
      state.pointee.budget &-= 1
      state.pointee.pc = next[-1].extra &+ UInt32(next[-1].length)
    }
    lookUp()
  }

  @inline(__always) mutating func raiseIllegal() {
    state.pointee.budget = exactBudget
    hart.takeIllegal(at: next[-1].extra)
    lookUp()
  }
}

extension Interpreter: Semantics {
  typealias Word = UInt32

  @inline(__always) func read(_ register: UInt8) -> UInt32 { state.pointee.x[unchecked: Int(register)] }
  @inline(__always) mutating func write(_ register: UInt8, _ value: UInt32) {
    state.pointee.x[unchecked: Int(register)] = value
  }
  @inline(__always) var pc: UInt32 { next[-1].extra }

  // MARK: Memory

  /// Host address for an access that the soft TLB allows, given the tag that must match.
  @inline(__always) func host(
    _ address: UInt32, _ width: AccessWidth, _ tag: (DataTLBEntry) -> UInt32
  ) -> UnsafeMutableRawPointer? {
    let entry = state.pointee.dataTLB + TranslationContext.dataIndex(address)
    let lastPage = (address &+ (width.bytes &- 1)) & ~0xFFF
    guard _fastPath(tag(entry.pointee) == lastPage) else { return nil }
    return UnsafeMutableRawPointer(bitPattern: entry.pointee.addend &+ Int(address))
  }

  @inline(__always) mutating func load(_ width: AccessWidth, signed: Bool, at address: UInt32, into register: UInt8) {
    if let host = host(address, width, { $0.readTag }) {
      write(register, Self.extend(Self.read(host, width), width, signed))
    } else {
      slowLoad(width, signed, address, register)
    }
  }

  @inline(__always) static func read(_ host: UnsafeMutableRawPointer, _ width: AccessWidth) -> UInt32 {
    switch width {
    case .byte: UInt32(host.load(as: UInt8.self))
    case .half: UInt32(host.loadUnaligned(as: UInt16.self).littleEndian)
    case .word, .double: host.loadUnaligned(as: UInt32.self).littleEndian
    }
  }

  @inline(__always) static func extend(_ value: UInt32, _ width: AccessWidth, _ signed: Bool) -> UInt32 {
    guard signed else { return value }
    return switch width {
    case .byte: value.signExtendedByte
    case .half: value.signExtendedHalf
    case .word, .double: value
    }
  }

  @inline(never) mutating func slowLoad(
    _ width: AccessWidth, _ signed: Bool, _ address: UInt32, _ register: UInt8
  ) {
    state.pointee.budget = exactBudget
    let result = hart.load(address, count: width.bytes, pc: pc)
    if result.outcome != .trapped {
      write(register, Self.extend(UInt32(truncatingIfNeeded: result.value), width, signed))
    }
    finish(result.outcome)
  }

  @inline(__always) mutating func store(_ width: AccessWidth, _ value: UInt32, at address: UInt32) {
    if let host = host(address, width, { $0.writeTag }) {
      switch width {
      case .byte: host.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
      case .half: host.storeBytes(of: UInt16(truncatingIfNeeded: value).littleEndian, as: UInt16.self)
      case .word, .double: host.storeBytes(of: value.littleEndian, as: UInt32.self)
      }
    } else {
      slowStore(UInt64(value), width.bytes, address)
    }
  }

  @inline(never) mutating func slowStore(_ value: UInt64, _ count: UInt32, _ address: UInt32) {
    state.pointee.budget = exactBudget
    finish(hart.store(value, at: address, count: count, pc: pc))
  }

  @inline(__always) mutating func loadReserved(at address: UInt32, into register: UInt8) {
    state.pointee.budget = exactBudget
    finishLoad(hart.loadReserved(address, pc: pc), register)
  }

  @inline(__always) mutating func storeConditional(_ value: UInt32, at address: UInt32, into register: UInt8) {
    state.pointee.budget = exactBudget
    finishLoad(hart.storeConditional(value, at: address, pc: pc), register)
  }

  @inline(__always) mutating func atomic(
    _ operation: AtomicOperation, _ value: UInt32, at address: UInt32, into register: UInt8
  ) {
    if address & 3 == 0, let host = host(address, .word, { $0.writeTag }) {
      let old = host.load(as: UInt32.self).littleEndian
      host.storeBytes(of: operation.combine(old, value).littleEndian, as: UInt32.self)
      write(register, old)
    } else {
      state.pointee.budget = exactBudget
      finishLoad(hart.atomic(operation, value, at: address, pc: pc), register)
    }
  }

  @inline(__always) mutating func finishLoad(_ result: LoadResult, _ register: UInt8) {
    if result.outcome != .trapped { write(register, UInt32(truncatingIfNeeded: result.value)) }
    finish(result.outcome)
  }

  // MARK: Control flow

  @inline(__always) mutating func branch(_ condition: BranchCondition, _ a: UInt32, _ b: UInt32, _ i: Instruction) {
    let holds =
      switch condition {
      case .equal: a == b
      case .notEqual: a != b
      case .lessSigned: Int32(bitPattern: a) < Int32(bitPattern: b)
      case .greaterOrEqualSigned: Int32(bitPattern: a) >= Int32(bitPattern: b)
      case .lessUnsigned: a < b
      case .greaterOrEqualUnsigned: a >= b
      }
    if holds {
      enter(block.pointee.taken, pc: i.extra &+ UInt32(bitPattern: i.immediate), isTaken: true)
    } else {
      enter(block.pointee.fallThrough, pc: i.extra &+ UInt32(i.length), isTaken: false)
    }
  }

  @inline(__always) mutating func jump(_ i: Instruction) {
    let target = i.extra &+ UInt32(bitPattern: i.immediate)
    if _fastPath(target & state.pointee.fetchAlignmentMask == 0) { write(i.rd, i.extra &+ UInt32(i.length)) }
    enter(block.pointee.taken, pc: target, isTaken: true)
  }

  @inline(__always) mutating func jumpIndirect(to target: UInt32, _ i: Instruction) {
    let target = target & ~1
    if _fastPath(target & state.pointee.fetchAlignmentMask == 0) {
      write(i.rd, i.extra &+ UInt32(i.length))
      let entry = state.pointee.jumpCache + TranslationContext.jumpIndex(target)
      if _fastPath(entry.pointee.pc == target) {
        let found = entry.pointee.block
        let left = budget &- found.pointee.entryCost
        if _fastPath(left >= 0) {
          budget = left
          block = found
          next = Block.operations(found)
          return
        }
      }
      state.pointee.budget = budget
      state.pointee.pc = target
    } else {
      state.pointee.budget = exactBudget
      hart.take(Trap(.instructionAddressMisaligned, value: target), at: i.extra)
    }
    lookUp()
  }

  // MARK: CSRs and system instructions

  @inline(__always) mutating func csr(_ operation: CSROperation, operand: UInt32, _ i: Instruction) {
    slowCSR(operation, operand, i)
  }

  @inline(never) mutating func slowCSR(_ operation: CSROperation, _ operand: UInt32, _ i: Instruction) {
    state.pointee.budget = exactBudget
    let number = CSR(rawValue: UInt16(truncatingIfNeeded: i.immediate))
    let outcome = hart.accessCSR(
      number, operation, operand: operand, reads: operation != .write || i.rd != HartState.sink,
      writes: operation == .write || i.rs1 != 0)
    switch outcome {
    case .illegal:
      hart.takeIllegal(at: pc)
      lookUp()
    case .done(let old, let lookUp):
      write(i.rd, old)
      finish(lookUp ? .doneLookUp : .done)
    }
  }

  @inline(__always) mutating func system(_ operation: SystemOperation, _ i: Instruction) { slowSystem(operation, i) }

  @inline(never) mutating func slowSystem(_ operation: SystemOperation, _ i: Instruction) {
    state.pointee.budget = exactBudget
    state.pointee.pc = pc
    hart.perform(operation, i)
    lookUp()
  }
}
