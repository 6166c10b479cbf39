/// Where an instruction keeps its operands, how it reads and is written in assembly.
public enum OperandFormat: UInt8, CaseIterable, Sendable {
  /// No operands: `ecall`.
  case none
  /// `rd, imm20`, `rd, target`, `rs1, rs2, target`.
  case upper, jump, branch
  /// `rd, offset(rs1)`, and `rs2, offset(rs1)`.
  case load, store
  /// `rd, rs1, imm12`, `rd, rs1, shamt`, `rd, rs1, rs2`, `rd, rs1`.
  case immediate, shift, register, unary
  /// `pred, succ`; and the reserved operands of `fence.i`.
  case fence, fenceInstructions
  /// `rd, csr, rs1` and `rd, csr, uimm5`.
  case csr, csrImmediate
  /// `rs1, rs2`; and `(rs1)`.
  case virtualFence, cacheBlock
  /// `rd, (rs1)` and `rd, rs2, (rs1)`, with `aq` and `rl`.
  case loadReserved, atomic
  /// `fd, offset(rs1)` and `fs2, offset(rs1)`.
  case floatLoad, floatStore
  /// `fd, fs1, fs2, fs3, rm`; `fd, fs1, fs2, rm`; `fd, fs1, fs2`; `rd, fs1, fs2`.
  case floatFused, floatRounded, floatRegister, floatCompare
  /// `fd, fs1, rm`; `rd, fs1, rm`; `fd, rs1, rm`.
  case floatUnaryRounded, floatToWordRounded, floatFromWordRounded
  /// `rd, fs1`; `fd, rs1`.
  case floatToWord, floatFromWord

  /// The bits that tell instructions of this format apart; the others are operands.
  public var mask: UInt32 {
    switch self {
    case .none: 0xFFFF_FFFF
    case .upper, .jump: 0x0000_007F
    case .branch, .load, .store, .immediate, .fence, .fenceInstructions, .csr, .csrImmediate,
      .floatLoad, .floatStore:
      0x0000_707F
    case .shift, .register, .floatRegister, .floatCompare: 0xFE00_707F
    case .unary, .floatToWord, .floatFromWord: 0xFFF0_707F
    case .virtualFence: 0xFE00_7FFF
    case .cacheBlock: 0xFFF0_7FFF
    case .loadReserved: 0xF9F0_707F
    case .atomic: 0xF800_707F
    case .floatFused: 0x0600_007F
    case .floatRounded: 0xFE00_007F
    case .floatUnaryRounded, .floatToWordRounded, .floatFromWordRounded: 0xFFF0_007F
    }
  }

  /// Takes the operands out of an instruction word.
  func instruction(_ opcode: Opcode, _ bits: UInt32) -> Instruction {
    let (rd, rs1, rs2, rs3) = (field(bits, 7, 5), field(bits, 15, 5), field(bits, 20, 5), field(bits, 27, 5))
    let funct3 = field(bits, 12, 3)
    switch self {
    case .none: return Instruction(opcode)
    case .upper: return Instruction(opcode, rd: rd, immediate: Int32(bitPattern: bits & 0xFFFF_F000))
    case .jump: return Instruction(opcode, rd: rd, immediate: jumpOffset(bits))
    case .branch: return Instruction(opcode, rs1: rs1, rs2: rs2, immediate: branchOffset(bits))
    case .load, .immediate, .floatLoad:
      return Instruction(opcode, rd: rd, rs1: rs1, immediate: Int32(bitPattern: bits) &>> 20)
    case .store, .floatStore: return Instruction(opcode, rs1: rs1, rs2: rs2, immediate: storeOffset(bits))
    case .shift: return Instruction(opcode, rd: rd, rs1: rs1, immediate: Int32(rs2))
    case .register, .floatRegister, .floatCompare: return Instruction(opcode, rd: rd, rs1: rs1, rs2: rs2)
    case .unary, .floatToWord, .floatFromWord: return Instruction(opcode, rd: rd, rs1: rs1)
    case .fence, .fenceInstructions: return Instruction(opcode, immediate: Int32(bitPattern: bits &>> 20))
    case .csr, .csrImmediate: return Instruction(opcode, rd: rd, rs1: rs1, immediate: Int32(bitPattern: bits &>> 20))
    case .virtualFence: return Instruction(opcode, rs1: rs1, rs2: rs2)
    case .cacheBlock: return Instruction(opcode, rs1: rs1)
    case .loadReserved, .atomic: return Instruction(opcode, rd: rd, rs1: rs1, rs2: rs2, function: field(bits, 25, 2))
    case .floatFused: return Instruction(opcode, rd: rd, rs1: rs1, rs2: rs2, rs3: rs3, function: funct3)
    case .floatRounded: return Instruction(opcode, rd: rd, rs1: rs1, rs2: rs2, function: funct3)
    case .floatUnaryRounded, .floatToWordRounded, .floatFromWordRounded:
      return Instruction(opcode, rd: rd, rs1: rs1, function: funct3)
    }
  }
}

/// `count` bits from bit `low`.
private func field(_ bits: UInt32, _ low: UInt32, _ count: UInt32) -> UInt8 {
  UInt8(truncatingIfNeeded: bits &>> low & (1 &<< count &- 1))
}

private func storeOffset(_ bits: UInt32) -> Int32 {
  Int32(bitPattern: bits & 0xFE00_0000) &>> 20 | Int32(bitPattern: bits &>> 7 & 0x1F)
}

private func branchOffset(_ bits: UInt32) -> Int32 {
  Int32(bitPattern: bits & 0x8000_0000) &>> 19
    | Int32(bitPattern: bits &<< 4 & 0x800 | bits &>> 20 & 0x7E0 | bits &>> 7 & 0x1E)
}

private func jumpOffset(_ bits: UInt32) -> Int32 {
  Int32(bitPattern: bits & 0x8000_0000) &>> 11
    | Int32(bitPattern: bits & 0xF_F000 | bits &>> 9 & 0x800 | bits &>> 20 & 0x7FE)
}

/// One row of the instruction set: how an operation is encoded in 32 bits, and what assemblers call it.
public struct Encoding: Sendable {
  public var format: OperandFormat
  /// The values of the bits in `mask`; the others are zero.
  public var match: UInt32
  /// The instruction is legal where this is configured.
  public var requires: Extension
  public var name: String
  /// The operation of which this is a special case that goes before it; every other pair of rows is disjoint.
  public var refined: Opcode?

  /// The bits that must equal `match`.
  public var mask: UInt32 { format.mask }

  init(
    _ format: OperandFormat, _ match: UInt32, _ requires: Extension, _ name: String, refining refined: Opcode? = nil
  ) {
    self.format = format
    self.match = match
    self.requires = requires
    self.name = name
    self.refined = refined
  }
}
