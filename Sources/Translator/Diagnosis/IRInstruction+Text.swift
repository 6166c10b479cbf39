import HartEngine
import ISA

extension IRInstruction: CustomStringConvertible {
  /// `a0 = add a1, 4`, `store-word [sp + 12], a0`, `branch notEqual a0, 0`; `t` is the temporary.
  package var description: String {
    switch kind {
    case .move: "\(target)\(operand(a))"
    case .add, .subtract, .and, .or, .xor, .shiftLeft, .shiftRight, .shiftRightSigned, .rotateRight, .setEqual,
      .setLess,
      .setLessUnsigned, .multiply, .multiplyHigh, .multiplyHighUnsigned, .multiplyHighSignedUnsigned, .divide,
      .divideUnsigned, .remainder, .remainderUnsigned:
      "\(target)\(["", "not-", "mask-"][Int(min(detail, 2))])\(name) \(operand(a)), \(operand(b))"
    case .addShifted: "\(target)add \(operand(a)), \(operand(b)) << \(detail)"
    case .select: "\(target)\(name) \(operand(a)) ? \(operand(b)) : \(operand(c))"
    case .leadingZeros, .trailingZeros, .populationCount, .signExtendByte, .signExtendHalf, .zeroExtendHalf,
      .reverseBytes:
      "\(target)\(name) \(operand(a))"
    case .loadByte, .loadByteUnsigned, .loadHalf, .loadHalfUnsigned, .loadWord: "\(target)\(name) \(place)"
    case .storeByte, .storeHalf, .storeWord: "\(name) \(place), \(b == IRRegister.constant ? "0" : operand(b))"
    case .atomic:
      "\(target)\(AtomicOperation(rawValue: detail).map { "atomic-" + hyphenated("\($0)") } ?? name) \(place), "
        + (b == IRRegister.constant ? "0" : operand(b))
    case .loadReserved: "\(target)\(name) \(place)"
    case .storeConditional: "\(target)\(name) \(place), \(b == IRRegister.constant ? "0" : operand(b))"
    case .loadSingle, .loadDouble: "\(Register.float(destination & 31)) = \(name) \(place)"
    case .storeSingle, .storeDouble: "\(name) \(place), \(Register.float(b & 31))"
    case .float: floatText
    case .control:
      "\(target)\(IRControl(rawValue: detail).map { hyphenated("\($0)") } ?? name)"
        + (a == IRRegister.none ? "" : ", \(operand(a))")
    case .system: name
    case .outside: destination < 32 ? "\(target)outside" : name
    case .branch:
      "\(name) \(BranchCondition(rawValue: detail).map { hyphenated("\($0)") } ?? "?") \(operand(a)), \(operand(b))"
    case .jump: detail == 1 ? "jump taken" : "jump fall-through"
    case .jumpIndirect: (destination < 32 ? "\(Register.integer(destination)) = " : "") + "\(name) \(place)"
    }
  }

  private var name: String { hyphenated("\(kind)") }

  private var target: String {
    switch destination {
    case ..<32: "\(Register.integer(destination)) = "
    case IRRegister.temporary: "t = "
    default: ""
    }
  }

  private func operand(_ register: UInt8) -> String {
    switch register {
    case ..<32: Register.integer(register)
    case IRRegister.temporary: "t"
    case IRRegister.constant: Self.number(constant)
    default: "-"
    }
  }

  private var place: String {
    if a == IRRegister.constant { return "[0x" + String(constant, radix: 16) + "]" }
    let offset = Int32(bitPattern: constant)
    return "[" + operand(a) + (offset == 0 ? "" : offset < 0 ? " - \(offset.magnitude)" : " + \(offset)") + "]"
  }

  /// Which of the registers are integer ones is the operation's affair, so all are told by number.
  private var floatText: String {
    let operation = IRFloat(rawValue: detail & ~IRFloat.isDouble).map { hyphenated("\($0)") } ?? "?"
    let width = detail & IRFloat.isDouble != 0 ? "double" : "single"
    return "\(Self.bare(destination)) = float-\(operation) \(width) \(Self.bare(a)), \(Self.bare(b)), \(Self.bare(c))"
  }

  private static func bare(_ register: UInt8) -> String { register < 32 ? "#\(register)" : "-" }

  /// Small numbers in decimal, addresses and masks in hexadecimal.
  private static func number(_ value: UInt32) -> String {
    let signed = Int32(bitPattern: value)
    return (-4096...4096).contains(signed) ? "\(signed)" : "0x" + String(value, radix: 16)
  }
}

/// A name of the source with hyphens: `multiply-high`.
private func hyphenated(_ name: String) -> String {
  var text = ""
  for character in name {
    if character.isUppercase { text += "-" }
    text += character.lowercased()
  }
  return text
}
