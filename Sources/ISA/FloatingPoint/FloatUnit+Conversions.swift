/// Conversions between the two formats and 32-bit integers.
extension FloatUnit {
  /// FCVT.D.S: always exact; NaN becomes the canonical one.
  @inlinable @inline(__always)
  public static func toDouble(_ a: UInt32, _ flags: inout UInt32) -> UInt64 {
    a.isNaN ? SoftFloat.convert(a, .nearestEven, &flags) : a.wide.bitPattern
  }

  /// FCVT.S.D.
  @inlinable @inline(__always)
  public static func toSingle(_ a: UInt64, _ rounding: RoundingMode, _ flags: inout UInt32) -> UInt32 {
    let single = UInt32(nearest: a.host)
    if single.isOrdinary && (single.wide == a.host || hostSuffices(rounding, flags)) { return single }
    return SoftFloat.convert(a, rounding, &flags)
  }

  /// FCVT.W: the nearest two's complement integer. Numbers out of range are invalid and saturate; NaN gives 0x7FFFFFFF.
  @inlinable @inline(__always)
  public static func toSignedWord<F: FloatFormat>(
    _ a: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> UInt32 {
    let number = a.wide
    if number > -0x1.00000002p31 && number < 0x1p31 {
      let word = Int32(number)
      let isExact = Double(word) == number
      if isExact || rounding == .towardZero {
        flags |= isExact ? 0 : FloatFlag.inexact
        return UInt32(bitPattern: word)
      }
    }
    return SoftFloat.toSignedWord(a, rounding, &flags)
  }

  /// FCVT.WU: the nearest unsigned integer. Numbers out of range are invalid and saturate; NaN gives 0xFFFFFFFF.
  @inlinable @inline(__always)
  public static func toUnsignedWord<F: FloatFormat>(
    _ a: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> UInt32 {
    let number = a.wide
    if number > -1 && number < 0x1p32 {
      let word = UInt32(number)
      let isExact = Double(word) == number
      if isExact || rounding == .towardZero {
        flags |= isExact ? 0 : FloatFlag.inexact
        return word
      }
    }
    return SoftFloat.toUnsignedWord(a, rounding, &flags)
  }

  /// FCVT from W: the number nearest to a two's complement integer.
  @inlinable @inline(__always)
  public static func fromSignedWord<F: FloatFormat>(
    _ word: UInt32, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    let exact = Double(Int32(bitPattern: word))
    let nearest = F(nearest: exact)
    if nearest.wide == exact || hostSuffices(rounding, flags) { return nearest }
    return SoftFloat.fromSignedWord(word, rounding, &flags)
  }

  /// FCVT from WU: the number nearest to an unsigned integer.
  @inlinable @inline(__always)
  public static func fromUnsignedWord<F: FloatFormat>(
    _ word: UInt32, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    let exact = Double(word)
    let nearest = F(nearest: exact)
    if nearest.wide == exact || hostSuffices(rounding, flags) { return nearest }
    return SoftFloat.fromUnsignedWord(word, rounding, &flags)
  }
}
