import ISA

/// A floating-point format as it stands in a 64-bit register.
private protocol RegisterValue: FloatFormat {
  init(register: UInt64)
}

extension UInt32: RegisterValue {
  @inline(__always) init(register: UInt64) { self = FloatUnit.unboxSingle(register) }
}

extension UInt64: RegisterValue {
  @inline(__always) init(register: UInt64) { self = register }
}

extension Interpreter {
  @inline(__always) mutating func loadFloat(_ precision: FloatPrecision, at address: UInt32, into register: UInt8) {
    guard state.pointee.floatEnabled else { return raiseIllegal() }
    let width: AccessWidth = precision == .single ? .word : .double
    if let host = host(address, width, { $0.pointee.readTag }) {
      switch precision {
      case .single: writeSingle(register, host.loadUnaligned(as: UInt32.self).littleEndian)
      case .double: writeDouble(register, host.loadUnaligned(as: UInt64.self).littleEndian)
      }
    } else {
      state.pointee.budget = exactBudget
      let result = hart.load(address, count: width.bytes, pc: pc)
      if result.outcome != .trapped {
        switch precision {
        case .single: writeSingle(register, UInt32(truncatingIfNeeded: result.value))
        case .double: writeDouble(register, result.value)
        }
      }
      finish(result.outcome)
    }
  }

  @inline(__always) mutating func storeFloat(_ precision: FloatPrecision, _ register: UInt8, at address: UInt32) {
    guard state.pointee.floatEnabled else { return raiseIllegal() }
    let value = state.pointee.f[unchecked: Int(register)]
    let width: AccessWidth = precision == .single ? .word : .double
    if let host = host(address, width, { $0.pointee.writeTag }) {
      switch precision {
      case .single: host.storeBytes(of: UInt32(truncatingIfNeeded: value).littleEndian, as: UInt32.self)
      case .double: host.storeBytes(of: value.littleEndian, as: UInt64.self)
      }
    } else {
      slowStore(value, width.bytes, address)
    }
  }

  @inline(__always) private mutating func writeSingle(_ register: UInt8, _ value: UInt32) {
    state.pointee.f[unchecked: Int(register)] = FloatUnit.boxSingle(value)
    state.pointee.floatDirty = true
  }

  @inline(__always) private mutating func writeDouble(_ register: UInt8, _ value: UInt64) {
    state.pointee.f[unchecked: Int(register)] = value
    state.pointee.floatDirty = true
  }

  @inline(__always) private func single(_ register: UInt8) -> UInt32 {
    FloatUnit.unboxSingle(state.pointee.f[unchecked: Int(register)])
  }

  @inline(__always) private func double(_ register: UInt8) -> UInt64 { state.pointee.f[unchecked: Int(register)] }

  @inline(__always) private func operand<F: RegisterValue>(_ register: UInt8) -> F {
    F(register: state.pointee.f[unchecked: Int(register)])
  }

  /// The rounding mode the instruction asks for; nil when it is one of the reserved ones.
  @inline(__always) private func rounding(_ i: InstructionPointer) -> RoundingMode? {
    RoundingMode(rawValue: i.function == 7 ? UInt8(truncatingIfNeeded: state.pointee.frm) : i.function)
  }

  @inline(__always) mutating func float(_ operation: FloatOperation, _ precision: FloatPrecision, _ i: InstructionPointer) {
    guard state.pointee.floatEnabled else { return raiseIllegal() }
    switch precision {
    case .single: floatSingle(operation, i)
    case .double: floatDouble(operation, i)
    }
  }

  @inline(__always) private mutating func floatSingle(_ operation: FloatOperation, _ i: InstructionPointer) {
    switch operation {
    case .moveToInteger: write(i.rd, UInt32(truncatingIfNeeded: double(i.rs1)))
    case .moveFromInteger: writeSingle(i.rd, read(i.rs1))
    case .convert:
      guard let mode = rounding(i) else { return raiseIllegal() }
      var flags = state.pointee.fflags
      writeSingle(i.rd, FloatUnit.toSingle(double(i.rs1), mode, &flags))
      state.pointee.fflags = flags
    default:
      if let value = compute(operation, i, single(i.rs1)) { writeSingle(i.rd, value) }
    }
  }

  @inline(__always) private mutating func floatDouble(_ operation: FloatOperation, _ i: InstructionPointer) {
    switch operation {
    case .moveToInteger, .moveFromInteger: raiseIllegal()
    case .convert:
      guard rounding(i) != nil else { return raiseIllegal() }
      var flags = state.pointee.fflags
      writeDouble(i.rd, FloatUnit.toDouble(single(i.rs1), &flags))
      state.pointee.fflags = flags
    default:
      if let value = compute(operation, i, double(i.rs1)) { writeDouble(i.rd, value) }
    }
  }

  /// Computes an operation at one precision. The value for a floating-point `rd`; nil when the result went to an integer
  /// register or the instruction trapped.
  @inline(__always) private mutating func compute<F: RegisterValue>(
    _ operation: FloatOperation, _ i: InstructionPointer, _ a: F
  ) -> F? {
    var flags = state.pointee.fflags
    var value: F?
    switch operation {
    case .signInject: return FloatUnit.signInject(a, operand(i.rs2))
    case .signInjectNegated: return FloatUnit.signInjectNegated(a, operand(i.rs2))
    case .signInjectXor: return FloatUnit.signInjectXor(a, operand(i.rs2))
    case .minimum: value = FloatUnit.minimum(a, operand(i.rs2), &flags)
    case .maximum: value = FloatUnit.maximum(a, operand(i.rs2), &flags)
    case .equal: write(i.rd, FloatUnit.equal(a, operand(i.rs2), &flags))
    case .less: write(i.rd, FloatUnit.less(a, operand(i.rs2), &flags))
    case .lessOrEqual: write(i.rd, FloatUnit.lessOrEqual(a, operand(i.rs2), &flags))
    case .classify: write(i.rd, FloatUnit.classify(a))
    default:
      guard let mode = rounding(i) else {
        raiseIllegal()
        return nil
      }
      switch operation {
      case .add: value = FloatUnit.add(a, operand(i.rs2), mode, &flags)
      case .subtract: value = FloatUnit.subtract(a, operand(i.rs2), mode, &flags)
      case .multiply: value = FloatUnit.multiply(a, operand(i.rs2), mode, &flags)
      case .divide: value = FloatUnit.divide(a, operand(i.rs2), mode, &flags)
      case .squareRoot: value = FloatUnit.squareRoot(a, mode, &flags)
      case .fusedMultiplyAdd: value = FloatUnit.fusedMultiplyAdd(a, operand(i.rs2), operand(i.rs3), mode, &flags)
      case .fusedMultiplySubtract:
        value = FloatUnit.fusedMultiplySubtract(a, operand(i.rs2), operand(i.rs3), mode, &flags)
      case .fusedNegatedMultiplySubtract:
        value = FloatUnit.fusedNegatedMultiplySubtract(a, operand(i.rs2), operand(i.rs3), mode, &flags)
      case .fusedNegatedMultiplyAdd:
        value = FloatUnit.fusedNegatedMultiplyAdd(a, operand(i.rs2), operand(i.rs3), mode, &flags)
      case .toSignedWord: write(i.rd, FloatUnit.toSignedWord(a, mode, &flags))
      case .toUnsignedWord: write(i.rd, FloatUnit.toUnsignedWord(a, mode, &flags))
      case .fromSignedWord: value = FloatUnit.fromSignedWord(read(i.rs1), mode, &flags)
      case .fromUnsignedWord: value = FloatUnit.fromUnsignedWord(read(i.rs1), mode, &flags)
      default: break
      }
    }
    accrue(flags)
    return value
  }

  @inline(__always) private mutating func accrue(_ flags: UInt32) {
    if flags != state.pointee.fflags {
      state.pointee.fflags = flags
      state.pointee.floatDirty = true
    }
  }
}
