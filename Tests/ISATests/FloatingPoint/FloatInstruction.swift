import ISA

/// Which implementation carries an instruction out.
enum FloatTier {
  /// `FloatUnit`, as engines use it.
  case unit
  /// `SoftFloat` throughout; operations that it does not have are the unit's.
  case soft
}

/// What a floating-point instruction leaves behind.
struct FloatOutcome: Equatable {
  /// The 64-bit register, a single NaN-boxed; or the 32-bit integer register.
  var value: UInt64
  var flags: UInt32
}

/// One floating-point instruction with its registers left out: what the tests enumerate.
struct FloatInstruction {
  var row: FloatRow
  var precision: FloatPrecision
  var rounding: RoundingMode

  /// Every operation in both precisions, in each rounding mode if it rounds.
  static let all: [FloatInstruction] = FloatRow.all.flatMap { row in
    [FloatPrecision.single, .double].flatMap { precision in
      (row.rounds ? RoundingMode.allCases : [.nearestEven]).map { rounding in
        FloatInstruction(row: row, precision: precision, rounding: rounding)
      }
    }
  }

  var operation: FloatOperation { row.operation }

  /// The precision of floating-point operands.
  var sourcePrecision: FloatPrecision {
    operation == .convert ? (precision == .single ? .double : .single) : precision
  }

  /// As a disassembler would write it: "fadd.s.rne".
  var name: String {
    let (format, other) = precision == .single ? ("s", "d") : ("d", "s")
    let suffix =
      switch operation {
      case .fromSignedWord: "\(format).w"
      case .fromUnsignedWord: "\(format).wu"
      case .convert: "\(format).\(other)"
      default: format
      }
    let mode = row.rounds ? "." + ["rne", "rtz", "rdn", "rup", "rmm"][Int(rounding.rawValue)] : ""
    return "\(row.mnemonic).\(suffix)\(mode)"
  }

  /// Carries the instruction out on registers as the guest has them, `flags` having accrued before.
  func outcome(_ tier: FloatTier, _ a: UInt64, _ b: UInt64, _ c: UInt64, flags: UInt32 = 0) -> FloatOutcome {
    var flags = flags
    let value: UInt64 =
      switch (precision, operation) {
      case (.single, .convert):
        FloatUnit.boxSingle(
          tier == .soft ? SoftFloat.convert(a, rounding, &flags) : FloatUnit.toSingle(a, rounding, &flags))
      case (.double, .convert):
        tier == .soft
          ? SoftFloat.convert(FloatUnit.unboxSingle(a), rounding, &flags)
          : FloatUnit.toDouble(FloatUnit.unboxSingle(a), &flags)
      case (.double, _): evaluate(tier, a, b, c, UInt32(truncatingIfNeeded: a), &flags) { $0 }
      case (.single, _):
        evaluate(
          tier, FloatUnit.unboxSingle(a), FloatUnit.unboxSingle(b), FloatUnit.unboxSingle(c),
          UInt32(truncatingIfNeeded: a), &flags, register: FloatUnit.boxSingle)
      }
    return FloatOutcome(value: value, flags: flags)
  }

  private func evaluate<F: FloatFormat>(
    _ tier: FloatTier, _ a: F, _ b: F, _ c: F, _ word: UInt32, _ flags: inout UInt32, register: (F) -> UInt64
  ) -> UInt64 {
    switch operation {
    case .equal: UInt64(FloatUnit.equal(a, b, &flags))
    case .less: UInt64(FloatUnit.less(a, b, &flags))
    case .lessOrEqual: UInt64(FloatUnit.lessOrEqual(a, b, &flags))
    case .classify: UInt64(FloatUnit.classify(a))
    case .toSignedWord:
      UInt64(
        tier == .soft ? SoftFloat.toSignedWord(a, rounding, &flags) : FloatUnit.toSignedWord(a, rounding, &flags))
    case .toUnsignedWord:
      UInt64(
        tier == .soft ? SoftFloat.toUnsignedWord(a, rounding, &flags) : FloatUnit.toUnsignedWord(a, rounding, &flags))
    default: register(tier == .soft ? soft(a, b, c, word, &flags) : unit(a, b, c, word, &flags))
    }
  }

  private func unit<F: FloatFormat>(_ a: F, _ b: F, _ c: F, _ word: UInt32, _ flags: inout UInt32) -> F {
    switch operation {
    case .add: FloatUnit.add(a, b, rounding, &flags)
    case .subtract: FloatUnit.subtract(a, b, rounding, &flags)
    case .multiply: FloatUnit.multiply(a, b, rounding, &flags)
    case .divide: FloatUnit.divide(a, b, rounding, &flags)
    case .squareRoot: FloatUnit.squareRoot(a, rounding, &flags)
    case .fusedMultiplyAdd: FloatUnit.fusedMultiplyAdd(a, b, c, rounding, &flags)
    case .fusedMultiplySubtract: FloatUnit.fusedMultiplySubtract(a, b, c, rounding, &flags)
    case .fusedNegatedMultiplySubtract: FloatUnit.fusedNegatedMultiplySubtract(a, b, c, rounding, &flags)
    case .fusedNegatedMultiplyAdd: FloatUnit.fusedNegatedMultiplyAdd(a, b, c, rounding, &flags)
    case .signInject: FloatUnit.signInject(a, b)
    case .signInjectNegated: FloatUnit.signInjectNegated(a, b)
    case .signInjectXor: FloatUnit.signInjectXor(a, b)
    case .minimum: FloatUnit.minimum(a, b, &flags)
    case .maximum: FloatUnit.maximum(a, b, &flags)
    case .fromSignedWord: FloatUnit.fromSignedWord(word, rounding, &flags)
    case .fromUnsignedWord: FloatUnit.fromUnsignedWord(word, rounding, &flags)
    default: 0
    }
  }

  private func soft<F: FloatFormat>(_ a: F, _ b: F, _ c: F, _ word: UInt32, _ flags: inout UInt32) -> F {
    let sign: F = 1 << F(F.bitWidth - 1)
    return switch operation {
    case .add: SoftFloat.add(a, b, rounding, &flags)
    case .subtract: SoftFloat.subtract(a, b, rounding, &flags)
    case .multiply: SoftFloat.multiply(a, b, rounding, &flags)
    case .divide: SoftFloat.divide(a, b, rounding, &flags)
    case .squareRoot: SoftFloat.squareRoot(a, rounding, &flags)
    case .fusedMultiplyAdd: SoftFloat.fusedMultiplyAdd(a, b, c, rounding, &flags)
    case .fusedMultiplySubtract: SoftFloat.fusedMultiplyAdd(a, b, c ^ sign, rounding, &flags)
    case .fusedNegatedMultiplySubtract: SoftFloat.fusedMultiplyAdd(a ^ sign, b, c, rounding, &flags)
    case .fusedNegatedMultiplyAdd: SoftFloat.fusedMultiplyAdd(a ^ sign, b, c ^ sign, rounding, &flags)
    case .fromSignedWord: SoftFloat.fromSignedWord(word, rounding, &flags)
    case .fromUnsignedWord: SoftFloat.fromUnsignedWord(word, rounding, &flags)
    default: unit(a, b, c, word, &flags)
    }
  }
}
