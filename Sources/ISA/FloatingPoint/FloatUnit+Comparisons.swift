/// Operations that look at numbers without rounding: comparisons, minimum and maximum, sign injection, classification.
extension FloatUnit {
  /// FEQ: 1 if equal, else 0. Quiet: only signalling NaNs are invalid.
  @inlinable @inline(__always)
  public static func equal<F: FloatFormat>(_ a: F, _ b: F, _ flags: inout UInt32) -> UInt32 {
    if a.isNaN || b.isNaN {
      if a.isSignalingNaN || b.isSignalingNaN { flags |= FloatFlag.invalid }
      return 0
    }
    return a == b || (a | b).isZero ? 1 : 0
  }

  /// FLT: 1 if a < b, else 0. Signalling: every NaN is invalid.
  @inlinable @inline(__always)
  public static func less<F: FloatFormat>(_ a: F, _ b: F, _ flags: inout UInt32) -> UInt32 {
    if a.isNaN || b.isNaN {
      flags |= FloatFlag.invalid
      return 0
    }
    return a.ordered < b.ordered ? 1 : 0
  }

  /// FLE: 1 if a ≤ b, else 0. Signalling: every NaN is invalid.
  @inlinable @inline(__always)
  public static func lessOrEqual<F: FloatFormat>(_ a: F, _ b: F, _ flags: inout UInt32) -> UInt32 {
    if a.isNaN || b.isNaN {
      flags |= FloatFlag.invalid
      return 0
    }
    return a.ordered <= b.ordered ? 1 : 0
  }

  /// FMIN: the smaller number, −0 counting as smaller than +0. A NaN yields to a number; signalling ones are invalid.
  @inlinable @inline(__always)
  public static func minimum<F: FloatFormat>(_ a: F, _ b: F, _ flags: inout UInt32) -> F {
    if a.isNaN || b.isNaN { return numberOrNaN(a, b, &flags) }
    return a.isSmaller(than: b) ? a : b
  }

  /// FMAX: the larger number, −0 counting as smaller than +0. A NaN yields to a number; signalling ones are invalid.
  @inlinable @inline(__always)
  public static func maximum<F: FloatFormat>(_ a: F, _ b: F, _ flags: inout UInt32) -> F {
    if a.isNaN || b.isNaN { return numberOrNaN(a, b, &flags) }
    return a.isSmaller(than: b) ? b : a
  }

  /// The minimum and maximum where one of the operands is a NaN.
  @inlinable static func numberOrNaN<F: FloatFormat>(_ a: F, _ b: F, _ flags: inout UInt32) -> F {
    if a.isSignalingNaN || b.isSignalingNaN { flags |= FloatFlag.invalid }
    return if !a.isNaN { a } else if !b.isNaN { b } else { F.canonicalNaN }
  }

  /// FSGNJ: a with the sign of b.
  @inlinable @inline(__always)
  public static func signInject<F: FloatFormat>(_ a: F, _ b: F) -> F { a.absolute | b.sign }

  /// FSGNJN: a with the opposite of b's sign.
  @inlinable @inline(__always)
  public static func signInjectNegated<F: FloatFormat>(_ a: F, _ b: F) -> F { a.absolute | (b ^ F.signMask).sign }

  /// FSGNJX: a with the exclusive or of both signs.
  @inlinable @inline(__always)
  public static func signInjectXor<F: FloatFormat>(_ a: F, _ b: F) -> F { a ^ b.sign }

  /// FCLASS: one bit of ten, from −∞ in bit 0 to +∞ in bit 7, then the signalling and the quiet NaN.
  @inlinable public static func classify<F: FloatFormat>(_ a: F) -> UInt32 {
    if a.isNaN { return a.isSignalingNaN ? 1 << 8 : 1 << 9 }
    let rank: UInt32 =
      if a.isZero { 0 } else if a.absolute < F.hiddenBit { 1 } else if !a.isInfinite { 2 } else { 3 }
    return 1 &<< (a.isNegative ? 3 &- rank : 4 &+ rank)
  }
}

extension FloatFormat {
  /// An integer that compares as the number does, both zeros being equal. Not for NaN.
  @inlinable var ordered: Signed {
    let magnitude = Signed(truncatingIfNeeded: absolute)
    return isNegative ? 0 &- magnitude : magnitude
  }

  /// Whether the number is smaller, −0 counting as smaller than +0. Not for NaN.
  @inlinable func isSmaller(than other: Self) -> Bool {
    let isNegative = isNegative
    if isNegative != other.isNegative { return isNegative }
    return isNegative ? self > other : self < other
  }
}
