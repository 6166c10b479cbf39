/// A finite number other than zero: (−1)^isNegative × significand × 2^(exponent − 63), the significand's bit 63 set.
///
/// Wide enough for single and double precision alike, with at least eleven bits to spare. While a result is on its way to
/// `pack`, bit 0 of the significand is "sticky": set as well when anything below it is not zero.
@frozen @usableFromInline struct UnpackedFloat {
  @usableFromInline var isNegative: Bool
  @usableFromInline var exponent: Int32
  @usableFromInline var significand: UInt64

  @inlinable init(isNegative: Bool, exponent: Int32, significand: UInt64) {
    self.isNegative = isNegative
    self.exponent = exponent
    self.significand = significand
  }

  /// - Parameter pattern: Finite and not zero.
  @inlinable init<F: FloatFormat>(_ pattern: F) {
    let fraction = UInt64(truncatingIfNeeded: pattern & (F.hiddenBit &- 1))
    let field = Int32(truncatingIfNeeded: pattern.absolute &>> F(truncatingIfNeeded: F.fractionBits))
    let subnormal = field == 0
    self.init(
      isNegative: pattern.isNegative, exponent: (subnormal ? 1 : field) &- F.exponentBias &+ 63 &- F.fractionBits,
      normalizing: fraction | (subnormal ? 0 : UInt64(truncatingIfNeeded: F.hiddenBit)))
  }

  /// The number significand × 2^(exponent − 63), from a significand that is not zero but may have leading zeros.
  @inlinable init(isNegative: Bool, exponent: Int32, normalizing significand: UInt64) {
    let zeros = Int32(truncatingIfNeeded: significand.leadingZeroBitCount)
    self.init(
      isNegative: isNegative, exponent: exponent &- zeros,
      significand: significand &<< UInt64(truncatingIfNeeded: zeros))
  }

  /// The number significand × 2^(exponent − 127), from a significand that is not zero but may have leading zeros.
  @inlinable init(isNegative: Bool, exponent: Int32, normalizing significand: UInt128) {
    let zeros = Int32(truncatingIfNeeded: significand.leadingZeroBitCount)
    let normal = significand &<< UInt128(truncatingIfNeeded: zeros)
    let sticky: UInt64 = UInt64(truncatingIfNeeded: normal) == 0 ? 0 : 1
    self.init(
      isNegative: isNegative, exponent: exponent &- zeros,
      significand: UInt64(truncatingIfNeeded: normal &>> 64) | sticky)
  }

  /// The number in format `F`, rounded; raises `inexact`, `overflow` and `underflow` as needed.
  @inlinable func pack<F: FloatFormat>(_ rounding: RoundingMode, _ flags: inout UInt32) -> F {
    let spare = UInt64(truncatingIfNeeded: 63 &- F.fractionBits)
    let sign: F = isNegative ? F.signMask : 0
    let field = exponent &+ F.exponentBias
    let largestField = 2 &* F.exponentBias
    var significand = self.significand
    var isTiny = false
    if field < 1 {
      // Tininess is judged after rounding, as if exponents had no lower limit: a number just below the normal ones
      // escapes if it rounds up to them at full precision.
      isTiny = field < 0 || !rounded(significand, spare, rounding).carries
      significand = significand.shiftedRightJamming(by: 1 &- field)
    }
    let (kept, _, isExact) = rounded(significand, spare, rounding)
    if !isExact { flags |= isTiny ? FloatFlag.inexact | FloatFlag.underflow : FloatFlag.inexact }
    if field <= largestField {
      // The hidden bit adds one to the exponent field, and so does a significand that rounding carried to 2.
      let base = F(truncatingIfNeeded: field < 1 ? 0 : field &- 1) &<< F(truncatingIfNeeded: F.fractionBits)
      let magnitude = base &+ F(truncatingIfNeeded: kept)
      if magnitude < F.infinity { return sign | magnitude }
    }
    flags |= FloatFlag.overflow | FloatFlag.inexact
    return sign | (rounding.overflowsToInfinity(isNegative: isNegative) ? F.infinity : F.infinity &- 1)
  }

  /// A significand without its `spare` lowest bits, rounded.
  @inlinable func rounded(
    _ significand: UInt64, _ spare: UInt64, _ rounding: RoundingMode
  ) -> (kept: UInt64, carries: Bool, isExact: Bool) {
    let kept = significand &>> spare
    let discarded = significand & ((1 &<< spare) &- 1)
    let increments = rounding.increments(
      discarded: discarded, half: 1 &<< (spare &- 1), isOdd: kept & 1 != 0, isNegative: isNegative)
    let result = increments ? kept &+ 1 : kept
    return (result, result &>> (64 &- spare) != 0, discarded == 0)
  }
}

extension FixedWidthInteger where Self: UnsignedInteger {
  /// Shifted right, bit 0 also set if any one was shifted out.
  ///
  /// - Parameter count: Not negative; may exceed the width.
  @inlinable func shiftedRightJamming(by count: Int32) -> Self {
    if count >= Self.bitWidth { return self == 0 ? 0 : 1 }
    let shift = Self(truncatingIfNeeded: count)
    let kept = self &>> shift
    return kept &<< shift == self ? kept : kept | 1
  }
}
