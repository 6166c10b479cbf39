import ISA

/// Random 16-bit instructions: every encoding, reserved ones and hints included, that keeps to the conventions of
/// generated programs (x2 and x8 stay, memory accesses go through them, control flow goes forward).
extension ProgramBuilder {
  mutating func emitCompressed() {
    while true {
      let bits = UInt16(truncatingIfNeeded: random.bits())
      let quadrant = bits & 3
      if quadrant == 3 { continue }
      let kind = Int(quadrant) << 3 | Int(bits >> 13)
      switch kind {
      // c.addi4spn: fills bits 4:2, x8 + those.
      case 0b00_000: if Self.low(bits) == 8 && bits & 0x1FE0 != 0 { continue }
      // Loads: base x8; destination x8 only for floating point. Stores: base x8.
      case 0b00_001, 0b00_011, 0b00_101, 0b00_111, 0b00_010, 0b00_110:
        let isIntegerLoad = kind == 0b00_010
        if isIntegerLoad && Self.low(bits) == 8 { continue }
        return code.half(bits & ~0x0380)
      case 0b00_100: break
      // c.addi, c.li, c.lui, c.addi16sp: destination free.
      case 0b01_011 where Self.destination(bits) == Self.pointer:
        code.half(bits)
        return setPointers()
      case 0b01_000, 0b01_010, 0b01_011: if Self.isReserved(Self.destination(bits)) { continue }
      // c.jal, c.j, c.beqz, c.bnez: over the next few instructions.
      case 0b01_001, 0b01_101: return emitCompressedJump(bits & 0xE003, isBranch: false)
      case 0b01_110, 0b01_111: return emitCompressedJump(bits & 0xE383, isBranch: true)
      case 0b01_100: if bits >> 7 & 7 == 0 { continue }
      // c.slli; then c.fldsp, c.lwsp, c.flwsp.
      case 0b10_000, 0b10_010: if Self.isReserved(Self.destination(bits)) { continue }
      case 0b10_001, 0b10_011: break
      case 0b10_100:
        guard emitRegisterForm(bits) else { continue }
        return
      default: break
      }
      return code.half(bits)
    }
  }

  private static func low(_ bits: UInt16) -> UInt8 { UInt8(8 + (bits >> 2 & 7)) }
  private static func destination(_ bits: UInt16) -> UInt8 { UInt8(bits >> 7 & 31) }
  private static func isReserved(_ register: UInt8) -> Bool {
    register == pointer || register == compressedPointer
  }

  /// c.jr, c.jalr, c.mv, c.add, c.ebreak.
  private mutating func emitRegisterForm(_ bits: UInt16) -> Bool {
    let register = Self.destination(bits)
    if bits >> 2 & 31 != 0 {
      if Self.isReserved(register) { return false }
      code.half(bits)
      return true
    }
    if register == 0 {
      code.half(bits)
      return true
    }
    if Self.isReserved(register) { return false }
    let target = code.label()
    code.address(rd: register, of: target)
    code.half(bits)
    code.half(0x0001)
    code.bind(target)
    return true
  }

  private mutating func emitCompressedJump(_ bits: UInt16, isBranch: Bool) {
    // Over one or two instructions of two bytes: an offset of 4 or 6.
    let count = UInt16(1 + random.below(2))
    let offset = 2 + 2 * count
    code.half(bits | (isBranch ? (offset >> 1 & 3) << 3 : (offset >> 1 & 7) << 3))
    for _ in 0..<count {
      code.half(0x0001 | UInt16(random.pick(Self.free)) << 7 | UInt16(random.below(32)) << 2)
    }
  }
}
