extension Assembler {
  // MARK: - Two operands

  @inline(__always)
  package mutating func alu32(_ operation: HostArithmetic, _ destination: HostRegister, _ source: HostRegister) {
    emit(.one(operation.rawValue &<< 3 | 1), source.rawValue, register: destination.rawValue)
  }

  @inline(__always)
  package mutating func alu32(_ operation: HostArithmetic, _ destination: HostRegister, _ source: HostAddress) {
    emit(.one(operation.rawValue &<< 3 | 3), destination.rawValue, source)
  }

  @inline(__always)
  package mutating func alu32(_ operation: HostArithmetic, _ destination: HostAddress, _ source: HostRegister) {
    emit(.one(operation.rawValue &<< 3 | 1), source.rawValue, destination)
  }

  @inline(__always)
  package mutating func alu32(_ operation: HostArithmetic, _ destination: HostRegister, _ value: Int32) {
    alu(operation, destination, value, isWide: false)
  }

  @_disfavoredOverload @inline(__always)
  package mutating func alu32(_ operation: HostArithmetic, _ destination: HostRegister, _ value: UInt32) {
    alu32(operation, destination, Int32(bitPattern: value))
  }

  package mutating func alu32(_ operation: HostArithmetic, _ destination: HostAddress, _ value: Int32) {
    if let short = Int8(exactly: value) {
      emit(.one(0x83), operation.rawValue, destination)
      put(immediate: short)
    } else {
      emit(.one(0x81), operation.rawValue, destination)
      put(immediate: value)
    }
  }

  @_disfavoredOverload @inline(__always)
  package mutating func alu32(_ operation: HostArithmetic, _ destination: HostAddress, _ value: UInt32) {
    alu32(operation, destination, Int32(bitPattern: value))
  }

  @inline(__always)
  package mutating func alu64(_ operation: HostArithmetic, _ destination: HostRegister, _ source: HostRegister) {
    emit(.one(operation.rawValue &<< 3 | 1, isWide: true), source.rawValue, register: destination.rawValue)
  }

  @inline(__always)
  package mutating func alu64(_ operation: HostArithmetic, _ destination: HostRegister, _ source: HostAddress) {
    emit(.one(operation.rawValue &<< 3 | 3, isWide: true), destination.rawValue, source)
  }

  @inline(__always)
  package mutating func alu64(_ operation: HostArithmetic, _ destination: HostAddress, _ source: HostRegister) {
    emit(.one(operation.rawValue &<< 3 | 1, isWide: true), source.rawValue, destination)
  }

  /// With `value` sign extended.
  @inline(__always)
  package mutating func alu64(_ operation: HostArithmetic, _ destination: HostRegister, _ value: Int32) {
    alu(operation, destination, value, isWide: true)
  }

  private mutating func alu(
    _ operation: HostArithmetic, _ destination: HostRegister, _ value: Int32, isWide: Bool
  ) {
    if let short = Int8(exactly: value) {
      emit(.one(0x83, isWide: isWide), operation.rawValue, register: destination.rawValue)
      put(immediate: short)
    } else if destination == .rax {
      emit(.one(operation.rawValue &<< 3 | 5, isWide: isWide), inOpcode: 0)
      put(immediate: value)
    } else {
      emit(.one(0x81, isWide: isWide), operation.rawValue, register: destination.rawValue)
      put(immediate: value)
    }
  }

  @inline(__always)
  package mutating func alu8(_ operation: HostArithmetic, _ destination: HostAddress, _ value: UInt8) {
    emit(.one(0x80), operation.rawValue, destination)
    put(immediate: value)
  }

  @inline(__always)
  package mutating func cmp8(_ address: HostAddress, _ value: UInt8) { alu8(.cmp, address, value) }

  @inline(__always)
  package mutating func cmp8(_ address: HostAddress, _ value: HostRegister) {
    emit(.one(0x38), value.rawValue, address, needsREX: value.hasByteOnlyWithREX)
  }

  @inline(__always)
  package mutating func or8(_ address: HostAddress, _ value: UInt8) { alu8(.or, address, value) }

  @inline(__always)
  package mutating func test32(_ first: HostRegister, _ second: HostRegister) {
    emit(.one(0x85), second.rawValue, register: first.rawValue)
  }

  package mutating func test32(_ register: HostRegister, _ value: Int32) {
    if register == .rax {
      emit(.one(0xA9), inOpcode: 0)
    } else {
      emit(.one(0xF7), 0, register: register.rawValue)
    }
    put(immediate: value)
  }

  @_disfavoredOverload @inline(__always)
  package mutating func test32(_ register: HostRegister, _ value: UInt32) {
    test32(register, Int32(bitPattern: value))
  }

  @inline(__always)
  package mutating func test64(_ first: HostRegister, _ second: HostRegister) {
    emit(.one(0x85, isWide: true), second.rawValue, register: first.rawValue)
  }

  @inline(__always)
  package mutating func test8(_ register: HostRegister, _ value: UInt8) {
    if register == .rax {
      emit(.one(0xA8), inOpcode: 0)
    } else {
      emit(.one(0xF6), 0, register: register.rawValue, needsREX: register.rawValue >= 4)
    }
    put(immediate: value)
  }

  @inline(__always)
  package mutating func test8(_ address: HostAddress, _ value: UInt8) {
    emit(.one(0xF6), 0, address)
    put(immediate: value)
  }

  /// Sets the carry flag to the bit of `register` that the lowest five bits of `position` name.
  @inline(__always)
  package mutating func bt32(_ register: HostRegister, _ position: HostRegister) {
    emit(.two(0xA3), position.rawValue, register: register.rawValue)
  }

  // MARK: - Multiplication and division

  @inline(__always)
  package mutating func imul32(_ destination: HostRegister, _ source: HostRegister) {
    emit(.two(0xAF), destination.rawValue, register: source.rawValue)
  }

  @inline(__always)
  package mutating func imul32(_ destination: HostRegister, _ source: HostAddress) {
    emit(.two(0xAF), destination.rawValue, source)
  }

  @inline(__always)
  package mutating func imul64(_ destination: HostRegister, _ source: HostRegister) {
    emit(.two(0xAF, isWide: true), destination.rawValue, register: source.rawValue)
  }

  package mutating func imul32(_ destination: HostRegister, _ source: HostRegister, _ value: Int32) {
    if let short = Int8(exactly: value) {
      emit(.one(0x6B), destination.rawValue, register: source.rawValue)
      put(immediate: short)
    } else {
      emit(.one(0x69), destination.rawValue, register: source.rawValue)
      put(immediate: value)
    }
  }

  /// edx:eax = eax × `source`, unsigned.
  @inline(__always)
  package mutating func mul32(_ source: HostRegister) { emit(.one(0xF7), 4, register: source.rawValue) }

  /// edx:eax = eax × `source`, signed.
  @inline(__always)
  package mutating func imul32(_ source: HostRegister) { emit(.one(0xF7), 5, register: source.rawValue) }

  /// eax = edx:eax ÷ `divisor`, and edx the remainder, unsigned.
  @inline(__always)
  package mutating func div32(_ divisor: HostRegister) { emit(.one(0xF7), 6, register: divisor.rawValue) }

  /// eax = edx:eax ÷ `divisor`, and edx the remainder, signed.
  @inline(__always)
  package mutating func idiv32(_ divisor: HostRegister) { emit(.one(0xF7), 7, register: divisor.rawValue) }

  /// Sign extends eax to edx:eax.
  @inline(__always)
  package mutating func cdq() { emit(word: 0x99, count: 1) }

  // MARK: - Shifts

  @inline(__always)
  package mutating func shift32(_ operation: HostShift, _ register: HostRegister, by count: UInt8) {
    shift(operation, register, by: count, isWide: false)
  }

  @inline(__always)
  package mutating func shift64(_ operation: HostShift, _ register: HostRegister, by count: UInt8) {
    shift(operation, register, by: count, isWide: true)
  }

  private mutating func shift(_ operation: HostShift, _ register: HostRegister, by count: UInt8, isWide: Bool) {
    if count == 1 {
      emit(.one(0xD1, isWide: isWide), operation.rawValue, register: register.rawValue)
    } else {
      emit(.one(0xC1, isWide: isWide), operation.rawValue, register: register.rawValue)
      put(immediate: count)
    }
  }

  /// By the lowest five bits of cl.
  @inline(__always)
  package mutating func shift32ByCL(_ operation: HostShift, _ register: HostRegister) {
    emit(.one(0xD3), operation.rawValue, register: register.rawValue)
  }

  /// Leaves the flags as they are. Of BMI2.
  @inline(__always)
  package mutating func shlx32(_ destination: HostRegister, _ source: HostRegister, by count: HostRegister) {
    emit(VEXOpcode(0xF7, map: 2, prefix: 1), destination.rawValue, count.rawValue, source.rawValue)
  }

  /// Leaves the flags as they are. Of BMI2.
  @inline(__always)
  package mutating func sarx32(_ destination: HostRegister, _ source: HostRegister, by count: HostRegister) {
    emit(VEXOpcode(0xF7, map: 2, prefix: 2), destination.rawValue, count.rawValue, source.rawValue)
  }

  /// Leaves the flags as they are. Of BMI2.
  @inline(__always)
  package mutating func shrx32(_ destination: HostRegister, _ source: HostRegister, by count: HostRegister) {
    emit(VEXOpcode(0xF7, map: 2, prefix: 3), destination.rawValue, count.rawValue, source.rawValue)
  }

  /// Rotates to the right and leaves the flags as they are. Of BMI2.
  @inline(__always)
  package mutating func rorx32(_ destination: HostRegister, _ source: HostRegister, by count: UInt8) {
    emit(VEXOpcode(0xF0, map: 3, prefix: 3), destination.rawValue, 0, source.rawValue)
    put(immediate: count)
  }

  // MARK: - One operand

  @inline(__always)
  package mutating func not32(_ register: HostRegister) { emit(.one(0xF7), 2, register: register.rawValue) }

  @inline(__always)
  package mutating func neg32(_ register: HostRegister) { emit(.one(0xF7), 3, register: register.rawValue) }

  @inline(__always)
  package mutating func bswap32(_ register: HostRegister) { emit(.two(0xC8), inOpcode: register.rawValue) }

  /// Of LZCNT; a host without it does something else.
  @inline(__always)
  package mutating func lzcnt32(_ destination: HostRegister, _ source: HostRegister) {
    emit(.two(0xBD, .pF3), destination.rawValue, register: source.rawValue)
  }

  /// Of BMI1; a host without it does something else.
  @inline(__always)
  package mutating func tzcnt32(_ destination: HostRegister, _ source: HostRegister) {
    emit(.two(0xBC, .pF3), destination.rawValue, register: source.rawValue)
  }

  /// Of POPCNT.
  @inline(__always)
  package mutating func popcnt32(_ destination: HostRegister, _ source: HostRegister) {
    emit(.two(0xB8, .pF3), destination.rawValue, register: source.rawValue)
  }
}
