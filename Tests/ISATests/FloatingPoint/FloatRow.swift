import ISA

/// What the tests must know of an operation to name it, encode it and feed it.
struct FloatRow {
  enum Operand { case float, word }

  var operation: FloatOperation
  /// Up to the first dot that depends on the precision.
  var mnemonic: String
  /// Number of source registers.
  var operands: Int
  var source = Operand.float
  var destination = Operand.float
  /// Whether the instruction has a rounding mode.
  var rounds = true
  /// The single-precision encoding with all registers and the rounding mode zero.
  var pattern: UInt32

  static let all: [FloatRow] = [
    FloatRow(operation: .add, mnemonic: "fadd", operands: 2, pattern: 0x0000_0053),
    FloatRow(operation: .subtract, mnemonic: "fsub", operands: 2, pattern: 0x0800_0053),
    FloatRow(operation: .multiply, mnemonic: "fmul", operands: 2, pattern: 0x1000_0053),
    FloatRow(operation: .divide, mnemonic: "fdiv", operands: 2, pattern: 0x1800_0053),
    FloatRow(operation: .squareRoot, mnemonic: "fsqrt", operands: 1, pattern: 0x5800_0053),
    FloatRow(operation: .fusedMultiplyAdd, mnemonic: "fmadd", operands: 3, pattern: 0x43),
    FloatRow(operation: .fusedMultiplySubtract, mnemonic: "fmsub", operands: 3, pattern: 0x47),
    FloatRow(operation: .fusedNegatedMultiplySubtract, mnemonic: "fnmsub", operands: 3, pattern: 0x4B),
    FloatRow(operation: .fusedNegatedMultiplyAdd, mnemonic: "fnmadd", operands: 3, pattern: 0x4F),
    FloatRow(operation: .signInject, mnemonic: "fsgnj", operands: 2, rounds: false, pattern: 0x2000_0053),
    FloatRow(operation: .signInjectNegated, mnemonic: "fsgnjn", operands: 2, rounds: false, pattern: 0x2000_1053),
    FloatRow(operation: .signInjectXor, mnemonic: "fsgnjx", operands: 2, rounds: false, pattern: 0x2000_2053),
    FloatRow(operation: .minimum, mnemonic: "fmin", operands: 2, rounds: false, pattern: 0x2800_0053),
    FloatRow(operation: .maximum, mnemonic: "fmax", operands: 2, rounds: false, pattern: 0x2800_1053),
    FloatRow(
      operation: .equal, mnemonic: "feq", operands: 2, destination: .word, rounds: false, pattern: 0xA000_2053),
    FloatRow(operation: .less, mnemonic: "flt", operands: 2, destination: .word, rounds: false, pattern: 0xA000_1053),
    FloatRow(
      operation: .lessOrEqual, mnemonic: "fle", operands: 2, destination: .word, rounds: false, pattern: 0xA000_0053),
    FloatRow(
      operation: .classify, mnemonic: "fclass", operands: 1, destination: .word, rounds: false, pattern: 0xE000_1053),
    FloatRow(operation: .toSignedWord, mnemonic: "fcvt.w", operands: 1, destination: .word, pattern: 0xC000_0053),
    FloatRow(operation: .toUnsignedWord, mnemonic: "fcvt.wu", operands: 1, destination: .word, pattern: 0xC010_0053),
    FloatRow(operation: .fromSignedWord, mnemonic: "fcvt", operands: 1, source: .word, pattern: 0xD000_0053),
    FloatRow(operation: .fromUnsignedWord, mnemonic: "fcvt", operands: 1, source: .word, pattern: 0xD010_0053),
    FloatRow(operation: .convert, mnemonic: "fcvt", operands: 1, pattern: 0x4010_0053),
  ]
}
