/// What the words of the interpreter compute: the host's own arithmetic, kept free of everything that traps in Swift.
extension UInt32: GuestWord {
  @inlinable @inline(__always) public init(constant: UInt32) { self = constant }

  @inlinable @inline(__always) public func shiftedLeft(by count: UInt32) -> UInt32 { self &<< count }
  @inlinable @inline(__always) public func shiftedRight(by count: UInt32) -> UInt32 { self &>> count }
  @inlinable @inline(__always) public func arithmeticShiftedRight(by count: UInt32) -> UInt32 {
    UInt32(bitPattern: signed &>> Int32(bitPattern: count))
  }
  @inlinable @inline(__always) public func rotatedRight(by count: UInt32) -> UInt32 {
    self &>> count | self &<< (0 &- count)
  }

  @inlinable @inline(__always) public func equal(to other: UInt32) -> UInt32 { self == other ? 1 : 0 }
  @inlinable @inline(__always) public func lessSigned(than other: UInt32) -> UInt32 { signed < other.signed ? 1 : 0 }
  @inlinable @inline(__always) public func lessUnsigned(than other: UInt32) -> UInt32 { self < other ? 1 : 0 }
  @inlinable @inline(__always)
  public static func select(_ condition: UInt32, _ ifNotZero: UInt32, _ ifZero: UInt32) -> UInt32 {
    condition != 0 ? ifNotZero : ifZero
  }

  @inlinable @inline(__always) var signed: Int32 { Int32(bitPattern: self) }
}

extension UInt32 {
  @inlinable @inline(__always) public func multiplied(by other: UInt32) -> UInt32 { self &* other }
  @inlinable @inline(__always) public func multipliedHighSigned(by other: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: (Int64(signed) &* Int64(other.signed)) &>> 32)
  }
  @inlinable @inline(__always) public func multipliedHighUnsigned(by other: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: (UInt64(self) &* UInt64(other)) &>> 32)
  }
  @inlinable @inline(__always) public func multipliedHighSignedUnsigned(by other: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: (Int64(signed) &* Int64(other)) &>> 32)
  }

  // On overflow the reporting forms give what the specification wants: the dividend, and remainder zero.
  @inlinable @inline(__always) public func dividedSigned(by other: UInt32) -> UInt32 {
    other == 0 ? .max : UInt32(bitPattern: signed.dividedReportingOverflow(by: other.signed).partialValue)
  }
  @inlinable @inline(__always) public func dividedUnsigned(by other: UInt32) -> UInt32 {
    other == 0 ? .max : self / other
  }
  @inlinable @inline(__always) public func remainderSigned(by other: UInt32) -> UInt32 {
    other == 0 ? self : UInt32(bitPattern: signed.remainderReportingOverflow(dividingBy: other.signed).partialValue)
  }
  @inlinable @inline(__always) public func remainderUnsigned(by other: UInt32) -> UInt32 {
    other == 0 ? self : self % other
  }
}

extension UInt32 {
  @inlinable @inline(__always) public var leadingZeros: UInt32 { UInt32(truncatingIfNeeded: leadingZeroBitCount) }
  @inlinable @inline(__always) public var trailingZeros: UInt32 { UInt32(truncatingIfNeeded: trailingZeroBitCount) }
  @inlinable @inline(__always) public var populationCount: UInt32 { UInt32(truncatingIfNeeded: nonzeroBitCount) }
  @inlinable @inline(__always) public var signExtendedByte: UInt32 {
    UInt32(truncatingIfNeeded: Int8(truncatingIfNeeded: self))
  }
  @inlinable @inline(__always) public var signExtendedHalf: UInt32 {
    UInt32(truncatingIfNeeded: Int16(truncatingIfNeeded: self))
  }
  @inlinable @inline(__always) public var zeroExtendedHalf: UInt32 { self & 0xFFFF }
  @inlinable @inline(__always) public var bytesReversed: UInt32 { byteSwapped }
  /// Every byte that has a bit set becomes 0xFF.
  @inlinable @inline(__always) public var bytesOrCombined: UInt32 {
    // The top bit of each byte is set where the low seven, plus 0x7F, carry into it or it was set already.
    let flags = ((self & 0x7F7F_7F7F) &+ 0x7F7F_7F7F | self) & 0x8080_8080
    return (flags &>> 7) &* 0xFF
  }

  @inlinable @inline(__always) public func carrylessMultiplied(by other: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: carrylessProduct(other))
  }
  @inlinable @inline(__always) public func carrylessMultipliedHigh(by other: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: carrylessProduct(other) &>> 32)
  }
  @inlinable @inline(__always) public func carrylessMultipliedReversed(by other: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: carrylessProduct(other) &>> 31)
  }

  /// The 63-bit product of two polynomials over GF(2). Not inlined: the loop would only bloat the interpreter.
  @usableFromInline @inline(never) func carrylessProduct(_ other: UInt32) -> UInt64 {
    var product: UInt64 = 0
    var remaining = other
    while remaining != 0 {
      product ^= UInt64(self) &<< UInt64(truncatingIfNeeded: remaining.trailingZeroBitCount)
      remaining &= remaining &- 1
    }
    return product
  }
}
