import ISA

/// A guest word while instructions are translated: a register plus an offset, or a constant. Arithmetic on it that cannot
/// be done now is appended to the block being built.
struct IRWord: BitwiseCopyable {
  /// Nil in constants, which no block need know of.
  var builder: UnsafeMutablePointer<IRBlockBuilder>?
  var register: UInt8
  var offset: UInt32

  init(constant: UInt32) {
    builder = nil
    register = IRRegister.constant
    offset = constant
  }

  init(_ builder: UnsafeMutablePointer<IRBlockBuilder>, _ register: UInt8) {
    self.builder = builder
    self.register = register
    offset = 0
  }

  var isConstant: Bool { register == IRRegister.constant }

  /// The same value without an offset.
  var settled: IRWord {
    guard let builder, offset != 0, !isConstant else { return self }
    return builder.pointee.append(.add, IRWord(builder, register), IRWord(constant: offset), builder)
  }

  private static func combine(
    _ kind: IRKind, _ a: IRWord, _ b: IRWord, _ fold: (UInt32, UInt32) -> UInt32
  ) -> IRWord {
    guard let builder = a.builder ?? b.builder else { return IRWord(constant: fold(a.offset, b.offset)) }
    let a = a.settled
    return builder.pointee.append(kind, a, b.settled, builder)
  }

  private func derive(_ kind: IRKind, _ fold: (UInt32) -> UInt32) -> IRWord {
    guard let builder else { return IRWord(constant: fold(offset)) }
    return builder.pointee.append(kind, settled, IRWord(constant: 0), builder)
  }

  /// What only the hart computes.
  private func outside(_ other: IRWord, _ fold: (UInt32, UInt32) -> UInt32) -> IRWord {
    guard let builder = builder ?? other.builder else { return IRWord(constant: fold(offset, other.offset)) }
    builder.pointee.isOutside = true
    return self
  }
}

extension IRWord: GuestWord {
  static func &+ (a: IRWord, b: IRWord) -> IRWord {
    if b.isConstant {
      var sum = a
      sum.offset &+= b.offset
      return sum
    }
    if a.isConstant { return b &+ a }
    return combine(.add, a, b, &+)
  }
  static func &- (a: IRWord, b: IRWord) -> IRWord {
    b.isConstant ? a &+ IRWord(constant: 0 &- b.offset) : combine(.subtract, a, b, &-)
  }
  static func & (a: IRWord, b: IRWord) -> IRWord { combine(.and, a, b, &) }
  static func | (a: IRWord, b: IRWord) -> IRWord { combine(.or, a, b, |) }
  static func ^ (a: IRWord, b: IRWord) -> IRWord { combine(.xor, a, b, ^) }
  func shiftedLeft(by count: IRWord) -> IRWord { IRWord.combine(.shiftLeft, self, count) { $0.shiftedLeft(by: $1) } }
  func shiftedRight(by count: IRWord) -> IRWord { IRWord.combine(.shiftRight, self, count) { $0.shiftedRight(by: $1) } }
  func arithmeticShiftedRight(by count: IRWord) -> IRWord {
    IRWord.combine(.shiftRightSigned, self, count) { $0.arithmeticShiftedRight(by: $1) }
  }
  func rotatedRight(by count: IRWord) -> IRWord {
    IRWord.combine(.rotateRight, self, count) { $0.rotatedRight(by: $1) }
  }
  func equal(to other: IRWord) -> IRWord { IRWord.combine(.setEqual, self, other) { $0.equal(to: $1) } }
  func lessSigned(than other: IRWord) -> IRWord { IRWord.combine(.setLess, self, other) { $0.lessSigned(than: $1) } }
  func lessUnsigned(than other: IRWord) -> IRWord {
    IRWord.combine(.setLessUnsigned, self, other) { $0.lessUnsigned(than: $1) }
  }
  static func select(_ condition: IRWord, _ ifNotZero: IRWord, _ ifZero: IRWord) -> IRWord {
    if condition.isConstant { return condition.offset != 0 ? ifNotZero : ifZero }
    guard let builder = condition.builder else { return ifZero }
    return builder.pointee.appendSelect(condition, ifNotZero, ifZero, builder)
  }

  func multiplied(by other: IRWord) -> IRWord { IRWord.combine(.multiply, self, other) { $0.multiplied(by: $1) } }
  func multipliedHighSigned(by other: IRWord) -> IRWord {
    IRWord.combine(.multiplyHigh, self, other) { $0.multipliedHighSigned(by: $1) }
  }
  func multipliedHighUnsigned(by other: IRWord) -> IRWord {
    IRWord.combine(.multiplyHighUnsigned, self, other) { $0.multipliedHighUnsigned(by: $1) }
  }
  func multipliedHighSignedUnsigned(by other: IRWord) -> IRWord {
    IRWord.combine(.multiplyHighSignedUnsigned, self, other) { $0.multipliedHighSignedUnsigned(by: $1) }
  }
  func dividedSigned(by other: IRWord) -> IRWord { IRWord.combine(.divide, self, other) { $0.dividedSigned(by: $1) } }
  func dividedUnsigned(by other: IRWord) -> IRWord {
    IRWord.combine(.divideUnsigned, self, other) { $0.dividedUnsigned(by: $1) }
  }
  func remainderSigned(by other: IRWord) -> IRWord {
    IRWord.combine(.remainder, self, other) { $0.remainderSigned(by: $1) }
  }
  func remainderUnsigned(by other: IRWord) -> IRWord {
    IRWord.combine(.remainderUnsigned, self, other) { $0.remainderUnsigned(by: $1) }
  }

  var leadingZeros: IRWord { derive(.leadingZeros) { $0.leadingZeros } }
  var trailingZeros: IRWord { derive(.trailingZeros) { $0.trailingZeros } }
  var populationCount: IRWord { derive(.populationCount) { $0.populationCount } }
  var signExtendedByte: IRWord { derive(.signExtendByte) { $0.signExtendedByte } }
  var signExtendedHalf: IRWord { derive(.signExtendHalf) { $0.signExtendedHalf } }
  var zeroExtendedHalf: IRWord { derive(.zeroExtendHalf) { $0.zeroExtendedHalf } }
  var bytesReversed: IRWord { derive(.reverseBytes) { $0.bytesReversed } }
  var bytesOrCombined: IRWord { outside(self) { a, _ in a.bytesOrCombined } }
  func carrylessMultiplied(by other: IRWord) -> IRWord { outside(other) { $0.carrylessMultiplied(by: $1) } }
  func carrylessMultipliedHigh(by other: IRWord) -> IRWord { outside(other) { $0.carrylessMultipliedHigh(by: $1) } }
  func carrylessMultipliedReversed(by other: IRWord) -> IRWord {
    outside(other) { $0.carrylessMultipliedReversed(by: $1) }
  }
}
