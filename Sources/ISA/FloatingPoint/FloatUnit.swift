/// The floating-point unit of a hart: the F and D extensions' arithmetic on bit patterns, `UInt32` for single precision
/// and `UInt64` for double (the unprivileged specification, chapters "F" and "D").
///
/// `flags` is the accrued `fflags` value: operations only ever set bits in it.
///
/// Every operation has two tiers. Where the host's result is provably the guest's, flags included, it is taken from the
/// host, whose arithmetic rounds to nearest even: that is, where the result is in the ordinary range, so that `inexact` is
/// the only flag in question, and `inexact` either has accrued already or provably stays clear (`ExactFloat`). Everything
/// else is left to `SoftFloat`. The host's own flags and rounding mode are never touched.
public enum FloatUnit {
  /// Whether the host rounds as the guest asks, and whether a result is exact no longer matters.
  @inlinable @inline(__always)
  static func hostSuffices(_ rounding: RoundingMode, _ flags: UInt32) -> Bool {
    rounding == .nearestEven && flags & FloatFlag.inexact != 0
  }

  /// FADD: a + b.
  @inlinable @inline(__always)
  public static func add<F: FloatFormat>(
    _ a: F, _ b: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    if hostSuffices(rounding, flags) {
      // Sums do not underflow: those below the normal numbers are exact.
      let sum = F(host: a.host + b.host)
      if sum.isFinite { return sum }
    }
    return addExactly(a, b, rounding, &flags)
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
    if hostSuffices(rounding, flags) {
      let product = F(host: a.host * b.host)
      if product.isOrdinary { return product }
    }
    return multiplyExactly(a, b, rounding, &flags)
  }

  /// FDIV: a ÷ b.
  @inlinable @inline(__always)
  public static func divide<F: FloatFormat>(
    _ a: F, _ b: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    if hostSuffices(rounding, flags) {
      let quotient = F(host: a.host / b.host)
      if quotient.isOrdinary { return quotient }
    }
    return divideExactly(a, b, rounding, &flags)
  }

  /// FSQRT: the square root of a.
  @inlinable @inline(__always)
  public static func squareRoot<F: FloatFormat>(
    _ a: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    if hostSuffices(rounding, flags) {
      let root = F(host: a.host.squareRoot())
      if root.isOrdinary { return root }
    }
    return squareRootExactly(a, rounding, &flags)
  }

  /// FMADD: a × b + c, rounded once.
  @inlinable @inline(__always)
  public static func fusedMultiplyAdd<F: FloatFormat>(
    _ a: F, _ b: F, _ c: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    if hostSuffices(rounding, flags) {
      let sum = F(host: c.host.addingProduct(a.host, b.host))
      if sum.isOrdinary { return sum }
    }
    return fusedMultiplyAddExactly(a, b, c, rounding, &flags)
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

/// What the operations do when the host's result alone does not settle the flags.
extension FloatUnit {
  @inlinable @inline(never)
  static func addExactly<F: FloatFormat>(_ a: F, _ b: F, _ rounding: RoundingMode, _ flags: inout UInt32) -> F {
    if rounding == .nearestEven, let sum = ExactFloat.sum(a, b) { return sum }
    return SoftFloat.add(a, b, rounding, &flags)
  }

  @inlinable @inline(never)
  static func multiplyExactly<F: FloatFormat>(_ a: F, _ b: F, _ rounding: RoundingMode, _ flags: inout UInt32) -> F {
    ExactFloat.product(a, b) ?? SoftFloat.multiply(a, b, rounding, &flags)
  }

  @inlinable @inline(never)
  static func divideExactly<F: FloatFormat>(_ a: F, _ b: F, _ rounding: RoundingMode, _ flags: inout UInt32) -> F {
    ExactFloat.quotient(a, b) ?? SoftFloat.divide(a, b, rounding, &flags)
  }

  @inlinable @inline(never)
  static func squareRootExactly<F: FloatFormat>(_ a: F, _ rounding: RoundingMode, _ flags: inout UInt32) -> F {
    ExactFloat.squareRoot(a) ?? SoftFloat.squareRoot(a, rounding, &flags)
  }

  @inlinable @inline(never)
  static func fusedMultiplyAddExactly<F: FloatFormat>(
    _ a: F, _ b: F, _ c: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    if rounding == .nearestEven, let product = ExactFloat.product(a, b), let sum = ExactFloat.sum(product, c) {
      return sum
    }
    return SoftFloat.fusedMultiplyAdd(a, b, c, rounding, &flags)
  }
}
