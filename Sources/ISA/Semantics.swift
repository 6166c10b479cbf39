/// The arithmetic that instruction semantics need from a guest word: a `UInt32` in the interpreter, an IR value in a
/// translator. Operators wrap, as RV32 does; shift counts use their low five bits.
public protocol GuestWord: BitwiseCopyable {
  init(constant: UInt32)
  static func &+ (a: Self, b: Self) -> Self
  static func &- (a: Self, b: Self) -> Self
  static func & (a: Self, b: Self) -> Self
  static func | (a: Self, b: Self) -> Self
  static func ^ (a: Self, b: Self) -> Self
  func shiftedLeft(by count: Self) -> Self
  func shiftedRight(by count: Self) -> Self
  func arithmeticShiftedRight(by count: Self) -> Self
  func rotatedRight(by count: Self) -> Self
  /// 1 when the relation holds, else 0.
  func equal(to other: Self) -> Self
  func lessSigned(than other: Self) -> Self
  func lessUnsigned(than other: Self) -> Self
  /// `self` when `condition` is not zero, else `other`.
  static func select(_ condition: Self, _ ifNotZero: Self, _ ifZero: Self) -> Self

  func multiplied(by other: Self) -> Self
  func multipliedHighSigned(by other: Self) -> Self
  func multipliedHighUnsigned(by other: Self) -> Self
  func multipliedHighSignedUnsigned(by other: Self) -> Self
  /// Division as the M extension defines it: by zero gives all ones (quotient) or the dividend (remainder), and
  /// signed overflow gives the dividend and zero. Never a host trap.
  func dividedSigned(by other: Self) -> Self
  func dividedUnsigned(by other: Self) -> Self
  func remainderSigned(by other: Self) -> Self
  func remainderUnsigned(by other: Self) -> Self

  var leadingZeros: Self { get }
  var trailingZeros: Self { get }
  var populationCount: Self { get }
  var signExtendedByte: Self { get }
  var signExtendedHalf: Self { get }
  var zeroExtendedHalf: Self { get }
  var bytesReversed: Self { get }
  var bytesOrCombined: Self { get }
  func carrylessMultiplied(by other: Self) -> Self
  func carrylessMultipliedHigh(by other: Self) -> Self
  func carrylessMultipliedReversed(by other: Self) -> Self
}

/// A comparison of two guest words, as a conditional branch makes it.
@frozen public enum BranchCondition: UInt8, Sendable {
  case equal, notEqual, lessSigned, greaterOrEqualSigned, lessUnsigned, greaterOrEqualUnsigned

  /// Whether it holds for two words.
  @inlinable @inline(__always) public func holds(_ a: UInt32, _ b: UInt32) -> Bool {
    switch self {
    case .equal: a == b
    case .notEqual: a != b
    case .lessSigned: Int32(bitPattern: a) < Int32(bitPattern: b)
    case .greaterOrEqualSigned: Int32(bitPattern: a) >= Int32(bitPattern: b)
    case .lessUnsigned: a < b
    case .greaterOrEqualUnsigned: a >= b
    }
  }
}

/// What a read-modify-write atomic stores.
@frozen public enum AtomicOperation: UInt8, Sendable {
  case swap, add, xor, and, or, minSigned, maxSigned, minUnsigned, maxUnsigned
}

/// How a CSR instruction combines its operand with the old value.
@frozen public enum CSROperation: Sendable {
  case write, set, clear
}

@frozen public enum FloatPrecision: Sendable {
  case single, double
}

/// The floating-point operations, each at one precision; see `FloatUnit` for what they compute.
@frozen public enum FloatOperation: Sendable {
  case add, subtract, multiply, divide, squareRoot
  case fusedMultiplyAdd, fusedMultiplySubtract, fusedNegatedMultiplySubtract, fusedNegatedMultiplyAdd
  case signInject, signInjectNegated, signInjectXor, minimum, maximum
  case equal, less, lessOrEqual, classify
  case toSignedWord, toUnsignedWord, fromSignedWord, fromUnsignedWord
  /// To the named precision, from the other one.
  case convert
  case moveToInteger, moveFromInteger
}

/// Operations that act on the hart rather than on registers.
@frozen public enum SystemOperation: Sendable {
  case environmentCall, breakpoint, machineReturn, supervisorReturn, waitForInterrupt, fenceVirtualMemory
  case fenceInstructions, waitForReservation, waitForReservationShortly
  case cacheInvalidate, cacheClean, cacheFlush, cacheZero, illegal
}

/// The seam between what an instruction means (`execute`) and how an engine carries it out.
///
/// Faulting operations do not throw: the engine notes the trap and leaves the instruction without writing `rd`.
/// `execute` therefore makes such an operation the last thing it does.
public protocol Semantics: ~Copyable {
  associatedtype Word: GuestWord

  func read(_ register: UInt8) -> Word
  mutating func write(_ register: UInt8, _ value: Word)
  /// The address of the instruction being executed.
  var pc: Word { get }

  mutating func load(_ width: AccessWidth, signed: Bool, at address: Word, into register: UInt8)
  mutating func store(_ width: AccessWidth, _ value: Word, at address: Word)
  mutating func loadFloat(_ precision: FloatPrecision, at address: Word, into register: UInt8)
  mutating func storeFloat(_ precision: FloatPrecision, _ register: UInt8, at address: Word)
  mutating func loadReserved(at address: Word, into register: UInt8)
  mutating func storeConditional(_ value: Word, at address: Word, into register: UInt8)
  mutating func atomic(_ operation: AtomicOperation, _ value: Word, at address: Word, into register: UInt8)

  /// Takes the branch to `pc + i.immediate` when the condition holds.
  mutating func branch(_ condition: BranchCondition, _ a: Word, _ b: Word, _ i: InstructionPointer)
  /// Writes the return address to `rd` and jumps to `pc + i.immediate`.
  mutating func jump(_ i: InstructionPointer)
  /// Writes the return address to `rd` and jumps to `target` with bit 0 cleared.
  mutating func jumpIndirect(to target: Word, _ i: InstructionPointer)

  mutating func float(_ operation: FloatOperation, _ precision: FloatPrecision, _ i: InstructionPointer)
  mutating func csr(_ operation: CSROperation, operand: Word, _ i: InstructionPointer)
  mutating func system(_ operation: SystemOperation, _ i: InstructionPointer)
}
