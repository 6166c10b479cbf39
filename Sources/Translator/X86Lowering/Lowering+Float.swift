extension Lowering {
  /// Leaves the instruction to the hart while `mstatus.FS` is Off; once in a block, because only what leaves the block
  /// changes it.
  mutating func checkFloat(_ later: Int) {
    guard !floatIsChecked else { return }
    floatIsChecked = true
    code.cmp8(Self.field(StateOffset.floatEnabled), 0)
    outside(if: .e, later)
  }

  /// To follow a write to a floating-point register.
  mutating func markFloatDirty() {
    guard !floatIsDirty else { return }
    floatIsDirty = true
    code.store8(Self.field(StateOffset.floatDirty), 1)
  }

  /// To come before arithmetic that may set the host's flags.
  private mutating func markFloatUsed() {
    guard !floatIsUsed else { return }
    floatIsUsed = true
    code.store8(Self.field(StateOffset.usedFloat), 1)
  }

  /// Completes a single-precision value in a register's low half.
  mutating func box(_ register: UInt8) {
    guard boxed & 1 &<< UInt32(register & 31) == 0 else { return }
    code.store32(Self.floatHigh(register), UInt32.max)
    boxed |= 1 &<< UInt32(register & 31)
  }

  /// Leaves the instruction to the hart if a single-precision operand is not boxed.
  private mutating func checkBoxed(_ register: UInt8, _ later: Int) {
    guard boxed & 1 &<< UInt32(register & 31) == 0 else { return }
    code.alu32(.cmp, Self.floatHigh(register), UInt32.max)
    outside(if: .ne, later)
    boxed |= 1 &<< UInt32(register & 31)
  }

  mutating func lowerFloat(_ i: IRInstruction) {
    let width: HostFloatWidth = i.detail & IRFloat.isDouble != 0 ? .double : .single
    guard let operation = IRFloat(rawValue: i.detail & ~IRFloat.isDouble) else { return lowerOutside(i) }
    if operation.isFused, !features.contains(.fma) { return lowerOutside(i) }
    let later = postpone(LaterCode(.outside, i.site))
    let boxedBefore = boxed
    // Before anything that may leave the instruction to the hart: what follows relies on it.
    markFloatUsed()
    checkFloat(later)
    if operation.dependsOnRounding, i.constant == 7 {
      code.alu32(.cmp, Self.field(StateOffset.roundingMode), UInt32(0))
      outside(if: .ne, later)
    }
    switch operation {
    case .add: arithmetic(.add, width, i, later)
    case .subtract: arithmetic(.sub, width, i, later)
    case .multiply: arithmetic(.mul, width, i, later)
    case .divide: arithmetic(.div, width, i, later)
    case .squareRoot: squareRoot(width, i, later)
    case .fusedMultiplyAdd: fused(.add213, width, i, later)
    case .fusedMultiplySubtract: fused(.sub213, width, i, later)
    case .fusedNegatedMultiplySubtract: fused(.negatedAdd213, width, i, later)
    case .fusedNegatedMultiplyAdd: fused(.negatedSub213, width, i, later)
    case .signInject, .signInjectNegated, .signInjectXor: signInject(operation, width, i, later)
    case .equal: compareFloats(.e, width, i, later)
    case .less: compareFloats(.b, width, i, later)
    case .lessOrEqual: compareFloats(.be, width, i, later)
    case .fromSignedWord, .fromUnsignedWord: convertFromWord(operation, width, i)
    case .toSignedWord: convertToWord(width, i, later)
    case .moveToInteger:
      code.load32(.rax, Self.floatSlot(i.a))
      finish(i.destination, .rax)
    case .moveFromInteger:
      code.store32(Self.floatSlot(i.destination), use(i.a, 0, in: .rax))
      box(i.destination)
      markFloatDirty()
    case .convert: convert(to: width, i, later)
    }
    code.bind(&self.later[later].resume)
    // What the hart found unboxed is so still.
    boxed = boxed & (boxedBefore | (width == .single && operation.writesFloat ? 1 &<< UInt32(i.destination) : 0))
    if operation.writesFloat, width == .double { boxed &= ~(1 &<< UInt32(i.destination)) }
  }

  /// Stores a result, unless it is a NaN: those are for the hart to make canonical.
  private mutating func finishFloat(_ width: HostFloatWidth, _ destination: UInt8, _ later: Int) {
    code.compareFloats(width, .xmm0, .xmm0)
    outside(if: .p, later)
    code.storeFloat(width, Self.floatSlot(destination), .xmm0)
    if width == .single { box(destination) }
    markFloatDirty()
  }

  private mutating func arithmetic(
    _ operation: HostFloatArithmetic, _ width: HostFloatWidth, _ i: IRInstruction, _ later: Int
  ) {
    if width == .single {
      checkBoxed(i.a, later)
      checkBoxed(i.b, later)
    }
    code.loadFloat(width, .xmm0, Self.floatSlot(i.a))
    code.float(operation, width, .xmm0, Self.floatSlot(i.b))
    finishFloat(width, i.destination, later)
  }

  private mutating func squareRoot(_ width: HostFloatWidth, _ i: IRInstruction, _ later: Int) {
    if width == .single { checkBoxed(i.a, later) }
    code.loadFloat(width, .xmm0, Self.floatSlot(i.a))
    code.squareRoot(width, .xmm0, .xmm0)
    finishFloat(width, i.destination, later)
  }

  private mutating func fused(
    _ operation: HostFusedArithmetic, _ width: HostFloatWidth, _ i: IRInstruction, _ later: Int
  ) {
    if width == .single {
      checkBoxed(i.a, later)
      checkBoxed(i.b, later)
      checkBoxed(i.c, later)
    }
    code.loadFloat(width, .xmm0, Self.floatSlot(i.a))
    code.loadFloat(width, .xmm1, Self.floatSlot(i.b))
    code.loadFloat(width, .xmm2, Self.floatSlot(i.c))
    code.fused(operation, width, .xmm0, .xmm1, .xmm2)
    finishFloat(width, i.destination, later)
  }

  private mutating func signInject(_ operation: IRFloat, _ width: HostFloatWidth, _ i: IRInstruction, _ later: Int) {
    if width == .single {
      checkBoxed(i.a, later)
      checkBoxed(i.b, later)
    }
    let sign: UInt64 = width == .single ? 1 << 31 : 1 << 63
    code.load64(.rax, Self.floatSlot(i.a))
    if i.a == i.b, operation == .signInject {
      // A move.
    } else {
      if i.a == i.b {
        code.mov64(.rcx, operation == .signInjectNegated ? sign : ~sign)
        code.alu64(operation == .signInjectNegated ? .xor : .and, .rax, .rcx)
      } else {
        code.load64(.rdx, Self.floatSlot(i.b))
        code.mov64(.rcx, sign)
        code.alu64(.and, .rdx, .rcx)
        if operation == .signInjectNegated { code.alu64(.xor, .rdx, .rcx) }
        if operation != .signInjectXor {
          code.mov64(.rcx, ~sign)
          code.alu64(.and, .rax, .rcx)
          code.alu64(.or, .rax, .rdx)
        } else {
          code.alu64(.xor, .rax, .rdx)
        }
      }
    }
    code.store64(Self.floatSlot(i.destination), .rax)
    // Boxed operands give a boxed result.
    if width == .single { boxed |= 1 &<< UInt32(i.destination) }
    markFloatDirty()
  }

  private mutating func compareFloats(
    _ condition: HostCondition, _ width: HostFloatWidth, _ i: IRInstruction, _ later: Int
  ) {
    if width == .single {
      checkBoxed(i.a, later)
      checkBoxed(i.b, later)
    }
    code.loadFloat(width, .xmm0, Self.floatSlot(i.a))
    code.compareFloats(width, .xmm0, Self.floatSlot(i.b))
    outside(if: .p, later)
    code.setcc8(condition, .rax)
    code.movzx8(.rax, .rax)
    finish(i.destination, .rax)
  }

  private mutating func convertFromWord(_ operation: IRFloat, _ width: HostFloatWidth, _ i: IRInstruction) {
    load(i.a, 0, into: .rax)
    // Only the low end is written; what was there must not be waited for.
    code.logic(.xor, .xmm0, .xmm0)
    if operation == .fromSignedWord {
      code.convertInteger32(width, .xmm0, .rax)
    } else {
      code.convertInteger64(width, .xmm0, .rax)
    }
    code.storeFloat(width, Self.floatSlot(i.destination), .xmm0)
    if width == .single { box(i.destination) }
    markFloatDirty()
  }

  /// Toward zero. What does not fit comes out of the host as the least number.
  private mutating func convertToWord(_ width: HostFloatWidth, _ i: IRInstruction, _ later: Int) {
    if width == .single { checkBoxed(i.a, later) }
    code.loadFloat(width, .xmm0, Self.floatSlot(i.a))
    code.convertToInteger32(width, .rax, .xmm0, truncates: true)
    code.alu32(.cmp, .rax, UInt32(1) << 31)
    outside(if: .e, later)
    finish(i.destination, .rax)
  }

  private mutating func convert(to width: HostFloatWidth, _ i: IRInstruction, _ later: Int) {
    if width == .double { checkBoxed(i.a, later) }
    code.loadFloat(width == .double ? .single : .double, .xmm0, Self.floatSlot(i.a))
    code.convertFloat(from: width == .double ? .single : .double, .xmm0, .xmm0)
    finishFloat(width, i.destination, later)
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

  var writesFloat: Bool {
    switch self {
    case .equal, .less, .lessOrEqual, .toSignedWord, .moveToInteger: false
    default: true
    }
  }
}
