extension Instruction {
  /// Expands a 16-bit instruction of the C extension, with RV32's floating-point loads and stores, to the operation it
  /// stands for (unprivileged specification, chapter "C Extension for Compressed Instructions"). Nil where reserved.
  /// Hints expand to operations that write x0 or change nothing.
  init?(expanding bits: UInt32) {
    let short = CompressedWord(bits: bits)
    let meaning =
      switch bits & 3 {
      case 0: short.quadrant0
      case 1: short.quadrant1
      default: short.quadrant2
      }
    guard var meaning else { return nil }
    meaning.length = 2
    self = meaning
  }
}

private let ra: UInt8 = 1
private let sp: UInt8 = 2

/// A 16-bit instruction: its meaning by quadrant (bits 1:0) and funct3 (bits 15:13).
private struct CompressedWord {
  var bits: UInt32

  var quadrant0: Instruction? {
    switch funct3 {
    case 0: stackAddress == 0 ? nil : Instruction(.addi, rd: shortRs2, rs1: sp, immediate: stackAddress)
    case 1: Instruction(.fld, rd: shortRs2, rs1: shortRs1, immediate: doubleOffset)
    case 2: Instruction(.lw, rd: shortRs2, rs1: shortRs1, immediate: wordOffset)
    case 3: Instruction(.flw, rd: shortRs2, rs1: shortRs1, immediate: wordOffset)
    case 5: Instruction(.fsd, rs1: shortRs1, rs2: shortRs2, immediate: doubleOffset)
    case 6: Instruction(.sw, rs1: shortRs1, rs2: shortRs2, immediate: wordOffset)
    case 7: Instruction(.fsw, rs1: shortRs1, rs2: shortRs2, immediate: wordOffset)
    default: nil
    }
  }

  var quadrant1: Instruction? {
    switch funct3 {
    case 0: Instruction(.addi, rd: rd, rs1: rd, immediate: immediate)
    case 1: Instruction(.jal, rd: ra, immediate: jumpOffset)
    case 2: Instruction(.addi, rd: rd, immediate: immediate)
    case 3: immediate == 0 ? nil : rd == sp ? stackAdjustment : Instruction(.lui, rd: rd, immediate: immediate &<< 12)
    case 4: arithmetic
    case 5: Instruction(.jal, immediate: jumpOffset)
    case 6: Instruction(.beq, rs1: shortRs1, immediate: branchOffset)
    default: Instruction(.bne, rs1: shortRs1, immediate: branchOffset)
    }
  }

  var quadrant2: Instruction? {
    switch funct3 {
    case 0: shift(.slli, rd)
    case 1: Instruction(.fld, rd: rd, rs1: sp, immediate: doubleStackOffset)
    case 2: rd == 0 ? nil : Instruction(.lw, rd: rd, rs1: sp, immediate: wordStackOffset)
    case 3: Instruction(.flw, rd: rd, rs1: sp, immediate: wordStackOffset)
    case 4: moveOrJump
    case 5: Instruction(.fsd, rs1: sp, rs2: rs2, immediate: doubleStackStoreOffset)
    case 6: Instruction(.sw, rs1: sp, rs2: rs2, immediate: wordStackStoreOffset)
    default: Instruction(.fsw, rs1: sp, rs2: rs2, immediate: wordStackStoreOffset)
    }
  }

  private var arithmetic: Instruction? {
    switch bits &>> 10 & 3 {
    case 0: return shift(.srli, shortRs1)
    case 1: return shift(.srai, shortRs1)
    case 2: return Instruction(.andi, rd: shortRs1, rs1: shortRs1, immediate: immediate)
    default:
      guard !bit12 else { return nil }
      let opcode: Opcode =
        switch bits &>> 5 & 3 {
        case 0: .sub
        case 1: .xor
        case 2: .or
        default: .and
        }
      return Instruction(opcode, rd: shortRs1, rs1: shortRs1, rs2: shortRs2)
    }
  }

  private var moveOrJump: Instruction? {
    switch (bit12, rd, rs2) {
    case (false, 0, 0): nil
    case (false, _, 0): Instruction(.jalr, rs1: rd)
    case (false, _, _): Instruction(.add, rd: rd, rs2: rs2)
    case (true, 0, 0): Instruction(.ebreak)
    case (true, _, 0): Instruction(.jalr, rd: ra, rs1: rd)
    case (true, _, _): Instruction(.add, rd: rd, rs1: rd, rs2: rs2)
    }
  }

  private var stackAdjustment: Instruction {
    Instruction(
      .addi, rd: sp, rs1: sp,
      immediate: sign(to: 9) | part(6, 1, to: 4) | part(5, 1, to: 6) | part(3, 2, to: 7) | part(2, 1, to: 5))
  }

  /// Shift amounts of 32 and more are not RV32's.
  private func shift(_ opcode: Opcode, _ register: UInt8) -> Instruction? {
    bit12 ? nil : Instruction(opcode, rd: register, rs1: register, immediate: part(2, 5, to: 0))
  }

  private var funct3: UInt32 { bits &>> 13 & 7 }
  private var bit12: Bool { bits & 0x1000 != 0 }
  private var rd: UInt8 { register(7) }
  private var rs2: UInt8 { register(2) }
  private var shortRs1: UInt8 { register(7) & 7 | 8 }
  private var shortRs2: UInt8 { register(2) & 7 | 8 }

  private func register(_ low: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: bits &>> low & 31) }

  private var immediate: Int32 { sign(to: 5) | part(2, 5, to: 0) }
  private var stackAddress: Int32 { part(11, 2, to: 4) | part(7, 4, to: 6) | part(6, 1, to: 2) | part(5, 1, to: 3) }
  private var wordOffset: Int32 { part(10, 3, to: 3) | part(6, 1, to: 2) | part(5, 1, to: 6) }
  private var doubleOffset: Int32 { part(10, 3, to: 3) | part(5, 2, to: 6) }
  private var wordStackOffset: Int32 { part(12, 1, to: 5) | part(4, 3, to: 2) | part(2, 2, to: 6) }
  private var doubleStackOffset: Int32 { part(12, 1, to: 5) | part(5, 2, to: 3) | part(2, 3, to: 6) }
  private var wordStackStoreOffset: Int32 { part(9, 4, to: 2) | part(7, 2, to: 6) }
  private var doubleStackStoreOffset: Int32 { part(10, 3, to: 3) | part(7, 3, to: 6) }
  private var branchOffset: Int32 {
    sign(to: 8) | part(10, 2, to: 3) | part(5, 2, to: 6) | part(3, 2, to: 1) | part(2, 1, to: 5)
  }
  private var jumpOffset: Int32 {
    sign(to: 11) | part(11, 1, to: 4) | part(9, 2, to: 8) | part(8, 1, to: 10) | part(7, 1, to: 6) | part(6, 1, to: 7)
      | part(3, 3, to: 1) | part(2, 1, to: 5)
  }

  /// `count` bits from bit `low`, moved to bit `position`.
  private func part(_ low: UInt32, _ count: UInt32, to position: Int32) -> Int32 {
    Int32(bitPattern: bits &>> low & (1 &<< count &- 1)) &<< position
  }

  /// Bit 12 as the sign bit of an immediate, copied to every bit from `position` up.
  private func sign(to position: Int32) -> Int32 { bit12 ? -1 &<< position : 0 }
}
