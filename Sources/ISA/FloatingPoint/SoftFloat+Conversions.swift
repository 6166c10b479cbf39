/// Conversions between the two formats and 32-bit integers.
extension SoftFloat {
  /// From one format to another, rounding where the destination is narrower.
  @inlinable @inline(never)
  public static func convert<From: FloatFormat, To: FloatFormat>(
    _ a: From, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> To {
    if a.isNaN { return nan(signaling: a.isSignalingNaN, &flags) }
    if a.isInfinite { return a.isNegative ? To.signMask | To.infinity : To.infinity }
    if a.isZero { return a.isNegative ? To.signMask : 0 }
    return UnpackedFloat(a).pack(rounding, &flags)
  }

  /// The integer nearest to `a` as the rounding mode has it, in two's complement. Numbers out of range and NaN are
  /// invalid and give the nearest representable integer, NaN counting as plus infinity.
  @inlinable @inline(never)
  public static func toSignedWord<F: FloatFormat>(
    _ a: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> UInt32 {
    toWord(a, rounding, &flags, lowest: 0x8000_0000, highest: 0x7FFF_FFFF)
  }

  /// The unsigned integer nearest to `a` as the rounding mode has it. Numbers out of range and NaN are invalid and give
  /// the nearest representable integer, NaN counting as plus infinity.
  @inlinable @inline(never)
  public static func toUnsignedWord<F: FloatFormat>(
    _ a: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> UInt32 {
    toWord(a, rounding, &flags, lowest: 0, highest: 0xFFFF_FFFF)
  }

  /// - Parameters:
  ///   - lowest: The magnitude of the lowest integer, which is also its pattern.
  ///   - highest: The highest integer.
  @inlinable static func toWord<F: FloatFormat>(
    _ a: F, _ rounding: RoundingMode, _ flags: inout UInt32, lowest: UInt32, highest: UInt32
  ) -> UInt32 {
    if a.isZero { return 0 }
    let isNegative = a.isNegative && !a.isNaN
    let limit = isNegative ? lowest : highest
    let value = UnpackedFloat(a)
    // NaN and infinity unpack to exponents beyond any integer.
    if value.exponent < 32 {
      // 32 integer bits, then 32 fraction bits.
      let fixed = value.significand.shiftedRightJamming(by: 31 &- value.exponent)
      let discarded = fixed & 0xFFFF_FFFF
      let kept = fixed &>> 32
      let increments = rounding.increments(
        discarded: discarded, half: 0x8000_0000, isOdd: kept & 1 != 0, isNegative: isNegative)
      let magnitude = increments ? kept &+ 1 : kept
      if magnitude <= UInt64(limit) {
        if discarded != 0 { flags |= FloatFlag.inexact }
        let word = UInt32(truncatingIfNeeded: magnitude)
        return isNegative ? 0 &- word : word
      }
    }
    flags |= FloatFlag.invalid
    return limit
  }

  /// The number nearest to a two's complement integer.
  @inlinable @inline(never)
  public static func fromSignedWord<F: FloatFormat>(
    _ word: UInt32, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    let isNegative = word & 0x8000_0000 != 0
    return fromMagnitude(isNegative ? 0 &- word : word, isNegative: isNegative, rounding, &flags)
  }

  /// The number nearest to an unsigned integer.
  @inlinable @inline(never)
  public static func fromUnsignedWord<F: FloatFormat>(
    _ word: UInt32, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    fromMagnitude(word, isNegative: false, rounding, &flags)
  }

  @inlinable static func fromMagnitude<F: FloatFormat>(
    _ magnitude: UInt32, isNegative: Bool, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    if magnitude == 0 { return 0 }
    return UnpackedFloat(isNegative: isNegative, exponent: 63, normalizing: UInt64(magnitude))
      .pack(rounding, &flags)
  }
}
