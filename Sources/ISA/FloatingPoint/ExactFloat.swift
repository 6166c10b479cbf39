/// Host arithmetic that proves itself exact: the results are right in every respect, and raise no flag at all.
///
/// Each function returns `nil` where it cannot tell. The host rounds to nearest even, without flushing subnormals.
@usableFromInline enum ExactFloat {
  /// a + b. The sign of a zero is that of rounding to nearest.
  @inlinable @inline(__always)
  static func sum<F: FloatFormat>(_ a: F, _ b: F) -> F? {
    let sum = a.host + b.host
    // Knuth's TwoSum: the rounding error of a sum, itself exact. Where an intermediate result overflows, or an operand
    // is not finite, it is NaN and not zero.
    let share = sum - a.host
    let error = (a.host - (sum - share)) + (b.host - share)
    return error == 0 ? F(host: sum) : nil
  }

  /// a × b.
  @inlinable @inline(__always)
  static func product<F: FloatFormat>(_ a: F, _ b: F) -> F? {
    let product = F(host: a.host * b.host)
    guard a.isOrdinary, b.isOrdinary, product.isOrdinary, productFits(a, b) else { return nil }
    return product
  }

  /// a ÷ b, which is exact if multiplying it with b is and gives a.
  @inlinable @inline(__always)
  static func quotient<F: FloatFormat>(_ a: F, _ b: F) -> F? {
    let quotient = F(host: a.host / b.host)
    guard let product = product(quotient, b), product == a else { return nil }
    return quotient
  }

  /// The square root of a, which is exact if multiplying it with itself is and gives a.
  @inlinable @inline(__always)
  static func squareRoot<F: FloatFormat>(_ a: F) -> F? {
    let root = F(host: a.host.squareRoot())
    guard let product = product(root, root), product == a else { return nil }
    return root
  }

  /// Whether the product of the significands of two normal numbers has enough trailing zeros to be a significand itself.
  /// May err towards `false`.
  @inlinable static func productFits<F: FloatFormat>(_ a: F, _ b: F) -> Bool {
    // A product has at most twice the bits of a significand; its lower half must be zero. What lies above that half in
    // a word is shifted out.
    let low = (a & (F.hiddenBit &- 1) | F.hiddenBit) &* (b & (F.hiddenBit &- 1) | F.hiddenBit)
    return low &<< F(truncatingIfNeeded: F.bitWidth &- 1 &- Int(F.fractionBits)) == 0
  }
}
