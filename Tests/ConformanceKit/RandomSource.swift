/// SplitMix64: a small deterministic generator, so that one seed names one program on every host.
public struct RandomSource: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z &>> 31)
  }

  /// 0 ..< bound; `bound` must be positive.
  public mutating func below(_ bound: Int) -> Int { Int(next() >> 33) % bound }

  public mutating func chance(percent: Int) -> Bool { below(100) < percent }

  public mutating func pick<C: RandomAccessCollection>(_ choices: C) -> C.Element {
    choices[choices.index(choices.startIndex, offsetBy: below(choices.count))]
  }

  public mutating func bits() -> UInt32 { UInt32(truncatingIfNeeded: next() >> 16) }

  /// A word biased to the values at which arithmetic goes wrong.
  public mutating func word() -> UInt32 {
    switch below(8) {
    case 0: return pick(Self.corners)
    case 1: return 1 << UInt32(below(32))
    case 2: return (1 << UInt32(below(32))) &- 1
    case 3: return UInt32(bitPattern: Int32(below(64)) - 32)
    case 4: return pick(Self.corners) &+ UInt32(bitPattern: Int32(below(5)) - 2)
    default: return bits()
    }
  }

  private static let corners: [UInt32] = [
    0, 1, 2, 0xFFFF_FFFF, 0xFFFF_FFFE, 0x8000_0000, 0x7FFF_FFFF, 0x8000_0001, 0x0000_FFFF,
    0x0001_0000, 0x0000_8000,
    0x0000_7FFF, 0xFFFF_8000, 0xFFFF_7FFF, 0x0000_0080, 0xFFFF_FF80, 0x0000_00FF, 0x5555_5555,
    0xAAAA_AAAA,
  ]
}

extension RandomSource {
  /// The bits of a single-precision number, biased to corner cases of IEEE 754.
  public mutating func single() -> UInt32 {
    switch below(6) {
    case 0, 1: return pick(Self.singles) | (next() & 1 == 0 ? 0 : 0x8000_0000)
    // Close exponents, so that sums cancel and round.
    case 2: return UInt32(120 + below(16)) << 23 | bits() & 0x807F_FFFF
    // Few fraction bits: exact results and ties.
    case 3: return UInt32(110 + below(40)) << 23 | bits() & 0x8070_0000 | UInt32(below(4))
    // Around the limits of the conversions to integers.
    case 4: return UInt32(155 + below(6)) << 23 | bits() & 0x807F_FFFF
    default: return bits()
    }
  }

  /// The bits of a double-precision register: numbers, corner cases, and boxed or wrongly boxed singles.
  public mutating func double() -> UInt64 {
    switch below(8) {
    case 0, 1: return pick(Self.doubles) | (next() & 1 == 0 ? 0 : 1 << 63)
    case 2: return UInt64(1016 + below(16)) << 52 | next() & 0x800F_FFFF_FFFF_FFFF
    case 3:
      return UInt64(1000 + below(60)) << 52 | next() & 0x800F_0000_0000_0000 | UInt64(below(4))
    case 4: return UInt64(1051 + below(6)) << 52 | next() & 0x800F_FFFF_FFFF_FFFF
    // In and around the range of singles, so that narrowing overflows, underflows and rounds.
    case 5:
      return UInt64(pick([868, 870, 872, 873, 895, 896, 897, 1149, 1150, 1151])) << 52 | next()
        & 0x800F_FFFF_FFFF_FFFF
    case 6: return next()
    default: return (chance(percent: 90) ? 0xFFFF_FFFF_0000_0000 : next() << 32) | UInt64(single())
    }
  }

  private static let singles: [UInt32] = [
    0, 1, 2, 0x007F_FFFF, 0x0080_0000, 0x0080_0001, 0x3F80_0000, 0x3F80_0001, 0x3F7F_FFFF,
    0x3F00_0000, 0x3FC0_0000,
    0x4000_0000, 0x4B00_0000, 0x4B7F_FFFF, 0x4B80_0000, 0x4EFF_FFFF, 0x4F00_0000, 0x4F7F_FFFF,
    0x4F80_0000,
    0x7F7F_FFFF, 0x7F80_0000, 0x7F80_0001, 0x7FBF_FFFF, 0x7FC0_0000, 0x7FFF_FFFF, 0x3EFF_FFFF,
    0x3F00_0001,
  ]
  private static let doubles: [UInt64] = [
    0, 1, 2, 0x000F_FFFF_FFFF_FFFF, 0x0010_0000_0000_0000, 0x0010_0000_0000_0001,
    0x3FF0_0000_0000_0000,
    0x3FF0_0000_0000_0001, 0x3FEF_FFFF_FFFF_FFFF, 0x3FE0_0000_0000_0000, 0x3FF8_0000_0000_0000,
    0x4000_0000_0000_0000,
    0x41DF_FFFF_FFC0_0000, 0x41DF_FFFF_FFE0_0000, 0x41E0_0000_0000_0000, 0x41EF_FFFF_FFE0_0000,
    0x41EF_FFFF_FFFF_FFFF,
    0x41F0_0000_0000_0000, 0x41E0_0000_0010_0000, 0x41E0_0000_0020_0000, 0x4340_0000_0000_0000,
    0x3690_0000_0000_0000,
    0x36A0_0000_0000_0000, 0x3810_0000_0000_0000, 0x380F_FFFF_FFFF_FFFF, 0x47EF_FFFF_E000_0000,
    0x47EF_FFFF_F000_0000,
    0x7FEF_FFFF_FFFF_FFFF, 0x7FF0_0000_0000_0000, 0x7FF0_0000_0000_0001, 0x7FF7_FFFF_FFFF_FFFF,
    0x7FF8_0000_0000_0000,
    0x7FFF_FFFF_FFFF_FFFF,
  ]
}
