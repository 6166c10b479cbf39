/// Scalar floats in vector registers. Unless told otherwise the destination's upper bits stay as they are.
extension Assembler {
  // MARK: - Moves

  /// All 128 bits.
  @inline(__always)
  package mutating func moveFloat(_ destination: VectorRegister, _ source: VectorRegister) {
    emit(.two(0x28), destination.rawValue, register: source.rawValue)
  }

  /// Zeroes the upper bits.
  @inline(__always)
  package mutating func loadFloat(_ width: HostFloatWidth, _ destination: VectorRegister, _ address: HostAddress) {
    emit(.scalar(0x10, width), destination.rawValue, address)
  }

  @inline(__always)
  package mutating func storeFloat(_ width: HostFloatWidth, _ address: HostAddress, _ source: VectorRegister) {
    emit(.scalar(0x11, width), source.rawValue, address)
  }

  /// The bits of a float: 32 or 64. Zeroes the upper bits.
  @inline(__always)
  package mutating func moveBits(_ width: HostFloatWidth, _ destination: VectorRegister, _ source: HostRegister) {
    emit(.two(0x6E, .p66, isWide: width == .double), destination.rawValue, register: source.rawValue)
  }

  /// The bits of a float: 32 or 64. Zeroes the upper bits.
  @inline(__always)
  package mutating func moveBits(_ width: HostFloatWidth, _ destination: HostRegister, _ source: VectorRegister) {
    emit(.two(0x7E, .p66, isWide: width == .double), source.rawValue, register: destination.rawValue)
  }

  // MARK: - Arithmetic

  @inline(__always)
  package mutating func float(
    _ operation: HostFloatArithmetic, _ width: HostFloatWidth, _ destination: VectorRegister, _ source: VectorRegister
  ) {
    emit(.scalar(operation.rawValue, width), destination.rawValue, register: source.rawValue)
  }

  @inline(__always)
  package mutating func float(
    _ operation: HostFloatArithmetic, _ width: HostFloatWidth, _ destination: VectorRegister, _ source: HostAddress
  ) {
    emit(.scalar(operation.rawValue, width), destination.rawValue, source)
  }

  /// Takes the upper bits of `first`. Of AVX.
  @inline(__always)
  package mutating func float(
    _ operation: HostFloatArithmetic, _ width: HostFloatWidth, _ destination: VectorRegister, _ first: VectorRegister,
    _ second: VectorRegister
  ) {
    let code = VEXOpcode(operation.rawValue, map: 1, prefix: width == .single ? 2 : 3)
    emit(code, destination.rawValue, first.rawValue, second.rawValue)
  }

  /// The destination is an operand too. Of FMA.
  @inline(__always)
  package mutating func fused(
    _ operation: HostFusedArithmetic, _ width: HostFloatWidth, _ destination: VectorRegister,
    _ second: VectorRegister, _ third: VectorRegister
  ) {
    let code = VEXOpcode(operation.rawValue, map: 2, prefix: 1, isWide: width == .double)
    emit(code, destination.rawValue, second.rawValue, third.rawValue)
  }

  @inline(__always)
  package mutating func squareRoot(
    _ width: HostFloatWidth, _ destination: VectorRegister, _ source: VectorRegister
  ) {
    emit(.scalar(0x51, width), destination.rawValue, register: source.rawValue)
  }

  /// Sets zero, parity and carry: all for unordered, none for greater, carry for less, zero for equal.
  @inline(__always)
  package mutating func compareFloats(_ width: HostFloatWidth, _ first: VectorRegister, _ second: VectorRegister) {
    emit(.two(0x2E, width == .single ? .none : .p66), first.rawValue, register: second.rawValue)
  }

  /// The same with a float in memory.
  @inline(__always)
  package mutating func compareFloats(_ width: HostFloatWidth, _ first: VectorRegister, _ second: HostAddress) {
    emit(.two(0x2E, width == .single ? .none : .p66), first.rawValue, second)
  }

  @inline(__always)
  package mutating func logic(
    _ operation: HostFloatLogic, _ destination: VectorRegister, _ source: VectorRegister
  ) {
    emit(.two(operation.rawValue), destination.rawValue, register: source.rawValue)
  }

  /// - Parameter source: 16 bytes, aligned.
  @inline(__always)
  package mutating func logic(
    _ operation: HostFloatLogic, _ destination: VectorRegister, _ source: HostAddress
  ) {
    emit(.two(operation.rawValue), destination.rawValue, source)
  }

  // MARK: - Conversions

  /// From `width` to the other.
  @inline(__always)
  package mutating func convertFloat(
    from width: HostFloatWidth, _ destination: VectorRegister, _ source: VectorRegister
  ) {
    emit(.scalar(0x5A, width), destination.rawValue, register: source.rawValue)
  }

  /// To a float of a signed integer of 32 bits.
  @inline(__always)
  package mutating func convertInteger32(
    _ width: HostFloatWidth, _ destination: VectorRegister, _ source: HostRegister
  ) {
    emit(.scalar(0x2A, width), destination.rawValue, register: source.rawValue)
  }

  /// To a float of a signed integer of 64 bits.
  @inline(__always)
  package mutating func convertInteger64(
    _ width: HostFloatWidth, _ destination: VectorRegister, _ source: HostRegister
  ) {
    emit(.scalar(0x2A, width, isWide: true), destination.rawValue, register: source.rawValue)
  }

  /// To a signed integer of 32 bits, of which only the highest is set where none is right.
  ///
  /// - Parameter truncates: whether to round towards zero, not as MXCSR says.
  @inline(__always)
  package mutating func convertToInteger32(
    _ width: HostFloatWidth, _ destination: HostRegister, _ source: VectorRegister, truncates: Bool
  ) {
    emit(.scalar(truncates ? 0x2C : 0x2D, width), destination.rawValue, register: source.rawValue)
  }

  /// The same to 64 bits.
  @inline(__always)
  package mutating func convertToInteger64(
    _ width: HostFloatWidth, _ destination: HostRegister, _ source: VectorRegister, truncates: Bool
  ) {
    emit(.scalar(truncates ? 0x2C : 0x2D, width, isWide: true), destination.rawValue, register: source.rawValue)
  }

  // MARK: - Control and status

  /// Loads rounding mode, masks and flags.
  @inline(__always)
  package mutating func ldmxcsr(_ address: HostAddress) { emit(.two(0xAE), 2, address) }

  /// Stores rounding mode, masks and flags.
  @inline(__always)
  package mutating func stmxcsr(_ address: HostAddress) { emit(.two(0xAE), 3, address) }
}
