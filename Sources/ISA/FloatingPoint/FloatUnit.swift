/// The floating-point unit of a hart: the F and D extensions' arithmetic on bit patterns, `UInt32` for single precision
/// and `UInt64` for double (the unprivileged specification, chapters "F" and "D").
///
/// `flags` is the accrued `fflags` value: operations only ever set bits in it.
public enum FloatUnit {
  /// FADD: a + b.
  @inlinable @inline(__always)
  public static func add<F: FloatFormat>(
    _ a: F, _ b: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    SoftFloat.add(a, b, rounding, &flags)
  }

  /// FSUB: a − b.
  @inlinable @inline(__always)
  public static func subtract<F: FloatFormat>(
    _ a: F, _ b: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    add(a, b ^ F.signMask, rounding, &flags)
  }

  /// FMUL: a × b.
  @inlinable @inline(__always)
  public static func multiply<F: FloatFormat>(
    _ a: F, _ b: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    SoftFloat.multiply(a, b, rounding, &flags)
  }

  /// FDIV: a ÷ b.
  @inlinable @inline(__always)
  public static func divide<F: FloatFormat>(
    _ a: F, _ b: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    SoftFloat.divide(a, b, rounding, &flags)
  }

  /// FSQRT: the square root of a.
  @inlinable @inline(__always)
  public static func squareRoot<F: FloatFormat>(
    _ a: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    SoftFloat.squareRoot(a, rounding, &flags)
  }

  /// FMADD: a × b + c, rounded once.
  @inlinable @inline(__always)
  public static func fusedMultiplyAdd<F: FloatFormat>(
    _ a: F, _ b: F, _ c: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    SoftFloat.fusedMultiplyAdd(a, b, c, rounding, &flags)
  }

  /// FMSUB: a × b − c, rounded once.
  @inlinable @inline(__always)
  public static func fusedMultiplySubtract<F: FloatFormat>(
    _ a: F, _ b: F, _ c: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    fusedMultiplyAdd(a, b, c ^ F.signMask, rounding, &flags)
  }

  /// FNMSUB: −(a × b) + c, rounded once.
  @inlinable @inline(__always)
  public static func fusedNegatedMultiplySubtract<F: FloatFormat>(
    _ a: F, _ b: F, _ c: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    fusedMultiplyAdd(a ^ F.signMask, b, c, rounding, &flags)
  }

  /// FNMADD: −(a × b) − c, rounded once.
  @inlinable @inline(__always)
  public static func fusedNegatedMultiplyAdd<F: FloatFormat>(
    _ a: F, _ b: F, _ c: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    fusedMultiplyAdd(a ^ F.signMask, b, c ^ F.signMask, rounding, &flags)
  }
}
