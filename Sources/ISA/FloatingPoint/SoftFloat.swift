/// Floating-point arithmetic with integers only: every operation that rounds, in every rounding mode, with its flags.
///
/// Exact and portable; the reference for `FloatUnit`, and what it falls back to. Results and flags are those of IEEE
/// 754-2008 as the unprivileged specification refines it: NaN results are canonical, and tininess is detected after
/// rounding. `flags` accrues: bits are only ever set in it.
public enum SoftFloat {
  /// a + b.
  @inlinable @inline(never)
  public static func add<F: FloatFormat>(
    _ a: F, _ b: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    if a.isNaN || b.isNaN { return nan(signaling: a.isSignalingNaN || b.isSignalingNaN, &flags) }
    if a.isInfinite {
      return b.isInfinite && a != b ? invalid(&flags) : a
    }
    if b.isInfinite { return b }
    if a.isZero { return b.isZero ? sumOfZeros(a, b, rounding) : b }
    if b.isZero { return a }
    let swap = a.absolute < b.absolute
    let large = UnpackedFloat(swap ? b : a)
    let small = UnpackedFloat(swap ? a : b)
    // One bit is given up to the carry; jamming leaves the answer on the right side of every rounding boundary because
    // at most one leading bit cancels once anything is shifted out.
    let addend = (small.significand &>> 1).shiftedRightJamming(by: large.exponent &- small.exponent)
    let augend = large.significand &>> 1
    let sum = large.isNegative == small.isNegative ? augend &+ addend : augend &- addend
    if sum == 0 { return exactZero(rounding) }
    return UnpackedFloat(isNegative: large.isNegative, exponent: large.exponent &+ 1, normalizing: sum)
      .pack(rounding, &flags)
  }

  /// a − b.
  @inlinable public static func subtract<F: FloatFormat>(
    _ a: F, _ b: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    add(a, b ^ F.signMask, rounding, &flags)
  }

  /// a × b.
  @inlinable @inline(never)
  public static func multiply<F: FloatFormat>(
    _ a: F, _ b: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    let sign = (a ^ b).sign
    if a.isNaN || b.isNaN { return nan(signaling: a.isSignalingNaN || b.isSignalingNaN, &flags) }
    if a.isInfinite || b.isInfinite { return a.isZero || b.isZero ? invalid(&flags) : sign | F.infinity }
    if a.isZero || b.isZero { return sign }
    let x = UnpackedFloat(a)
    let y = UnpackedFloat(b)
    return UnpackedFloat(
      isNegative: sign != 0, exponent: x.exponent &+ y.exponent &+ 1, normalizing: product(x, y)
    ).pack(rounding, &flags)
  }

  /// a ÷ b.
  @inlinable @inline(never)
  public static func divide<F: FloatFormat>(
    _ a: F, _ b: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    let sign = (a ^ b).sign
    if a.isNaN || b.isNaN { return nan(signaling: a.isSignalingNaN || b.isSignalingNaN, &flags) }
    if a.isInfinite { return b.isInfinite ? invalid(&flags) : sign | F.infinity }
    if b.isInfinite { return sign }
    if b.isZero {
      if a.isZero { return invalid(&flags) }
      flags |= FloatFlag.divideByZero
      return sign | F.infinity
    }
    if a.isZero { return sign }
    let x = UnpackedFloat(a)
    let y = UnpackedFloat(b)
    // The dividend's high half is below 2^63 and the divisor is not: the quotient fits.
    let (quotient, remainder) = y.significand.dividingFullWidth((x.significand &>> 1, 0))
    return UnpackedFloat(
      isNegative: sign != 0, exponent: x.exponent &- y.exponent,
      normalizing: quotient | (remainder == 0 ? 0 : 1)
    ).pack(rounding, &flags)
  }

  /// The square root of a.
  @inlinable @inline(never)
  public static func squareRoot<F: FloatFormat>(
    _ a: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    if a.isNaN { return nan(signaling: a.isSignalingNaN, &flags) }
    if a.isZero { return a }
    if a.isNegative { return invalid(&flags) }
    if a.isInfinite { return a }
    let x = UnpackedFloat(a)
    // The radicand in [1, 4) and its root in [1, 2), both with 60 fraction bits. One bit of root is found per step,
    // `divisor` being twice the root so far; bits beyond the guard bit only matter as a remainder that is not zero.
    let isOdd = x.exponent & 1 != 0
    var remainder = x.significand &>> (isOdd ? 2 : 3)
    var divisor: UInt64 = 0
    var root: UInt64 = 0
    var bit: UInt64 = 1 &<< 60
    let last = bit &>> UInt64(truncatingIfNeeded: F.fractionBits &+ 1)
    while bit >= last {
      let trial = divisor &+ bit
      if trial <= remainder {
        remainder &-= trial
        divisor = trial &+ bit
        root |= bit
      }
      remainder &<<= 1
      bit &>>= 1
    }
    return UnpackedFloat(
      isNegative: false, exponent: x.exponent &>> 1, significand: root &<< 3 | (remainder == 0 ? 0 : 1)
    ).pack(rounding, &flags)
  }

  /// a × b + c, rounded once.
  @inlinable @inline(never)
  public static func fusedMultiplyAdd<F: FloatFormat>(
    _ a: F, _ b: F, _ c: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    // Infinity times zero is invalid even when the addend is a quiet NaN.
    if (a.isInfinite && b.isZero) || (a.isZero && b.isInfinite) { return invalid(&flags) }
    if a.isNaN || b.isNaN || c.isNaN {
      return nan(signaling: a.isSignalingNaN || b.isSignalingNaN || c.isSignalingNaN, &flags)
    }
    let sign = (a ^ b).sign
    if a.isInfinite || b.isInfinite {
      return c.isInfinite && c.sign != sign ? invalid(&flags) : sign | F.infinity
    }
    if c.isInfinite { return c }
    if a.isZero || b.isZero { return c.isZero ? sumOfZeros(sign, c, rounding) : c }
    let x = UnpackedFloat(a)
    let y = UnpackedFloat(b)
    let product = product(x, y)
    let exponent = x.exponent &+ y.exponent &+ 1
    if c.isZero {
      return UnpackedFloat(isNegative: sign != 0, exponent: exponent, normalizing: product).pack(rounding, &flags)
    }
    return sum(isNegative: sign != 0, exponent, product, UnpackedFloat(c), rounding, &flags)
  }

  /// Adds c to the product significand × 2^(exponent − 127).
  @inlinable static func sum<F: FloatFormat>(
    isNegative: Bool, _ exponent: Int32, _ product: UInt128, _ c: UnpackedFloat, _ rounding: RoundingMode,
    _ flags: inout UInt32
  ) -> F {
    let addend = UInt128(c.significand) &<< 64
    // With leading ones at the top, the larger exponent has the larger magnitude, or nearly so. Both operands have more
    // than two trailing zeros: halving them for the carry loses nothing.
    let zeros = Int32(truncatingIfNeeded: product.leadingZeroBitCount)
    let productTop = exponent &- zeros
    let first = (product &<< UInt128(truncatingIfNeeded: zeros)) &>> 1
    let second = addend &>> 1
    let distance = productTop &- c.exponent
    let productIsLarger = distance > 0 || (distance == 0 && first >= second)
    let large = productIsLarger ? first : second
    let small = (productIsLarger ? second : first).shiftedRightJamming(by: distance < 0 ? 0 &- distance : distance)
    let total = isNegative == c.isNegative ? large &+ small : large &- small
    if total == 0 { return exactZero(rounding) }
    return UnpackedFloat(
      isNegative: productIsLarger ? isNegative : c.isNegative,
      exponent: (productIsLarger ? productTop : c.exponent) &+ 1, normalizing: total
    ).pack(rounding, &flags)
  }

  /// The exact product of two significands, which has its leading one in bit 127 or 126.
  @inlinable static func product(_ x: UnpackedFloat, _ y: UnpackedFloat) -> UInt128 {
    UInt128(x.significand) &* UInt128(y.significand)
  }
}

extension SoftFloat {
  /// The result of an invalid operation.
  @inlinable static func invalid<F: FloatFormat>(_ flags: inout UInt32) -> F {
    flags |= FloatFlag.invalid
    return F.canonicalNaN
  }

  /// The result of an operation on a NaN, invalid if one of its operands was a signalling one.
  @inlinable static func nan<F: FloatFormat>(signaling: Bool, _ flags: inout UInt32) -> F {
    if signaling { flags |= FloatFlag.invalid }
    return F.canonicalNaN
  }

  /// The sum of two numbers that cancel.
  @inlinable static func exactZero<F: FloatFormat>(_ rounding: RoundingMode) -> F {
    rounding == .down ? F.signMask : 0
  }

  @inlinable static func sumOfZeros<F: FloatFormat>(_ a: F, _ b: F, _ rounding: RoundingMode) -> F {
    a.sign == b.sign ? a.sign : exactZero(rounding)
  }
}
