import ISA
import Testing

/// The cases that specifications single out, by hand.
@Suite struct FloatUnitTests {
  private static let names = Dictionary(uniqueKeysWithValues: FloatInstruction.all.map { ($0.name, $0) })

  struct Claim: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var lines: [String]
    init(_ description: String, _ lines: String...) {
      testDescription = description
      self.lines = lines
    }
  }

  @Test(arguments: arithmetic + fused + comparisons + conversions) func holds(claim: Claim) throws {
    for line in claim.lines {
      let vector = try #require(FloatVector(line: Substring(line), names: Self.names), "\(line)")
      for tier in [FloatTier.unit, .soft] {
        for accrued in [0, FloatFlag.inexact] {
          vector.check(tier, accrued: accrued, because: claim.testDescription)
        }
      }
    }
  }

  static let arithmetic = [
    Claim(
      "cancelling numbers give +0, and -0 when rounding down",
      "fsub.s.rne 3f800000 3f800000 = 00000000 0", "fsub.s.rdn 3f800000 3f800000 = 80000000 0",
      "fadd.d.rup 3ff0000000000000 bff0000000000000 = 00000000 0",
      "fadd.d.rdn 3ff0000000000000 bff0000000000000 = 8000000000000000 0"),
    Claim(
      "zeros of one sign keep it",
      "fadd.s.rne 80000000 80000000 = 80000000 0", "fadd.s.rdn 00000000 00000000 = 00000000 0",
      "fadd.s.rne 80000000 00000000 = 00000000 0", "fadd.s.rdn 80000000 00000000 = 80000000 0"),
    Claim(
      "every mode rounds a tie its own way",
      "fadd.s.rne 3f800000 33800000 = 3f800000 1", "fadd.s.rtz 3f800000 33800000 = 3f800000 1",
      "fadd.s.rdn 3f800000 33800000 = 3f800000 1", "fadd.s.rup 3f800000 33800000 = 3f800001 1",
      "fadd.s.rmm 3f800000 33800000 = 3f800001 1", "fadd.s.rne 3f800001 33800000 = 3f800002 1",
      "fadd.s.rdn bf800000 b3800000 = bf800001 1", "fadd.s.rup bf800000 b3800000 = bf800000 1",
      "fadd.s.rmm bf800000 b3800000 = bf800001 1"),
    Claim(
      "sticky bits decide far below the last place",
      "fadd.s.rup 3f800000 00000001 = 3f800001 1", "fadd.s.rdn 3f800000 80000001 = 3f7fffff 1",
      "fadd.d.rtz 3ff0000000000000 8000000000000001 = 3fefffffffffffff 1"),
    Claim(
      "infinities of opposite sign do not add",
      "fadd.s.rne 7f800000 ff800000 = 7fc00000 10",
      "fsub.d.rne 7ff0000000000000 7ff0000000000000 = 7ff8000000000000 10",
      "fadd.s.rne 7f800000 7f800000 = 7f800000 0", "fadd.s.rne 7f7fffff ff800000 = ff800000 0"),
    Claim(
      "NaN payloads and signs are not kept, and only signalling ones are invalid",
      "fadd.s.rne ffc12345 3f800000 = 7fc00000 0", "fadd.s.rne ff812345 3f800000 = 7fc00000 10",
      "fmul.d.rne 3ff0000000000000 7ff0000000000001 = 7ff8000000000000 10",
      "fsqrt.d.rne fff8000000000000 = 7ff8000000000000 0"),
    Claim(
      "overflow gives infinity or the largest number, by mode and sign",
      "fmul.s.rne 7f7fffff 40000000 = 7f800000 5", "fmul.s.rtz 7f7fffff 40000000 = 7f7fffff 5",
      "fmul.s.rdn 7f7fffff 40000000 = 7f7fffff 5", "fmul.s.rup 7f7fffff 40000000 = 7f800000 5",
      "fmul.s.rmm ff7fffff 40000000 = ff800000 5", "fmul.s.rdn ff7fffff 40000000 = ff800000 5",
      "fmul.s.rup ff7fffff 40000000 = ff7fffff 5", "fadd.s.rne 7f7fffff 73000000 = 7f800000 5",
      "fadd.s.rne 7f7fffff 72ffffff = 7f7fffff 1"),
    Claim(
      "tininess is detected after rounding",
      // Both round up to the smallest normal number. (1 - 2^-24) x 2^-126 needs no rounding at full precision and stays
      // below it; (1 - 2^-46) x 2^-126 would reach it at full precision too.
      "fmul.s.rne 3f7fffff 00800000 = 00800000 3", "fmul.s.rne 3f7ffffe 00800001 = 00800000 1",
      "fmul.s.rtz 3f7ffffe 00800001 = 007fffff 3", "fmul.s.rup 3f7ffffe 00800001 = 00800000 1",
      "fmul.s.rne 3f000001 01000000 = 00800001 0",
      "fmul.s.rup 3f7fffff 00800001 = 00800001 1",
      "fmul.s.rtz 3f7fffff 00800001 = 00800000 1", "fmul.d.rne 3fefffffffffffff 0010000000000000 = 0010000000000000 3"),
    Claim(
      "an exact subnormal does not underflow",
      "fmul.s.rne 00800000 3f000000 = 00400000 0", "fadd.d.rne 0000000000000001 0000000000000001 = 0000000000000002 0",
      "fmul.s.rne 00000001 3f000000 = 00000000 3", "fmul.s.rup 00000001 3f000000 = 00000001 3",
      "fmul.s.rmm 00000001 3f000000 = 00000001 3", "fmul.s.rdn 80000001 3f000000 = 80000001 3"),
    Claim(
      "zero times infinity is invalid",
      "fmul.s.rne 00000000 7f800000 = 7fc00000 10", "fmul.s.rne ff800000 80000000 = 7fc00000 10",
      "fmul.s.rne 80000000 3f800000 = 80000000 0", "fmul.s.rne ff800000 3f800000 = ff800000 0"),
    Claim(
      "division by zero, of zero, and of infinities",
      "fdiv.s.rne 3f800000 80000000 = ff800000 8", "fdiv.s.rne 00000000 00000000 = 7fc00000 10",
      "fdiv.s.rne 7f800000 7f800000 = 7fc00000 10", "fdiv.s.rne 7f800000 80000000 = ff800000 0",
      "fdiv.s.rne 3f800000 ff800000 = 80000000 0", "fdiv.s.rne 00000000 c0000000 = 80000000 0",
      "fdiv.s.rne 3f800000 40400000 = 3eaaaaab 1", "fdiv.d.rtz 3ff0000000000000 4008000000000000 = 3fd5555555555555 1"),
    Claim(
      "square roots",
      "fsqrt.s.rne 80000000 = 80000000 0", "fsqrt.s.rne bf800000 = 7fc00000 10", "fsqrt.s.rne 7f800000 = 7f800000 0",
      "fsqrt.s.rne ff800000 = 7fc00000 10", "fsqrt.s.rne 40800000 = 40000000 0", "fsqrt.s.rne 40000000 = 3fb504f3 1",
      "fsqrt.d.rup 4000000000000000 = 3ff6a09e667f3bcd 1", "fsqrt.s.rne 00000001 = 1a3504f3 1",
      "fsqrt.d.rne 0000000000000001 = 1e60000000000000 0"),
  ]

  static let fused = [
    Claim(
      "infinity times zero is invalid even with a quiet NaN to add",
      "fmadd.s.rne 7f800000 00000000 7fc00000 = 7fc00000 10", "fmadd.s.rne 3f800000 00000000 7fc00000 = 7fc00000 0",
      "fnmsub.d.rne 0000000000000000 fff0000000000000 7ff8000000000000 = 7ff8000000000000 10"),
    Claim(
      "an infinite product and its opposite",
      "fmadd.s.rne 7f800000 3f800000 ff800000 = 7fc00000 10", "fmsub.s.rne 7f800000 3f800000 ff800000 = 7f800000 0",
      "fmadd.s.rne 7f7fffff 7f7fffff ff800000 = ff800000 0"),
    Claim(
      "the product is negated, not the sum: zeros tell",
      "fmadd.s.rne 3f800000 3f800000 bf800000 = 00000000 0", "fnmadd.s.rne 3f800000 3f800000 bf800000 = 00000000 0",
      "fnmsub.s.rdn 3f800000 3f800000 3f800000 = 80000000 0", "fnmadd.s.rne 3f800000 00000000 00000000 = 80000000 0",
      "fnmadd.s.rne 3f800000 40000000 40400000 = c0a00000 0", "fnmsub.s.rne 3f800000 40000000 40400000 = 3f800000 0"),
    Claim(
      "one rounding only",
      // (1 + 2^-23)(1 - 2^-23) - 1 = -2^-46, which two roundings would lose.
      "fmadd.s.rne 3f800001 3f7ffffe bf800000 = a8800000 0",
      "fmadd.d.rne 3ff0000000000001 3feffffffffffffe bff0000000000000 = b970000000000000 0",
      "fmadd.s.rup 3f800000 3f800000 00000001 = 3f800001 1"),
    Claim("a huge product that the addend brings back", "fmsub.s.rne 7f000000 40000000 7f7fffff = 73800000 0"),
    Claim("a tiny product of which only stickiness remains", "fmadd.s.rdn 80000001 00000001 3f800000 = 3f7fffff 1"),
  ]

  static let comparisons = [
    Claim(
      "feq is quiet, flt and fle signal",
      "feq.s 7fc00000 3f800000 = 00000000 0", "feq.s 7f800001 3f800000 = 00000000 10",
      "flt.s 7fc00000 3f800000 = 00000000 10", "fle.d 3ff0000000000000 7ff8000000000000 = 00000000 10"),
    Claim(
      "zeros are equal",
      "feq.s 80000000 00000000 = 00000001 0", "flt.s 80000000 00000000 = 00000000 0",
      "fle.d 0000000000000000 8000000000000000 = 00000001 0"),
    Claim(
      "negative numbers order the other way",
      "flt.s bf800000 c0000000 = 00000000 0", "flt.s c0000000 bf800000 = 00000001 0",
      "flt.d ffefffffffffffff 0000000000000001 = 00000001 0", "fle.s ff800000 7f800000 = 00000001 0"),
    Claim(
      "minimum and maximum prefer numbers, and order the zeros",
      "fmin.s 00000000 80000000 = 80000000 0", "fmax.s 80000000 00000000 = 00000000 0",
      "fmin.s 7fc00000 3f800000 = 3f800000 0", "fmax.s 3f800000 7f800001 = 3f800000 10",
      "fmin.s ffc00001 7fc00002 = 7fc00000 0", "fmax.d 7ff0000000000001 fff8000000000000 = 7ff8000000000000 10",
      "fmin.d bff0000000000000 c000000000000000 = c000000000000000 0"),
    Claim(
      "sign injection touches nothing else, not even in NaNs",
      "fsgnj.s 7f800001 80000000 = ff800001 0", "fsgnjn.s 3f800000 3f800000 = bf800000 0",
      "fsgnjx.d fff0000000000001 8000000000000000 = 7ff0000000000001 0"),
    Claim(
      "classes",
      "fclass.s ff800000 = 00000001 0", "fclass.s bf800000 = 00000002 0", "fclass.s 80000001 = 00000004 0",
      "fclass.s 80000000 = 00000008 0", "fclass.s 00000000 = 00000010 0", "fclass.s 007fffff = 00000020 0",
      "fclass.s 00800000 = 00000040 0", "fclass.s 7f800000 = 00000080 0", "fclass.s ff800001 = 00000100 0",
      "fclass.d fff8000000000000 = 00000200 0"),
    Claim(
      "a single that is not boxed counts as NaN",
      "fclass.s fffffffe3f800000 = 00000200 0", "fadd.s.rne 000000003f800000 3f800000 = 7fc00000 0"),
  ]

  static let conversions = [
    Claim(
      "integers saturate and NaN counts as positive",
      "fcvt.w.s.rne 4f000000 = 7fffffff 10", "fcvt.w.s.rne cf000000 = 80000000 0",
      "fcvt.w.s.rne cf000001 = 80000000 10",
      "fcvt.w.s.rne ffc00000 = 7fffffff 10", "fcvt.w.d.rne fff0000000000000 = 80000000 10",
      "fcvt.wu.s.rne 4f800000 = ffffffff 10", "fcvt.wu.s.rne bf800000 = 00000000 10",
      "fcvt.wu.d.rne 7ff8000000000000 = ffffffff 10", "fcvt.wu.d.rne fff0000000000000 = 00000000 10"),
    Claim(
      "out of range is judged after rounding, and is not inexact as well",
      "fcvt.w.d.rtz 41dfffffffe00000 = 7fffffff 1", "fcvt.w.d.rne 41dfffffffe00000 = 7fffffff 10",
      "fcvt.w.d.rtz c1e00000001fffff = 80000000 1", "fcvt.w.d.rdn c1e00000001fffff = 80000000 10",
      "fcvt.wu.s.rtz bf7fffff = 00000000 1", "fcvt.wu.s.rdn bf000000 = 00000000 10",
      "fcvt.wu.s.rne bf000000 = 00000000 1", "fcvt.wu.d.rmm bfe0000000000000 = 00000000 10"),
    Claim(
      "ties go each mode's way",
      "fcvt.w.s.rne 40200000 = 00000002 1", "fcvt.w.s.rmm 40200000 = 00000003 1", "fcvt.w.s.rup 40200000 = 00000003 1",
      "fcvt.w.s.rdn c0200000 = fffffffd 1", "fcvt.w.s.rtz c0200000 = fffffffe 1",
      "fcvt.w.d.rup 0000000000000001 = 00000001 1"),
    Claim(
      "from integers",
      "fcvt.s.w.rne ffffffff = bf800000 0", "fcvt.s.wu.rne ffffffff = 4f800000 1",
      "fcvt.s.wu.rtz ffffffff = 4f7fffff 1",
      "fcvt.s.w.rdn 80000000 = cf000000 0", "fcvt.d.w.rne 80000000 = c1e0000000000000 0",
      "fcvt.d.wu.rne ffffffff = 41efffffffe00000 0", "fcvt.s.w.rdn 00000000 = 00000000 0",
      "fcvt.s.w.rup 01000001 = 4b800001 1"),
    Claim(
      "between the formats",
      "fcvt.d.s.rne 00000001 = 36a0000000000000 0", "fcvt.d.s.rne ffc12345 = 7ff8000000000000 0",
      "fcvt.d.s.rne 7f812345 = 7ff8000000000000 10", "fcvt.s.d.rne 47efffffefffffff = 7f7fffff 1",
      "fcvt.s.d.rne 47effffff0000000 = 7f800000 5", "fcvt.s.d.rne 380fffffffffffff = 00800000 1",
      "fcvt.s.d.rne 380fffffe0000000 = 00800000 3", "fcvt.s.d.rne 3690000000000000 = 00000000 3",
      "fcvt.s.d.rne 7ff4000000000000 = 7fc00000 10"),
  ]

  @Test func roundingFields() {
    #expect(RoundingMode(field: 1, dynamic: 3) == .towardZero)
    #expect(RoundingMode(field: 7, dynamic: 3) == .up)
    for reserved in [5, 6] as [UInt8] {
      #expect(RoundingMode(field: reserved, dynamic: 0) == nil)
      #expect(RoundingMode(field: 7, dynamic: reserved) == nil)
    }
    #expect(RoundingMode(field: 7, dynamic: 7) == nil)
  }
}
