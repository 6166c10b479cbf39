import ISA

/// What an instruction of the intermediate representation reads or writes.
package enum IRRegister {
  // 0…31 are the guest's integer registers.
  /// The result of the instruction before, for the one after.
  package static let temporary: UInt8 = 32
  /// The instruction's constant.
  package static let constant: UInt8 = 33
  /// As a destination: nobody wants the result.
  package static let none: UInt8 = 34
}

/// One instruction of the intermediate representation: three-address code over the guest's own registers, so that its state
/// is precise at every instruction.
package struct IRInstruction: BitwiseCopyable {
  package var kind: IRKind
  package var destination: UInt8
  /// The first operand, or the base of an address, which `constant` is the displacement of.
  package var a: UInt8
  package var b: UInt8
  /// The third operand of `select`.
  package var c: UInt8 = IRRegister.none
  /// What `kind` leaves open: a condition, an atomic operation, a floating-point one.
  package var detail: UInt8 = 0
  private let padding: UInt16 = 0
  package var constant: UInt32
  /// The guest's instruction, as a slow path wants it: see `SlowPathSite`.
  package var site: UInt32

  package init(
    _ kind: IRKind, _ destination: UInt8, _ a: UInt8, _ b: UInt8 = IRRegister.none, c: UInt8 = IRRegister.none,
    detail: UInt8 = 0, constant: UInt32 = 0, site: UInt32 = 0
  ) {
    self.kind = kind
    self.destination = destination
    self.a = a
    self.b = b
    self.c = c
    self.detail = detail
    self.constant = constant
    self.site = site
  }
}

package enum IRKind: UInt8, BitwiseCopyable {
  case move
  // Of `a` and `b`.
  case add, subtract, and, or, xor, shiftLeft, shiftRight, shiftRightSigned, rotateRight
  // The opposite, if `detail` is 1; the last one, if it is 2, with all bits in place of the lowest.
  case setEqual, setLess, setLessUnsigned
  /// `a` and `b` shifted left by `detail`, of 1 to 3.
  case addShifted
  case multiply, multiplyHigh, multiplyHighUnsigned, multiplyHighSignedUnsigned
  case divide, divideUnsigned, remainder, remainderUnsigned
  /// `b` if `a` is not zero, else `c`.
  case select
  // Of `a`.
  case leadingZeros, trailingZeros, populationCount, signExtendByte, signExtendHalf, zeroExtendHalf, reverseBytes
  // At `a` plus the constant.
  case loadByte, loadByteUnsigned, loadHalf, loadHalfUnsigned, loadWord
  /// `b` is stored.
  case storeByte, storeHalf, storeWord
  /// `detail` is an `AtomicOperation`.
  case atomic
  /// Of the word at `a`.
  case loadReserved, storeConditional
  // `b` or `destination` is a floating-point register.
  case loadSingle, loadDouble, storeSingle, storeDouble
  /// `detail` is an `IRFloat`; the registers are the guest instruction's.
  case float
  /// `detail` is an `IRControl`, which is read, and then written with `a` if there is one.
  case control
  /// The hart carries out the guest's instruction, which may end the block. `detail` is of `IROutside`.
  case outside
  // The last of a block.
  /// The hart carries out the guest's instruction, and looks up where to go on.
  case system
  /// `detail` is a `BranchCondition`.
  case branch
  case jump
  /// To `a` plus the constant; the return address goes to `destination`.
  case jumpIndirect
}

extension IRKind {
  /// Whether the guest may trap here, or the hart take over.
  var mayLeave: Bool {
    switch self {
    case .loadByte, .loadByteUnsigned, .loadHalf, .loadHalfUnsigned, .loadWord, .storeByte, .storeHalf, .storeWord,
      .atomic, .loadReserved, .storeConditional, .loadSingle, .loadDouble, .storeSingle, .storeDouble, .float, .control,
      .outside, .system, .branch, .jump, .jumpIndirect:
      true
    default: false
    }
  }

  /// Whether it can only be the last of a block.
  var endsBlock: Bool { self == .branch || self == .jump || self == .jumpIndirect }

  /// Whether operands may be exchanged.
  var commutes: Bool {
    switch self {
    case .add, .and, .or, .xor, .setEqual, .multiply, .multiplyHigh, .multiplyHighUnsigned: true
    default: false
    }
  }
}

/// What is known of an instruction that the hart carries out.
package enum IROutside {
  /// It changes neither CSRs nor the privilege mode.
  package static let keepsControl: UInt8 = 1
}

/// The CSRs that are nothing but storage.
enum IRControl: UInt8, CaseIterable {
  case machineScratch, machineEPC, machineCause, machineValue
  case supervisorScratch, supervisorEPC, supervisorCause, supervisorValue

  /// Nil for what is left to the hart.
  init?(_ number: CSR) {
    switch number {
    case .mscratch: self = .machineScratch
    case .mepc: self = .machineEPC
    case .mcause: self = .machineCause
    case .mtval: self = .machineValue
    case .sscratch: self = .supervisorScratch
    case .sepc: self = .supervisorEPC
    case .scause: self = .supervisorCause
    case .stval: self = .supervisorValue
    default: return nil
    }
  }

  /// Whether only M-mode may access it.
  var isMachine: Bool { rawValue <= IRControl.machineValue.rawValue }
  /// Whether it holds an instruction's address, which is aligned.
  var isAddress: Bool { self == .machineEPC || self == .supervisorEPC }
}

/// The floating-point operations that host code does itself, in the common case.
package enum IRFloat: UInt8 {
  case add, subtract, multiply, divide, squareRoot
  case fusedMultiplyAdd, fusedMultiplySubtract, fusedNegatedMultiplySubtract, fusedNegatedMultiplyAdd
  case signInject, signInjectNegated, signInjectXor
  case equal, less, lessOrEqual
  case fromSignedWord, fromUnsignedWord, toSignedWord
  case moveToInteger, moveFromInteger, convert

  /// Set in `IRInstruction.detail` for double precision.
  package static let isDouble: UInt8 = 0x80

  /// Nil for what is left to the hart.
  init?(_ operation: FloatOperation, _ precision: FloatPrecision, rounding: UInt8) {
    let found: IRFloat? =
      switch operation {
      case .add: .add
      case .subtract: .subtract
      case .multiply: .multiply
      case .divide: .divide
      case .squareRoot: .squareRoot
      case .fusedMultiplyAdd: .fusedMultiplyAdd
      case .fusedMultiplySubtract: .fusedMultiplySubtract
      case .fusedNegatedMultiplySubtract: .fusedNegatedMultiplySubtract
      case .fusedNegatedMultiplyAdd: .fusedNegatedMultiplyAdd
      case .signInject: .signInject
      case .signInjectNegated: .signInjectNegated
      case .signInjectXor: .signInjectXor
      case .equal: .equal
      case .less: .less
      case .lessOrEqual: .lessOrEqual
      case .fromSignedWord: .fromSignedWord
      case .fromUnsignedWord: .fromUnsignedWord
      case .toSignedWord: .toSignedWord
      case .moveToInteger: .moveToInteger
      case .moveFromInteger: .moveFromInteger
      case .convert: .convert
      case .toUnsignedWord, .classify, .minimum, .maximum: nil
      }
    guard let found else { return nil }
    switch found {
    case .signInject, .signInjectNegated, .signInjectXor, .equal, .less, .lessOrEqual, .moveToInteger,
      .moveFromInteger:
      break
    case .toSignedWord: guard rounding == 1 else { return nil }
    // Only the nearest even, or what the guest has chosen, if that is the nearest even.
    default: guard rounding == 0 || rounding == 7 else { return nil }
    }
    self = found
  }

  static func writesInteger(_ operation: FloatOperation) -> Bool {
    switch operation {
    case .equal, .less, .lessOrEqual, .classify, .toSignedWord, .toUnsignedWord, .moveToInteger: true
    default: false
    }
  }
}
