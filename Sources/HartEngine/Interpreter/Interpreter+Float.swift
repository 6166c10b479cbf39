import ISA

extension Interpreter {
  @inline(__always) mutating func loadFloat(_ precision: FloatPrecision, at address: UInt32, into register: UInt8) {
    guard _fastPath(state.pointee.floatEnabled) else { return raiseIllegal() }
    let width: AccessWidth = precision == .single ? .word : .double
    if let host = host(address, width, { $0.pointee.readTag }) {
      switch precision {
      case .single: FloatRegisters.write(state, register, host.loadUnaligned(as: UInt32.self).littleEndian)
      case .double: FloatRegisters.write(state, register, host.loadUnaligned(as: UInt64.self).littleEndian)
      }
    } else {
      state.pointee.budget = exactBudget
      let result = hart._withUnsafeGuaranteedRef { $0.load(address, count: width.bytes, pc: pc) }
      if result.outcome != .trapped {
        switch precision {
        case .single: FloatRegisters.write(state, register, UInt32(truncatingIfNeeded: result.value))
        case .double: FloatRegisters.write(state, register, result.value)
        }
      }
      finish(result.outcome)
    }
  }

  @inline(__always) mutating func storeFloat(_ precision: FloatPrecision, _ register: UInt8, at address: UInt32) {
    guard _fastPath(state.pointee.floatEnabled) else { return raiseIllegal() }
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

  /// The operations that numeric code is made of are computed in the loop, the others in a function of their own.
  @inline(__always) mutating func float(
    _ operation: FloatOperation, _ precision: FloatPrecision, _ i: InstructionPointer
  ) {
    guard _fastPath(state.pointee.floatEnabled) else { return raiseIllegal() }
    let isDone =
      switch operation {
      case .add, .subtract, .multiply:
        switch precision {
        case .single: FloatExecution.arithmetic(operation, i, state, UInt32.self)
        case .double: FloatExecution.arithmetic(operation, i, state, UInt64.self)
        }
      case .fusedMultiplyAdd: FloatExecution.fused(operation, precision, i, state)
      case .fusedMultiplySubtract, .fusedNegatedMultiplySubtract, .fusedNegatedMultiplyAdd:
        FloatExecution.fused(operation, precision, i, state)
      default: FloatExecution.other(operation, precision, i, state)
      }
    if _slowPath(!isDone) { raiseIllegal() }
  }
}
