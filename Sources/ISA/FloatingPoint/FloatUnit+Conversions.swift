/// Conversions between the two formats and 32-bit integers.
extension FloatUnit {
  /// FCVT.D.S: always exact; NaN becomes the canonical one.
  @inlinable @inline(__always)
  public static func toDouble(_ a: UInt32, _ flags: inout UInt32) -> UInt64 {
    SoftFloat.convert(a, .nearestEven, &flags)
  }

  /// FCVT.S.D.
  @inlinable @inline(__always)
  public static func toSingle(_ a: UInt64, _ rounding: RoundingMode, _ flags: inout UInt32) -> UInt32 {
    SoftFloat.convert(a, rounding, &flags)
  }

  /// FCVT.W: the nearest two's complement integer. Numbers out of range are invalid and saturate; NaN gives 0x7FFFFFFF.
  @inlinable @inline(__always)
  public static func toSignedWord<F: FloatFormat>(
    _ a: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> UInt32 {
    SoftFloat.toSignedWord(a, rounding, &flags)
  }

  /// FCVT.WU: the nearest unsigned integer. Numbers out of range are invalid and saturate; NaN gives 0xFFFFFFFF.
  @inlinable @inline(__always)
  public static func toUnsignedWord<F: FloatFormat>(
    _ a: F, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> UInt32 {
    SoftFloat.toUnsignedWord(a, rounding, &flags)
  }

  /// FCVT from W: the number nearest to a two's complement integer.
  @inlinable @inline(__always)
  public static func fromSignedWord<F: FloatFormat>(
    _ word: UInt32, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    SoftFloat.fromSignedWord(word, rounding, &flags)
  }

  /// FCVT from WU: the number nearest to an unsigned integer.
  @inlinable @inline(__always)
  public static func fromUnsignedWord<F: FloatFormat>(
    _ word: UInt32, _ rounding: RoundingMode, _ flags: inout UInt32
  ) -> F {
    SoftFloat.fromUnsignedWord(word, rounding, &flags)
  }
}
