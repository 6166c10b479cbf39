import ISA

/// Runs blocks: the interpreter's side of `Semantics`. All of it is inlined into one loop around one jump table.
///
/// Its fields live in host registers, so no function outside of the loop may take `self`: slow paths are functions of
/// `Hart` that get values and say which block to go on in. While a block runs, `budget` is what will be left when it
/// ends; `exactBudget` is what is left before the current operation, and goes to `HartState` before every slow path.
struct Interpreter: ~Copyable {
  let state: UnsafeMutablePointer<HartState>
  let hart: Unmanaged<Hart>
  /// The operation being executed.
  var current: OperationPointer
  /// The operation after it; nil when the hart must stop.
  var next: OperationPointer?
  var block: BlockPointer
  var budget: Int32

  init(hart: Hart, block: BlockPointer) {
    self.hart = .passUnretained(hart)
    state = hart.state
    self.block = block
    current = Block.operations(block)
    next = current
    budget = hart.state.pointee.budget &- block.pointee.count
  }

  /// Runs until the hart has a reason to stop.
  @inline(__always) mutating func run() {
    while let operation = next {
      current = operation
      next = operation + 1
      execute(operation, in: &self)
    }
  }

  @inline(__always) var exactBudget: Int32 { budget &+ block.pointee.count &- Int32(current.tag) }

  // MARK: Going on elsewhere

  /// Goes on in `target`, the block at `pc` as far as the link knows.
  @inline(__always) mutating func enter(_ target: BlockPointer, pc: UInt32, isTaken: Bool) {
    let left = budget &- target.pointee.entryCost
    if _fastPath(left >= 0) {
      budget = left
      block = target
      next = Block.operations(target)
    } else {
      state.pointee.budget = budget
      goOn(hart._withUnsafeGuaranteedRef { $0.leave(block, by: current, toward: pc, isTaken: isTaken) })
    }
  }

  /// Goes on in the block that a slow path has found, with `state.budget`; stops when there is none, or it has host
  /// code.
  @inline(__always) mutating func goOn(_ target: BlockPointer?) {
    if let target,
      target.pointee.hostCost > state.pointee.budget || !hart._withUnsafeGuaranteedRef({ $0.postpone(target) })
    {
      block = target
      next = Block.operations(target)
      budget = state.pointee.budget &- target.pointee.count
    } else {
      next = nil
    }
  }

  /// Acts on how an access outside of the fast path ended.
  @inline(__always) mutating func finish(_ outcome: AccessOutcome) {
    if _slowPath(outcome != .done) { goOn(hart._withUnsafeGuaranteedRef { $0.redirect(outcome, after: current) }) }
  }

  @inline(__always) mutating func raiseIllegal() {
    state.pointee.budget = exactBudget
    goOn(hart._withUnsafeGuaranteedRef { $0.raiseIllegal(at: pc) })
  }
}

extension Interpreter: Semantics {
  typealias Word = UInt32

  @inline(__always) func read(_ register: UInt8) -> UInt32 { state.pointee.x[unchecked: Int(register)] }
  @inline(__always) mutating func write(_ register: UInt8, _ value: UInt32) {
    state.pointee.x[unchecked: Int(register)] = value
  }
  @inline(__always) var pc: UInt32 { current.extra }

  // MARK: Memory

  /// Host address for an access that the soft TLB allows, given the tag that must match; nil when it does not.
  @inline(__always) func host(
    _ address: UInt32, _ width: AccessWidth, _ tag: (UnsafeMutablePointer<DataTLBEntry>) -> UInt32
  ) -> UnsafeMutableRawPointer? {
    let entry = state.pointee.dataTLB + TranslationContext.dataIndex(address)
    let lastPage = DataTLBEntry.tag(address &+ (width.bytes &- 1))
    guard _fastPath(tag(entry) == lastPage) else { return nil }
    return UnsafeMutableRawPointer(bitPattern: entry.pointee.addend &+ Int(address)).unsafelyUnwrapped
  }

  @inline(__always) mutating func load(_ width: AccessWidth, signed: Bool, at address: UInt32, into register: UInt8) {
    if let host = host(address, width, { $0.pointee.readTag }) {
      write(register, Self.extend(Self.read(host, width), width, signed))
    } else {
      state.pointee.budget = exactBudget
      let result = hart._withUnsafeGuaranteedRef { $0.load(address, count: width.bytes, pc: pc) }
      if result.outcome != .trapped {
        write(register, Self.extend(UInt32(truncatingIfNeeded: result.value), width, signed))
      }
      finish(result.outcome)
    }
  }

  @inline(__always) private static func read(_ host: UnsafeMutableRawPointer, _ width: AccessWidth) -> UInt32 {
    switch width {
    case .byte: UInt32(host.load(as: UInt8.self))
    case .half: UInt32(host.loadUnaligned(as: UInt16.self).littleEndian)
    case .word, .double: host.loadUnaligned(as: UInt32.self).littleEndian
    }
  }

  @inline(__always) private static func extend(_ value: UInt32, _ width: AccessWidth, _ signed: Bool) -> UInt32 {
    switch width {
    case .byte: signed ? value.signExtendedByte : value & 0xFF
    case .half: signed ? value.signExtendedHalf : value.zeroExtendedHalf
    case .word, .double: value
    }
  }

  @inline(__always) mutating func store(_ width: AccessWidth, _ value: UInt32, at address: UInt32) {
    if let host = host(address, width, { $0.pointee.writeTag }) {
      switch width {
      case .byte: host.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
      case .half: host.storeBytes(of: UInt16(truncatingIfNeeded: value).littleEndian, as: UInt16.self)
      case .word, .double: host.storeBytes(of: value.littleEndian, as: UInt32.self)
      }
    } else {
      slowStore(UInt64(value), width.bytes, address)
    }
  }

  @inline(__always) mutating func slowStore(_ value: UInt64, _ count: UInt32, _ address: UInt32) {
    state.pointee.budget = exactBudget
    finish(hart._withUnsafeGuaranteedRef { $0.store(value, at: address, count: count, pc: pc) })
  }

  @inline(__always) mutating func loadReserved(at address: UInt32, into register: UInt8) {
    state.pointee.budget = exactBudget
    finishLoad(hart._withUnsafeGuaranteedRef { $0.loadReserved(address, pc: pc) }, register)
  }

  @inline(__always) mutating func storeConditional(_ value: UInt32, at address: UInt32, into register: UInt8) {
    state.pointee.budget = exactBudget
    finishLoad(hart._withUnsafeGuaranteedRef { $0.storeConditional(value, at: address, pc: pc) }, register)
  }

  @inline(__always) mutating func atomic(
    _ operation: AtomicOperation, _ value: UInt32, at address: UInt32, into register: UInt8
  ) {
    if address & 3 == 0, let host = host(address, .word, { $0.pointee.writeTag }) {
      let old = host.load(as: UInt32.self).littleEndian
      host.storeBytes(of: operation.combine(old, value).littleEndian, as: UInt32.self)
      write(register, old)
    } else {
      state.pointee.budget = exactBudget
      finishLoad(hart._withUnsafeGuaranteedRef { $0.atomic(operation, value, at: address, pc: pc) }, register)
    }
  }

  @inline(__always) private mutating func finishLoad(_ result: LoadResult, _ register: UInt8) {
    if result.outcome != .trapped { write(register, UInt32(truncatingIfNeeded: result.value)) }
    finish(result.outcome)
  }

  // MARK: Control flow

  @inline(__always) mutating func branch(
    _ condition: BranchCondition, _ a: UInt32, _ b: UInt32, _ i: InstructionPointer
  ) {
    if condition.holds(a, b) {
      enter(block.pointee.taken, pc: i.extra &+ UInt32(bitPattern: i.immediate), isTaken: true)
    } else {
      enter(block.pointee.fallThrough, pc: i.extra &+ UInt32(i.length), isTaken: false)
    }
  }

  @inline(__always) mutating func jump(_ i: InstructionPointer) {
    let target = i.extra &+ UInt32(bitPattern: i.immediate)
    if _fastPath(target & state.pointee.fetchAlignmentMask == 0) { write(i.rd, i.extra &+ UInt32(i.length)) }
    enter(block.pointee.taken, pc: target, isTaken: true)
  }

  @inline(__always) mutating func jumpIndirect(to target: UInt32, _ i: InstructionPointer) {
    let target = target & ~1
    let entry = state.pointee.jumpCache + TranslationContext.jumpIndex(target)
    // A misaligned target is never in the cache.
    if _fastPath(entry.pointee.pc == target) {
      let found = entry.pointee.block.unsafelyUnwrapped
      let left = budget &- found.pointee.entryCost
      if _fastPath(left >= 0) {
        write(i.rd, i.extra &+ UInt32(i.length))
        budget = left
        block = found
        next = Block.operations(found)
        return
      }
    }
    state.pointee.budget = budget
    goOn(hart._withUnsafeGuaranteedRef { $0.jumpIndirect(to: target, i) })
  }

  // MARK: CSRs and system instructions

  @inline(__always) mutating func csr(_ operation: CSROperation, operand: UInt32, _ i: InstructionPointer) {
    state.pointee.budget = exactBudget
    finish(hart._withUnsafeGuaranteedRef { $0.csrInstruction(operation, operand, i) })
  }

  @inline(__always) mutating func system(_ operation: SystemOperation, _ i: InstructionPointer) {
    state.pointee.budget = exactBudget
    goOn(hart._withUnsafeGuaranteedRef { $0.systemInstruction(operation, i) })
  }
}
