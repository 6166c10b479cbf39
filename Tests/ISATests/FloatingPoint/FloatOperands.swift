import ISA

/// Bit patterns that provoke special cases, and random ones that come near them.
enum FloatOperands {
  /// Single precision; each also with its sign set.
  static let singleCorners: [UInt32] = withBothSigns(
    [
      0, 1, 2, 3, 0x3FFFFF, 0x400000, 0x7FFFFE, 0x7FFFFF, 0x800000, 0x800001, 0xFFFFFF, 0x1000000,  // subnormal, tiny
      0x1FFF_FFFF, 0x2000_0000, 0x3300_0000, 0x3380_0000, 0x3380_0001, 0x3400_0000,  // around 2^-64 and 2^-24
      0x3EFF_FFFF, 0x3F00_0000, 0x3F00_0001, 0x3F7F_FFFF, 0x3F80_0000, 0x3F80_0001, 0x3FC0_0000, 0x4020_0000,
      0x4B00_0001, 0x4B7F_FFFF, 0x4EFF_FFFF, 0x4F00_0000, 0x4F00_0001, 0x4F7F_FFFF, 0x4F80_0000,  // 2^23, 2^31, 2^32
      0x5F7F_FFFF, 0x7E7F_FFFF, 0x7F00_0000, 0x7F7F_FFFE, 0x7F7F_FFFF, 0x7F80_0000,  // near overflow, infinity
      0x7F80_0001, 0x7FBF_FFFF, 0x7FC0_0000, 0x7FC0_0001,  // NaN
    ], sign: 0x8000_0000)

  /// Double precision; each also with its sign set.
  static let doubleCorners: [UInt64] = withBothSigns(
    [
      0, 1, 2, 3, 0x0007_FFFF_FFFF_FFFF, 0x0008_0000_0000_0000, 0x000F_FFFF_FFFF_FFFF, 0x0010_0000_0000_0000,
      0x0010_0000_0000_0001, 0x001F_FFFF_FFFF_FFFF, 0x0020_0000_0000_0000,
      0x1FFF_FFFF_FFFF_FFFF, 0x2000_0000_0000_0000, 0x3690_0000_0000_0000, 0x3690_0000_0000_0001,  // tiny
      0x36A0_0000_0000_0000, 0x380F_FFFF_DFFF_FFFF, 0x380F_FFFF_E000_0000, 0x380F_FFFF_F000_0000,  // subnormal singles
      0x3810_0000_0000_0000, 0x3CA0_0000_0000_0000, 0x3CA0_0000_0000_0001, 0x3CB0_0000_0000_0000,  // 2^-53, 2^-52
      0x3FDF_FFFF_FFFF_FFFF, 0x3FE0_0000_0000_0000, 0x3FE0_0000_0000_0001, 0x3FEF_FFFF_FFFF_FFFF,
      0x3FF0_0000_0000_0000, 0x3FF0_0000_0000_0001, 0x3FF0_0000_1000_0000, 0x3FF0_0000_3000_0000,  // ties
      0x3FF8_0000_0000_0000, 0x4004_0000_0000_0000, 0x41DF_FFFF_FFC0_0000, 0x41DF_FFFF_FFE0_0000,  // words
      0x41E0_0000_0000_0000, 0x41E0_0000_0010_0000, 0x41EF_FFFF_FFE0_0000, 0x41EF_FFFF_FFF0_0000,  // 2^31, 2^32 - 1/2
      0x41F0_0000_0000_0000, 0x4330_0000_0000_0001, 0x433F_FFFF_FFFF_FFFF,
      0x47EF_FFFF_E000_0000, 0x47EF_FFFF_EFFF_FFFF, 0x47EF_FFFF_F000_0000,  // largest single, and rounding past it
      0x7FD0_0000_0000_0000, 0x7FE0_0000_0000_0000, 0x7FEF_FFFF_FFFF_FFFE, 0x7FEF_FFFF_FFFF_FFFF,
      0x7FF0_0000_0000_0000, 0x7FF0_0000_0000_0001, 0x7FF7_FFFF_FFFF_FFFF, 0x7FF8_0000_0000_0000, 0x7FF8_0000_0000_0001,
    ], sign: 0x8000_0000_0000_0000)

  /// Integers around the limits of conversions.
  static let words: [UInt32] = [
    0, 1, 2, 3, 0x7F_FFFF, 0xFF_FFFF, 0x100_0000, 0x100_0001, 0x100_0003, 0x1FF_FFFF, 0x200_0002, 0x200_0006,
    0x7FFF_FFBF, 0x7FFF_FFC0, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, 0x8000_0080, 0x8000_0180, 0xFFFF_FF7F,
    0xFFFF_FF80, 0xFFFF_FFFE, 0xFFFF_FFFF,
  ]

  /// Rows that hold every pair of corners, with a third operand that varies.
  static var cornerRows: [FloatOperandRow] {
    let count = max(singleCorners.count, doubleCorners.count)
    return (0..<count * count).map { index in
      let places = [index / count, index % count, (index / count &* 7 &+ index % count) % count]
      return FloatOperandRow(
        singles: places.map { 0xFFFF_FFFF_0000_0000 | UInt64(singleCorners[$0 % singleCorners.count]) },
        doubles: places.map { doubleCorners[$0 % doubleCorners.count] },
        word: UInt64(words[index % words.count]))
    }
  }

  private static func withBothSigns<F: FixedWidthInteger>(_ patterns: [F], sign: F) -> [F] {
    patterns + patterns.map { $0 ^ sign }
  }
}

/// A small deterministic generator (SplitMix64), so that a failure can be repeated.
struct FloatRandom: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number of which one in eight is a corner, half have exponents near 1, and half have few significant bits.
  mutating func number<F: FixedWidthInteger & UnsignedInteger>(corners: [F], fractionBits: Int) -> F {
    let choice = next()
    let raw = F(truncatingIfNeeded: next())
    if choice & 7 == 0 { return corners[Int(raw % F(corners.count))] }
    let fractionMask: F = (1 << F(fractionBits)) - 1
    let bias = (1 << F(F.bitWidth - 2 - fractionBits)) - (1 as F)
    var fraction = raw & fractionMask
    if choice & 8 == 0 {
      // Few significant bits at the top, and perhaps one at the bottom: exact results and ties.
      let length = Int(choice >> 8 & 15)
      fraction &= fractionMask ^ (fractionMask >> F(length))
      if choice & 0x10 == 0 { fraction |= (choice & 0x20 == 0 ? 1 : fractionMask >> F(length)) }
    }
    let exponent =
      choice & 0xC0 == 0
      ? raw >> F(fractionBits) & (2 * bias + 1) : bias - 34 + F(truncatingIfNeeded: choice >> 16 & 63)
    let sign: F = choice >> 63 == 0 ? 0 : 1 << F(F.bitWidth - 1)
    return sign | exponent << F(fractionBits) | fraction
  }

  mutating func single() -> UInt32 { number(corners: FloatOperands.singleCorners, fractionBits: 23) }
  mutating func double() -> UInt64 { number(corners: FloatOperands.doubleCorners, fractionBits: 52) }

  /// A word, a quarter of them corners and the others of any length.
  mutating func word() -> UInt32 {
    let raw = next()
    if raw & 3 == 0 { return FloatOperands.words[Int(raw >> 2) % FloatOperands.words.count] }
    return UInt32(truncatingIfNeeded: raw >> 32) >> UInt32(raw >> 8 & 31)
  }

  /// A row of operands, three eighths of them related: close to each other, so that sums cancel; or with a product or
  /// a converted value at the edge of the normal range.
  mutating func row() -> FloatOperandRow {
    let choice = next()
    var singles = [single(), single(), single()]
    var doubles = [double(), double(), double()]
    let nudge = UInt32(choice >> 32 & 7) &- 3
    let wideNudge = UInt64(choice >> 32 & 7) &- 3
    switch choice & 7 {
    case 0:
      singles[1] = singles[0] &+ nudge
      doubles[1] = doubles[0] &+ wideNudge
    case 1:
      singles[2] = (-singles[0].host * singles[1].host).bitPattern &+ nudge
      doubles[2] = (-doubles[0].host * doubles[1].host).bitPattern &+ wideNudge
    case 2:
      let isLow = choice & 8 == 0
      let edge: Float = isLow ? .leastNormalMagnitude : .greatestFiniteMagnitude
      singles[1] = (edge / singles[0].host).bitPattern &+ nudge
      doubles[1] =
        ((isLow ? .leastNormalMagnitude : .greatestFiniteMagnitude) / doubles[0].host).bitPattern &+ wideNudge
      // Of a significand cut to single precision, 29 bits are left.
      if choice & 0x10 == 0 { doubles[0] = Double(edge).bitPattern &+ wideNudge << (choice >> 40 % 31) }
    default: break
    }
    let unboxed: UInt64 = choice & 0xF00 == 0 ? choice << 32 : 0xFFFF_FFFF_0000_0000
    return FloatOperandRow(
      singles: singles.map { unboxed | UInt64($0) }, doubles: doubles, word: UInt64(word()))
  }
}

/// Operands enough for every instruction of `FloatInstruction.all`, as registers hold them.
struct FloatOperandRow {
  /// Three single-precision operands, NaN-boxed as a rule.
  var singles: [UInt64]
  /// Three double-precision operands.
  var doubles: [UInt64]
  /// The operand of conversions from integers.
  var word: UInt64

  /// The three source registers of an instruction.
  func operands(of instruction: FloatInstruction) -> (UInt64, UInt64, UInt64) {
    if instruction.row.source == .word { return (word, 0, 0) }
    let registers = instruction.sourcePrecision == .single ? singles : doubles
    return (registers[0], registers[1], registers[2])
  }
}
