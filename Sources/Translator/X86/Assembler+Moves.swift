extension Assembler {
  // MARK: - Registers

  @inline(__always)
  package mutating func mov32(_ destination: HostRegister, _ source: HostRegister) {
    emit(.one(0x89), source.rawValue, register: destination.rawValue)
  }

  @inline(__always)
  package mutating func mov64(_ destination: HostRegister, _ source: HostRegister) {
    emit(.one(0x89, isWide: true), source.rawValue, register: destination.rawValue)
  }

  /// Leaves the flags as they are, whatever the value.
  @inline(__always)
  package mutating func mov32(_ destination: HostRegister, _ value: Int32) {
    emit(.one(0xB8), inOpcode: destination.rawValue)
    put(immediate: value)
  }

  @_disfavoredOverload @inline(__always)
  package mutating func mov32(_ destination: HostRegister, _ value: UInt32) {
    mov32(destination, Int32(bitPattern: value))
  }

  /// Leaves the flags as they are. Of 5, 7 or 10 bytes.
  package mutating func mov64(_ destination: HostRegister, _ value: UInt64) {
    if value <= UInt64(UInt32.max) {
      mov32(destination, UInt32(truncatingIfNeeded: value))
    } else if let short = Int32(exactly: Int64(bitPattern: value)) {
      emit(.one(0xC7, isWide: true), 0, register: destination.rawValue)
      put(immediate: short)
    } else {
      emit(.one(0xB8, isWide: true), inOpcode: destination.rawValue)
      put(immediate: value)
    }
  }

  /// The lowest byte, zero extended.
  @inline(__always)
  package mutating func movzx8(_ destination: HostRegister, _ source: HostRegister) {
    emit(.two(0xB6), destination.rawValue, register: source.rawValue, needsREX: source.hasByteOnlyWithREX)
  }

  /// The lower half, zero extended.
  @inline(__always)
  package mutating func movzx16(_ destination: HostRegister, _ source: HostRegister) {
    emit(.two(0xB7), destination.rawValue, register: source.rawValue)
  }

  /// The lowest byte, sign extended to 32 bits.
  @inline(__always)
  package mutating func movsx8(_ destination: HostRegister, _ source: HostRegister) {
    emit(.two(0xBE), destination.rawValue, register: source.rawValue, needsREX: source.hasByteOnlyWithREX)
  }

  /// The lower half, sign extended to 32 bits.
  @inline(__always)
  package mutating func movsx16(_ destination: HostRegister, _ source: HostRegister) {
    emit(.two(0xBF), destination.rawValue, register: source.rawValue)
  }

  /// 32 bits, sign extended to 64.
  @inline(__always)
  package mutating func movsx32to64(_ destination: HostRegister, _ source: HostRegister) {
    emit(.one(0x63, isWide: true), destination.rawValue, register: source.rawValue)
  }

  @inline(__always)
  package mutating func cmov32(_ condition: HostCondition, _ destination: HostRegister, _ source: HostRegister) {
    emit(.two(0x40 | condition.rawValue), destination.rawValue, register: source.rawValue)
  }

  /// Reads the memory whether or not the condition holds.
  @inline(__always)
  package mutating func cmov32(_ condition: HostCondition, _ destination: HostRegister, _ source: HostAddress) {
    emit(.two(0x40 | condition.rawValue), destination.rawValue, source)
  }

  /// Sets the lowest byte to 1 or 0 and leaves the others as they are.
  @inline(__always)
  package mutating func setcc8(_ condition: HostCondition, _ destination: HostRegister) {
    emit(
      .two(0x90 | condition.rawValue), 0, register: destination.rawValue, needsREX: destination.hasByteOnlyWithREX)
  }

  @inline(__always)
  package mutating func lea32(_ destination: HostRegister, _ address: HostAddress) {
    emit(.one(0x8D), destination.rawValue, address)
  }

  @inline(__always)
  package mutating func lea64(_ destination: HostRegister, _ address: HostAddress) {
    emit(.one(0x8D, isWide: true), destination.rawValue, address)
  }

  @inline(__always)
  package mutating func push64(_ register: HostRegister) { emit(.one(0x50), inOpcode: register.rawValue) }

  @inline(__always)
  package mutating func pop64(_ register: HostRegister) { emit(.one(0x58), inOpcode: register.rawValue) }

  // MARK: - Loads

  @inline(__always)
  package mutating func load32(_ destination: HostRegister, _ address: HostAddress) {
    emit(.one(0x8B), destination.rawValue, address)
  }

  @inline(__always)
  package mutating func load64(_ destination: HostRegister, _ address: HostAddress) {
    emit(.one(0x8B, isWide: true), destination.rawValue, address)
  }

  @inline(__always)
  package mutating func loadZero8(_ destination: HostRegister, _ address: HostAddress) {
    emit(.two(0xB6), destination.rawValue, address)
  }

  @inline(__always)
  package mutating func loadZero16(_ destination: HostRegister, _ address: HostAddress) {
    emit(.two(0xB7), destination.rawValue, address)
  }

  @inline(__always)
  package mutating func loadSigned8(_ destination: HostRegister, _ address: HostAddress) {
    emit(.two(0xBE), destination.rawValue, address)
  }

  @inline(__always)
  package mutating func loadSigned16(_ destination: HostRegister, _ address: HostAddress) {
    emit(.two(0xBF), destination.rawValue, address)
  }

  /// Sign extended to 64 bits.
  @inline(__always)
  package mutating func loadSigned32to64(_ destination: HostRegister, _ address: HostAddress) {
    emit(.one(0x63, isWide: true), destination.rawValue, address)
  }

  // MARK: - Stores

  @inline(__always)
  package mutating func store8(_ address: HostAddress, _ source: HostRegister) {
    emit(.one(0x88), source.rawValue, address, needsREX: source.hasByteOnlyWithREX)
  }

  @inline(__always)
  package mutating func store16(_ address: HostAddress, _ source: HostRegister) {
    emit(.one(0x89, .p66), source.rawValue, address)
  }

  @inline(__always)
  package mutating func store32(_ address: HostAddress, _ source: HostRegister) {
    emit(.one(0x89), source.rawValue, address)
  }

  @inline(__always)
  package mutating func store64(_ address: HostAddress, _ source: HostRegister) {
    emit(.one(0x89, isWide: true), source.rawValue, address)
  }

  /// Stores the lowest byte of `value`.
  @inline(__always)
  package mutating func store8(_ address: HostAddress, _ value: Int32) {
    emit(.one(0xC6), 0, address)
    put(immediate: UInt8(truncatingIfNeeded: value))
  }

  /// Stores the lower half of `value`.
  @inline(__always)
  package mutating func store16(_ address: HostAddress, _ value: Int32) {
    emit(.one(0xC7, .p66), 0, address)
    put(immediate: UInt16(truncatingIfNeeded: value))
  }

  @inline(__always)
  package mutating func store32(_ address: HostAddress, _ value: Int32) {
    emit(.one(0xC7), 0, address)
    put(immediate: value)
  }

  @_disfavoredOverload @inline(__always)
  package mutating func store32(_ address: HostAddress, _ value: UInt32) {
    store32(address, Int32(bitPattern: value))
  }

  /// Stores `value`, sign extended.
  @inline(__always)
  package mutating func store64(_ address: HostAddress, _ value: Int32) {
    emit(.one(0xC7, isWide: true), 0, address)
    put(immediate: value)
  }
}

extension HostRegister {
  /// Whether its lowest byte wants a REX prefix: without, the numbers of rsp to rdi mean other bytes.
  @inline(__always)
  var hasByteOnlyWithREX: Bool { rawValue >= 4 }
}
