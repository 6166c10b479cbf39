import HartEngine

extension Lowering {
  // MARK: Checks

  /// Leaves the instruction to the hart while `mstatus.FS` is Off.
  mutating func checkFloat(_ later: Int) {
    guard !facts.isEnabled else { return }
    facts.isEnabled = true
    code.cmp8(Self.field(StateOffset.floatEnabled), 0)
    outside(if: .e, later)
  }

  /// To follow a write to a floating-point register.
  mutating func markFloatDirty() {
    guard !facts.isDirty else { return }
    facts.isDirty = true
    code.store8(Self.field(StateOffset.floatDirty), 1)
  }

  /// Leaves host code before the instruction unless `frm` says what the host does.
  private mutating func checkRounding(_ i: IRInstruction) {
    guard !facts.isNearest else { return }
    facts.isNearest = true
    compareRounding()
    refuse(if: .ne, i)
  }

  private mutating func compareRounding() { code.alu32(.cmp, Self.field(StateOffset.roundingMode), UInt32(0)) }

  /// The same if a single-precision operand is not boxed.
  private mutating func checkBoxed(_ registers: UInt32, _ i: IRInstruction) {
    var left = registers & ~facts.boxed
    facts.boxed |= registers
    while left != 0 {
      let guest = UInt8(truncatingIfNeeded: left.trailingZeroBitCount)
      left &= left &- 1
      // A NaN that the host has made of a boxed single looks like one, and the guest's does not.
      settle(guest)
      if let register = vectors.register(of: guest) {
        code.moveBits(.double, .rax, register)
        code.shift64(.shr, .rax, by: 32)
        code.alu32(.cmp, .rax, UInt32.max)
      } else {
        code.alu32(.cmp, Self.floatHigh(guest), UInt32.max)
      }
      refuse(if: .ne, i)
    }
  }

  /// Begins a region whose code has floating-point instructions.
  mutating func emitFloatEntry(_ entry: BlockEntry) {
    code.store8(Self.field(StateOffset.usedFloat), 1)
    check(entry)
    facts = facts.checked(entry.checks)
  }

  /// Looks at what a block takes for granted and is not known here. Unless it is so, the hart interprets from there on.
  mutating func check(_ entry: BlockEntry) {
    if entry.checks.isEnabled, !facts.isEnabled {
      code.cmp8(Self.field(StateOffset.floatEnabled), 0)
      refuse(if: .e, from: entry.pc)
    }
    if entry.checks.isNearest, !facts.isNearest {
      compareRounding()
      refuse(if: .ne, from: entry.pc)
    }
  }

  func isToCheck(_ entry: BlockEntry) -> Bool { facts.checked(entry.checks) != facts }

  // MARK: Operands and results

  /// All 64 bits of a guest register in a vector register: its own, or `scratch`.
  private mutating func vector(_ guest: UInt8, in scratch: VectorRegister) -> VectorRegister {
    if let register = vectors.register(of: guest) { return register }
    code.loadFloat(.double, scratch, Self.floatSlot(guest))
    return scratch
  }

  private mutating func copy(_ guest: UInt8, to scratch: VectorRegister) {
    let register = vector(guest, in: scratch)
    if register != scratch { code.moveFloat(scratch, register) }
  }

  /// Puts all 64 bits of a result where they belong.
  mutating func finishVector(_ guest: UInt8, _ result: VectorRegister) {
    if let register = vectors.register(of: guest) {
      if register != result { code.moveFloat(register, result) }
    } else {
      code.storeFloat(.double, Self.floatSlot(guest), result)
    }
    markFloatDirty()
  }

  /// The upper half of a boxed single, with a lower half of zero.
  mutating func box(in scratch: VectorRegister) -> VectorRegister {
    if vectors.kept != 0 { return VectorMap.box }
    code.loadFloat(.double, scratch, Self.field(StateOffset.box))
    return scratch
  }

  /// The same for a result that may be a NaN, to be looked at now or once it matters.
  /// - Parameter operands: a bit for each register whose NaN makes the result one.
  private mutating func finishFloat(
    _ width: HostFloatWidth, _ guest: UInt8, _ result: VectorRegister, _ later: Int, operands: UInt32
  ) {
    if vectors.register(of: guest) == nil {
      code.compareFloats(width, result, result)
      outside(if: .p, later)
      nans.clear(operands)
    } else {
      nans.add(guest, operands: operands, isSingle: width == .single)
    }
    finishVector(guest, result)
  }

  /// The same where flags may be others than the guest's when it is a NaN: the hart then does it again.
  private mutating func finishExactly(
    _ width: HostFloatWidth, _ guest: UInt8, _ result: VectorRegister, _ later: Int, operands: UInt32
  ) {
    code.compareFloats(width, result, result)
    outside(if: .p, later)
    nans.clear(operands)
    nans.overwrite(guest)
    finishVector(guest, result)
  }

  /// Makes sure of operands that would be taken for numbers of another width.
  private mutating func settleOtherWidth(_ width: HostFloatWidth, _ registers: UInt8...) {
    for register in registers where nans.contains(register) {
      if nans.isSingle(register) != (width == .single) { settle(register) }
    }
  }

  // MARK: Operations

  mutating func lowerFloat(_ i: IRInstruction) {
    let width: HostFloatWidth = i.detail & IRFloat.isDouble != 0 ? .double : .single
    guard let operation = IRFloat(rawValue: i.detail & ~IRFloat.isDouble) else { return lowerOutside(i) }
    let later = postpone(LaterCode(.outside, i.site))
    checkFloat(later)
    if i.dependsOnRounding { checkRounding(i) }
    checkBoxed(operation.boxedOperands(i, isSingle: width == .single), i)
    switch operation {
    case .add: arithmetic(.add, width, i, later)
    case .subtract: arithmetic(.sub, width, i, later)
    case .multiply: arithmetic(.mul, width, i, later)
    case .divide: arithmetic(.div, width, i, later)
    case .squareRoot:
      settleOtherWidth(width, i.a)
      // The upper half of a single comes from the destination.
      copy(i.a, to: .xmm0)
      code.squareRoot(width, .xmm0, .xmm0)
      finishFloat(width, i.destination, .xmm0, later, operands: HostNaNs.bit(i.a))
    case .fusedMultiplyAdd: fused(.add213, width, i, later)
    case .fusedMultiplySubtract: fused(.sub213, width, i, later)
    case .fusedNegatedMultiplySubtract: fused(.negatedAdd213, width, i, later)
    case .fusedNegatedMultiplyAdd: fused(.negatedSub213, width, i, later)
    case .signInject, .signInjectNegated, .signInjectXor: signInject(operation, width, i)
    case .equal: compareFloats(.e, width, i, later)
    case .less: compareFloats(.b, width, i, later)
    case .lessOrEqual: compareFloats(.be, width, i, later)
    case .fromSignedWord, .fromUnsignedWord: convertFromWord(operation, width, i)
    case .toSignedWord: convertToWord(width, i, later)
    case .moveToInteger:
      settle(i.a)
      if let register = vectors.register(of: i.a) {
        let target = target(i.destination)
        code.moveBits(.single, target, register)
        finish(i.destination, target)
      } else {
        code.load32(.rax, Self.floatSlot(i.a))
        finish(i.destination, .rax)
      }
    case .moveFromInteger:
      code.moveBits(.single, .xmm0, use(i.a, 0, in: .rax))
      code.logic(.or, .xmm0, box(in: .xmm1))
      nans.overwrite(i.destination)
      finishVector(i.destination, .xmm0)
    case .convert: convert(to: width, i, later)
    }
    code.bind(&self.later[later].resume)
    facts.follow(i)
  }

  private mutating func arithmetic(
    _ operation: HostFloatArithmetic, _ width: HostFloatWidth, _ i: IRInstruction, _ later: Int
  ) {
    settleOtherWidth(width, i.a, i.b)
    let second = vector(i.b, in: .xmm1)
    var result = vectors.register(of: i.destination) ?? .xmm0
    if features.contains(.avx) {
      code.float(operation, width, result, vector(i.a, in: .xmm0), second)
    } else {
      if i.destination == i.b { result = .xmm0 }
      copy(i.a, to: result)
      code.float(operation, width, result, second)
    }
    finishFloat(width, i.destination, result, later, operands: HostNaNs.bit(i.a) | HostNaNs.bit(i.b))
  }

  private mutating func fused(
    _ operation: HostFusedArithmetic, _ width: HostFloatWidth, _ i: IRInstruction, _ later: Int
  ) {
    guard features.contains(.fma) else {
      settleAll()
      return code.jump(to: &self.later[later].entry)
    }
    settleOtherWidth(width, i.a, i.b, i.c)
    let (second, third) = (vector(i.b, in: .xmm1), vector(i.c, in: .xmm2))
    copy(i.a, to: .xmm0)
    code.fused(operation, width, .xmm0, second, third)
    finishExactly(
      width, i.destination, .xmm0, later,
      operands: HostNaNs.bit(i.a) | HostNaNs.bit(i.b) | HostNaNs.bit(i.c))
  }

  private mutating func signInject(_ operation: IRFloat, _ width: HostFloatWidth, _ i: IRInstruction) {
    settle(i.a, i.b)
    nans.overwrite(i.destination)
    if i.a == i.b, operation == .signInject { return finishVector(i.destination, vector(i.a, in: .xmm0)) }
    code.mov64(.rax, width == .single ? 1 << 31 : 1 << 63)
    code.moveBits(.double, .xmm1, .rax)
    if i.a == i.b {
      guard operation == .signInjectNegated else {
        code.logic(.andn, .xmm1, vector(i.a, in: .xmm0))
        return finishVector(i.destination, .xmm1)
      }
      copy(i.a, to: .xmm0)
      code.logic(.xor, .xmm0, .xmm1)
      return finishVector(i.destination, .xmm0)
    }
    // The sign of b is brought to xmm2, and what it is combined with to xmm0.
    copy(i.b, to: .xmm2)
    if operation == .signInjectNegated { code.logic(.xor, .xmm2, .xmm1) }
    code.logic(.and, .xmm2, .xmm1)
    if operation == .signInjectXor {
      copy(i.a, to: .xmm0)
      code.logic(.xor, .xmm0, .xmm2)
      return finishVector(i.destination, .xmm0)
    }
    code.logic(.andn, .xmm1, vector(i.a, in: .xmm0))
    code.logic(.or, .xmm1, .xmm2)
    finishVector(i.destination, .xmm1)
  }

  private mutating func compareFloats(
    _ condition: HostCondition, _ width: HostFloatWidth, _ i: IRInstruction, _ later: Int
  ) {
    settleOtherWidth(width, i.a, i.b)
    let first = vector(i.a, in: .xmm0)
    if let second = vectors.register(of: i.b) {
      code.compareFloats(width, first, second)
    } else {
      code.compareFloats(width, first, Self.floatSlot(i.b))
    }
    outside(if: .p, later)
    nans.clear(HostNaNs.bit(i.a) | HostNaNs.bit(i.b))
    code.setcc8(condition, .rax)
    let target = target(i.destination)
    code.movzx8(target, .rax)
    finish(i.destination, target)
  }

  // MARK: Conversions

  private mutating func convertFromWord(_ operation: IRFloat, _ width: HostFloatWidth, _ i: IRInstruction) {
    nans.overwrite(i.destination)
    load(i.a, 0, into: .rax)
    // Only the low end is written; what was there must not be waited for.
    if width == .single {
      let box = box(in: .xmm0)
      if box != .xmm0 { code.moveFloat(.xmm0, box) }
    } else {
      code.logic(.xor, .xmm0, .xmm0)
    }
    if operation == .fromSignedWord {
      code.convertInteger32(width, .xmm0, .rax)
    } else {
      code.convertInteger64(width, .xmm0, .rax)
    }
    finishVector(i.destination, .xmm0)
  }

  /// Toward zero. What does not fit comes out of the host as the least number.
  private mutating func convertToWord(_ width: HostFloatWidth, _ i: IRInstruction, _ later: Int) {
    settle(i.a)
    code.convertToInteger32(width, .rax, vector(i.a, in: .xmm0), truncates: true)
    code.alu32(.cmp, .rax, UInt32(1) << 31)
    outside(if: .e, later)
    finish(i.destination, .rax)
  }

  private mutating func convert(to width: HostFloatWidth, _ i: IRInstruction, _ later: Int) {
    settle(i.a)
    let operand = vector(i.a, in: .xmm1)
    if width == .single {
      let box = box(in: .xmm0)
      if box != .xmm0 { code.moveFloat(.xmm0, box) }
    } else {
      code.logic(.xor, .xmm0, .xmm0)
    }
    code.convertFloat(from: width == .double ? .single : .double, .xmm0, operand)
    finishFloat(width, i.destination, .xmm0, later, operands: 0)
  }

  // MARK: Registers of a region

  mutating func loadVectors() {
    guard vectors.kept != 0 else { return }
    code.loadFloat(.double, VectorMap.box, Self.field(StateOffset.box))
    var left = vectors.kept
    while left != 0 {
      let guest = UInt8(truncatingIfNeeded: left.trailingZeroBitCount)
      left &= left &- 1
      if let register = vectors.register(of: guest) { code.loadFloat(.double, register, Self.floatSlot(guest)) }
    }
  }

  mutating func storeVectors() {
    var left = vectors.written
    while left != 0 {
      let guest = UInt8(truncatingIfNeeded: left.trailingZeroBitCount)
      left &= left &- 1
      if let register = vectors.register(of: guest) { code.storeFloat(.double, Self.floatSlot(guest), register) }
    }
  }
}

extension IRInstruction {
  /// Tells of each integer register that it reads or writes, but for those that the hart does.
  func forEachInteger(_ body: (_ register: UInt8) -> Void) {
    var (isDestination, isA, isB) = (true, true, true)
    switch kind {
    case .outside: return
    case .loadSingle, .loadDouble: (isDestination, isB) = (false, false)
    case .storeSingle, .storeDouble: isB = false
    case .float:
      guard let operation = IRFloat(rawValue: detail & ~IRFloat.isDouble) else { return }
      isDestination = !operation.writesFloat
      isA = operation.readsInteger
      isB = false
    default: if c < 32 { body(c) }
    }
    if isDestination, destination < 32 { body(destination) }
    if isA, a < 32 { body(a) }
    if isB, b < 32 { body(b) }
  }

  /// Whether it rounds as `frm` says.
  var dependsOnRounding: Bool {
    guard kind == .float, constant == 7 else { return false }
    return IRFloat(rawValue: detail & ~IRFloat.isDouble)?.dependsOnRounding ?? false
  }

  /// Tells of each floating-point register that it reads or writes.
  func forEachFloat(_ body: (_ register: UInt8, _ isWritten: Bool) -> Void) {
    switch kind {
    case .loadSingle, .loadDouble: body(destination, true)
    case .storeSingle, .storeDouble: body(b, false)
    case .float:
      guard let operation = IRFloat(rawValue: detail & ~IRFloat.isDouble) else { return }
      if operation.writesFloat { body(destination, true) }
      if operation.readsInteger { return }
      switch operation {
      case .squareRoot, .toSignedWord, .moveToInteger, .convert: body(a, false)
      default:
        body(a, false)
        body(b, false)
        if operation.isFused { body(c, false) }
      }
    default: return
    }
  }

  /// Whether it needs floating-point state to be enabled.
  var isFloat: Bool {
    switch kind {
    case .float, .loadSingle, .loadDouble, .storeSingle, .storeDouble: true
    default: false
    }
  }
}

extension IRFloat {
  var isFused: Bool {
    switch self {
    case .fusedMultiplyAdd, .fusedMultiplySubtract, .fusedNegatedMultiplySubtract, .fusedNegatedMultiplyAdd: true
    default: false
    }
  }

  var dependsOnRounding: Bool {
    switch self {
    case .signInject, .signInjectNegated, .signInjectXor, .equal, .less, .lessOrEqual, .moveToInteger,
      .moveFromInteger, .toSignedWord:
      false
    default: true
    }
  }

  var readsInteger: Bool { self == .fromSignedWord || self == .fromUnsignedWord || self == .moveFromInteger }

  var writesFloat: Bool {
    switch self {
    case .equal, .less, .lessOrEqual, .toSignedWord, .moveToInteger: false
    default: true
    }
  }
}
