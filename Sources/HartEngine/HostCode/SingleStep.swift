import ISA

/// One instruction carried out by the hart's slow paths: what host code leaves to it, whatever that is.
struct SingleStep: ~Copyable {
  private let hart: Unmanaged<Hart>
  private let state: UnsafeMutablePointer<HartState>
  private let current: OperationPointer
  private(set) var outcome = AccessOutcome.done

  init(hart: Unmanaged<Hart>, state: UnsafeMutablePointer<HartState>, current: OperationPointer) {
    self.hart = hart
    self.state = state
    self.current = current
  }

  /// The hart without a count of who refers to it, which would cost more than most of what it does.
  @inline(__always) private func onHart<Result>(_ body: (Hart) -> Result) -> Result {
    hart._withUnsafeGuaranteedRef(body)
  }

  private mutating func finish(_ result: LoadResult, _ register: UInt8) {
    outcome = result.outcome
    if outcome != .trapped { write(register, UInt32(truncatingIfNeeded: result.value)) }
  }

  private mutating func raiseIllegal() {
    onHart { $0.takeIllegal(at: pc) }
    outcome = .trapped
  }
}

extension SingleStep: Semantics {
  typealias Word = UInt32

  func read(_ register: UInt8) -> UInt32 { state.pointee.x[unchecked: Int(register)] }
  mutating func write(_ register: UInt8, _ value: UInt32) { state.pointee.x[unchecked: Int(register)] = value }
  var pc: UInt32 { current.extra }

  mutating func load(_ width: AccessWidth, signed: Bool, at address: UInt32, into register: UInt8) {
    var result = onHart { $0.load(address, count: width.bytes, pc: pc) }
    let value = UInt32(truncatingIfNeeded: result.value)
    switch width {
    case .byte where signed: result.value = UInt64(value.signExtendedByte)
    case .half where signed: result.value = UInt64(value.signExtendedHalf)
    default: break
    }
    finish(result, register)
  }

  mutating func store(_ width: AccessWidth, _ value: UInt32, at address: UInt32) {
    outcome = onHart { $0.store(UInt64(value), at: address, count: width.bytes, pc: pc) }
  }

  mutating func loadReserved(at address: UInt32, into register: UInt8) {
    finish(onHart { $0.loadReserved(address, pc: pc) }, register)
  }

  mutating func storeConditional(_ value: UInt32, at address: UInt32, into register: UInt8) {
    finish(onHart { $0.storeConditional(value, at: address, pc: pc) }, register)
  }

  mutating func atomic(_ operation: AtomicOperation, _ value: UInt32, at address: UInt32, into register: UInt8) {
    finish(onHart { $0.atomic(operation, value, at: address, pc: pc) }, register)
  }

  mutating func loadFloat(_ precision: FloatPrecision, at address: UInt32, into register: UInt8) {
    guard state.pointee.floatEnabled else { return raiseIllegal() }
    let result = onHart { $0.load(address, count: precision == .single ? 4 : 8, pc: pc) }
    outcome = result.outcome
    guard outcome != .trapped else { return }
    switch precision {
    case .single: FloatRegisters.write(state, register, UInt32(truncatingIfNeeded: result.value))
    case .double: FloatRegisters.write(state, register, result.value)
    }
  }

  mutating func storeFloat(_ precision: FloatPrecision, _ register: UInt8, at address: UInt32) {
    guard state.pointee.floatEnabled else { return raiseIllegal() }
    let value = state.pointee.f[unchecked: Int(register)]
    outcome =
      switch precision {
      case .single: onHart { $0.store(value & 0xFFFF_FFFF, at: address, count: 4, pc: pc) }
      case .double: onHart { $0.store(value, at: address, count: 8, pc: pc) }
      }
  }

  mutating func float(_ operation: FloatOperation, _ precision: FloatPrecision, _ i: InstructionPointer) {
    guard state.pointee.floatEnabled, FloatExecution.any(operation, precision, i, state) else { return raiseIllegal() }
  }

  mutating func csr(_ operation: CSROperation, operand: UInt32, _ i: InstructionPointer) {
    outcome = onHart { $0.csrInstruction(operation, operand, i) }
  }

  /// The hart has left its place behind in the state.
  mutating func system(_ operation: SystemOperation, _ i: InstructionPointer) {
    state.pointee.pc = i.extra
    onHart { $0.perform(operation, i) }
    outcome = .trapped
  }

  // Jumps are never left to the hart.
  mutating func branch(_ condition: BranchCondition, _ a: UInt32, _ b: UInt32, _ i: InstructionPointer) {}
  mutating func jump(_ i: InstructionPointer) {}

  /// One whose target is not aligned.
  mutating func jumpIndirect(to target: UInt32, _ i: InstructionPointer) {
    onHart { $0.take(Trap(.instructionAddressMisaligned, value: target & ~1), at: i.extra) }
    outcome = .trapped
  }
}
