/// A general register of the host. Its width is that of the instruction.
package enum HostRegister: UInt8, CaseIterable, Sendable {
  case rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi
  case r8, r9, r10, r11, r12, r13, r14, r15
}

/// A vector register of the host, of which scalar arithmetic uses the low end.
package enum VectorRegister: UInt8, CaseIterable, Sendable {
  case xmm0, xmm1, xmm2, xmm3, xmm4, xmm5, xmm6, xmm7
  case xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15
}

/// What the host's flags say, numbered as instructions do.
package enum HostCondition: UInt8, CaseIterable, Sendable {
  /// Overflow, and none.
  case o, no
  /// Unsigned below, and above or equal.
  case b, ae
  /// Equal, and not.
  case e, ne
  /// Unsigned below or equal, and above.
  case be, a
  /// Negative, and not.
  case s, ns
  /// Even parity, which is unordered after a comparison of floats, and odd.
  case p, np
  /// Signed less, and greater or equal.
  case l, ge
  /// Signed less or equal, and greater.
  case le, g

  /// Holds exactly when this does not.
  package var inverted: HostCondition {
    // Conditions come in pairs, so the number is always one of a case.
    unsafeBitCast(rawValue ^ 1, to: HostCondition.self)
  }
}

/// Arithmetic of two operands that sets the flags, numbered as instructions do.
package enum HostArithmetic: UInt8, CaseIterable, Sendable {
  case add, or, adc, sbb, and, sub, xor, cmp
}

/// Shifts and rotations, numbered as instructions do.
package enum HostShift: UInt8, CaseIterable, Sendable {
  case rol = 0
  case ror = 1
  case shl = 4
  case shr = 5
  case sar = 7
}

/// The size of a scalar float.
package enum HostFloatWidth: UInt8, CaseIterable, Sendable {
  case single, double
}

/// Arithmetic of two floats, numbered as instructions do.
package enum HostFloatArithmetic: UInt8, CaseIterable, Sendable {
  case add = 0x58
  case mul = 0x59
  case sub = 0x5C
  case div = 0x5E
}

/// Bitwise operations on all 128 bits, numbered as instructions do. `andn` inverts its first operand.
package enum HostFloatLogic: UInt8, CaseIterable, Sendable {
  case and = 0x54
  case andn = 0x55
  case or = 0x56
  case xor = 0x57
}

/// Fused multiplication and addition of `a`, the destination, `b` and `c`, numbered as instructions do.
package enum HostFusedArithmetic: UInt8, CaseIterable, Sendable {
  /// b · a + c
  case add213 = 0xA9
  /// b · a − c
  case sub213 = 0xAB
  /// −(b · a) + c
  case negatedAdd213 = 0xAD
  /// −(b · a) − c
  case negatedSub213 = 0xAF
  /// b · c + a
  case add231 = 0xB9
  /// b · c − a
  case sub231 = 0xBB
  /// −(b · c) + a
  case negatedAdd231 = 0xBD
  /// −(b · c) − a
  case negatedSub231 = 0xBF
}

/// A place in memory, `base + index × scale + displacement`, kept as the bytes that say so in an instruction.
///
/// An address that is known when this is compiled is then a constant, and any is passed in one register.
package struct HostAddress: Sendable {
  /// ModRM without its register, SIB and displacement in bits 0–47; their length in 48–55; REX.X and REX.B from 56.
  let bits: UInt64

  @inline(__always)
  package init(_ base: HostRegister, _ displacement: Int32 = 0) {
    // An index of 4 stands for none.
    self.init(base: base.rawValue, index: 4, shift: 0, hasIndex: false, displacement)
  }

  /// - Parameters:
  ///   - index: any but `rsp`.
  ///   - scale: 1, 2, 4 or 8.
  @inline(__always)
  package init(_ base: HostRegister, _ index: HostRegister, scale: UInt8 = 1, _ displacement: Int32 = 0) {
    assert(index != .rsp && scale.nonzeroBitCount == 1 && scale <= 8)
    let shift = UInt8(truncatingIfNeeded: scale.trailingZeroBitCount)
    self.init(base: base.rawValue, index: index.rawValue, shift: shift, hasIndex: true, displacement)
  }

  @inline(__always)
  private init(base: UInt8, index: UInt8, shift: UInt8, hasIndex: Bool, _ displacement: Int32) {
    // Without a displacement rbp and r13 would mean something else.
    let isBare = displacement == 0 && base & 7 != 5
    let isShort = displacement == Int32(Int8(truncatingIfNeeded: displacement))
    let mode: UInt64 = isBare ? 0 : isShort ? 0x40 : 0x80
    let displacementLength: UInt64 = isBare ? 0 : isShort ? 1 : 4
    let value = UInt64(UInt32(bitPattern: displacement))
    // As a base, rsp and r12 take a SIB byte.
    if hasIndex || base & 7 == 4 {
      let pair = UInt64(shift &<< 6 | (index & 7) &<< 3 | base & 7)
      let upper = UInt64((index &>> 3) &<< 1 | base &>> 3)
      bits = mode | 4 | pair &<< 8 | value &<< 16 | (displacementLength &+ 2) &<< 48 | upper &<< 56
    } else {
      bits =
        mode | UInt64(base & 7) | value &<< 8 | (displacementLength &+ 1) &<< 48 | UInt64(base &>> 3) &<< 56
    }
  }
}
