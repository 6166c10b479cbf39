import ISA

/// A floating-point format as it stands in a 64-bit register.
protocol RegisterValue: FloatFormat {
  init(register: UInt64)
  var register: UInt64 { get }
}

extension UInt32: RegisterValue {
  @inline(__always) init(register: UInt64) { self = FloatUnit.unboxSingle(register) }
  @inline(__always) var register: UInt64 { FloatUnit.boxSingle(self) }
}

extension UInt64: RegisterValue {
  @inline(__always) init(register: UInt64) { self = register }
  @inline(__always) var register: UInt64 { self }
}

/// The floating-point register file in a `HartState`.
enum FloatRegisters {
  @inline(__always) static func read<F: RegisterValue>(_ state: UnsafeMutablePointer<HartState>, _ index: UInt8) -> F {
    F(register: state.pointee.f[unchecked: Int(index)])
  }

  @inline(__always) static func write<F: RegisterValue>(
    _ state: UnsafeMutablePointer<HartState>, _ index: UInt8, _ value: F
  ) {
    state.pointee.f[unchecked: Int(index)] = value.register
    state.pointee.floatDirty = true
  }
}

/// Computes floating-point instructions on a hart's state. Each function returns false when the instruction is illegal
/// because of its rounding mode.
enum FloatExecution {
  typealias State = UnsafeMutablePointer<HartState>

  /// The rounding mode the instruction asks for; nil when it is one of the reserved ones.
  @inline(__always) private static func rounding(_ i: InstructionPointer, _ state: State) -> RoundingMode? {
    RoundingMode(field: i.function, dynamic: UInt8(truncatingIfNeeded: state.pointee.frm))
  }

  @inline(__always) private static func accrue(_ flags: UInt32, _ state: State) {
    if _slowPath(flags != state.pointee.fflags) {
      state.pointee.fflags = flags
      state.pointee.floatDirty = true
    }
  }

  @inline(__always) static func arithmetic<F: RegisterValue>(
    _ operation: FloatOperation, _ i: InstructionPointer, _ state: State, _: F.Type
  ) -> Bool {
    guard let mode = rounding(i, state) else { return false }
    var flags = state.pointee.fflags
    let a: F = FloatRegisters.read(state, i.rs1)
    let b: F = FloatRegisters.read(state, i.rs2)
    let value: F =
      switch operation {
      case .add: FloatUnit.add(a, b, mode, &flags)
      case .subtract: FloatUnit.subtract(a, b, mode, &flags)
      case .multiply: FloatUnit.multiply(a, b, mode, &flags)
      default: FloatUnit.divide(a, b, mode, &flags)
      }
    FloatRegisters.write(state, i.rd, value)
    accrue(flags, state)
    return true
  }

  @inline(never) static func fused(
    _ operation: FloatOperation, _ precision: FloatPrecision, _ i: InstructionPointer, _ state: State
  ) -> Bool {
    switch precision {
    case .single: fused(operation, i, state, UInt32.self)
    case .double: fused(operation, i, state, UInt64.self)
    }
  }

  @inline(__always) private static func fused<F: RegisterValue>(
    _ operation: FloatOperation, _ i: InstructionPointer, _ state: State, _: F.Type
  ) -> Bool {
    guard let mode = rounding(i, state) else { return false }
    var flags = state.pointee.fflags
    let a: F = FloatRegisters.read(state, i.rs1)
    let b: F = FloatRegisters.read(state, i.rs2)
    let c: F = FloatRegisters.read(state, i.rs3)
    let value: F =
      switch operation {
      case .fusedMultiplyAdd: FloatUnit.fusedMultiplyAdd(a, b, c, mode, &flags)
      case .fusedMultiplySubtract: FloatUnit.fusedMultiplySubtract(a, b, c, mode, &flags)
      case .fusedNegatedMultiplySubtract: FloatUnit.fusedNegatedMultiplySubtract(a, b, c, mode, &flags)
      default: FloatUnit.fusedNegatedMultiplyAdd(a, b, c, mode, &flags)
      }
    FloatRegisters.write(state, i.rd, value)
    accrue(flags, state)
    return true
  }

  /// Any operation.
  @inline(never) static func any(
    _ operation: FloatOperation, _ precision: FloatPrecision, _ i: InstructionPointer, _ state: State
  ) -> Bool {
    switch operation {
    case .add, .subtract, .multiply:
      switch precision {
      case .single: arithmetic(operation, i, state, UInt32.self)
      case .double: arithmetic(operation, i, state, UInt64.self)
      }
    case .fusedMultiplyAdd, .fusedMultiplySubtract, .fusedNegatedMultiplySubtract, .fusedNegatedMultiplyAdd:
      fused(operation, precision, i, state)
    default: other(operation, precision, i, state)
    }
  }

  /// Everything that is not add, subtract, multiply or fused.
  @inline(never) static func other(
    _ operation: FloatOperation, _ precision: FloatPrecision, _ i: InstructionPointer, _ state: State
  ) -> Bool {
    switch precision {
    case .single: other(operation, i, state, UInt32.self)
    case .double: other(operation, i, state, UInt64.self)
    }
  }

  private static func other<F: RegisterValue>(
    _ operation: FloatOperation, _ i: InstructionPointer, _ state: State, _: F.Type
  ) -> Bool {
    let a: F = FloatRegisters.read(state, i.rs1)
    let b: F = FloatRegisters.read(state, i.rs2)
    var flags = state.pointee.fflags
    switch operation {
    case .signInject: FloatRegisters.write(state, i.rd, FloatUnit.signInject(a, b))
    case .signInjectNegated: FloatRegisters.write(state, i.rd, FloatUnit.signInjectNegated(a, b))
    case .signInjectXor: FloatRegisters.write(state, i.rd, FloatUnit.signInjectXor(a, b))
    case .minimum: FloatRegisters.write(state, i.rd, FloatUnit.minimum(a, b, &flags))
    case .maximum: FloatRegisters.write(state, i.rd, FloatUnit.maximum(a, b, &flags))
    case .equal: state.pointee.x[unchecked: Int(i.rd)] = FloatUnit.equal(a, b, &flags)
    case .less: state.pointee.x[unchecked: Int(i.rd)] = FloatUnit.less(a, b, &flags)
    case .lessOrEqual: state.pointee.x[unchecked: Int(i.rd)] = FloatUnit.lessOrEqual(a, b, &flags)
    case .classify: state.pointee.x[unchecked: Int(i.rd)] = FloatUnit.classify(a)
    case .moveToInteger:
      state.pointee.x[unchecked: Int(i.rd)] = UInt32(truncatingIfNeeded: state.pointee.f[unchecked: Int(i.rs1)])
    case .moveFromInteger: FloatRegisters.write(state, i.rd, state.pointee.x[unchecked: Int(i.rs1)])
    default: return rounded(operation, i, state, a)
    }
    accrue(flags, state)
    return true
  }

  /// The operations that depend on the rounding mode.
  private static func rounded<F: RegisterValue>(
    _ operation: FloatOperation, _ i: InstructionPointer, _ state: State, _ a: F
  ) -> Bool {
    guard let mode = rounding(i, state) else { return false }
    var flags = state.pointee.fflags
    let word = state.pointee.x[unchecked: Int(i.rs1)]
    switch operation {
    case .divide:
      let b: F = FloatRegisters.read(state, i.rs2)
      FloatRegisters.write(state, i.rd, FloatUnit.divide(a, b, mode, &flags))
    case .squareRoot: FloatRegisters.write(state, i.rd, FloatUnit.squareRoot(a, mode, &flags))
    case .toSignedWord: state.pointee.x[unchecked: Int(i.rd)] = FloatUnit.toSignedWord(a, mode, &flags)
    case .toUnsignedWord: state.pointee.x[unchecked: Int(i.rd)] = FloatUnit.toUnsignedWord(a, mode, &flags)
    case .fromSignedWord:
      let value: F = FloatUnit.fromSignedWord(word, mode, &flags)
      FloatRegisters.write(state, i.rd, value)
    case .fromUnsignedWord:
      let value: F = FloatUnit.fromUnsignedWord(word, mode, &flags)
      FloatRegisters.write(state, i.rd, value)
    case .convert where F.self == UInt32.self:
      FloatRegisters.write(state, i.rd, FloatUnit.toSingle(FloatRegisters.read(state, i.rs1), mode, &flags))
    case .convert: FloatRegisters.write(state, i.rd, FloatUnit.toDouble(FloatRegisters.read(state, i.rs1), &flags))
    default: return false
    }
    accrue(flags, state)
    return true
  }
}
