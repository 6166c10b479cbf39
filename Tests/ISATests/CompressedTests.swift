import ISA
import Testing

struct CompressedTests {
  let complete = Decoder(configuration: .complete)

  @Test(
    arguments: [
      (0x0044, Instruction(.addi, rd: 9, rs1: 2, immediate: 4, length: 2)),
      (0x1FFC, Instruction(.addi, rd: 15, rs1: 2, immediate: 1020, length: 2)),
      (0x41C8, Instruction(.lw, rd: 10, rs1: 11, immediate: 4, length: 2)),
      (0xDFFC, Instruction(.sw, rs1: 15, rs2: 15, immediate: 124, length: 2)),
      (0x3DFC, Instruction(.fld, rd: 15, rs1: 11, immediate: 248, length: 2)),
      (0x1575, Instruction(.addi, rd: 10, rs1: 10, immediate: -3, length: 2)),
      (0x3FFD, Instruction(.jal, rd: 1, immediate: -2, length: 2)),
      (0x5561, Instruction(.addi, rd: 10, immediate: -8, length: 2)),
      (0x7101, Instruction(.addi, rd: 2, rs1: 2, immediate: -512, length: 2)),
      (0x757D, Instruction(.lui, rd: 10, immediate: -4096, length: 2)),
      (0x8D0D, Instruction(.sub, rd: 10, rs1: 10, rs2: 11, length: 2)),
      (0xB001, Instruction(.jal, immediate: -2048, length: 2)),
      (0xD001, Instruction(.beq, rs1: 8, immediate: -256, length: 2)),
      (0x057E, Instruction(.slli, rd: 10, rs1: 10, immediate: 31, length: 2)),
      (0x557E, Instruction(.lw, rd: 10, rs1: 2, immediate: 252, length: 2)),
      (0x8082, Instruction(.jalr, rs1: 1, length: 2)),
      (0x852E, Instruction(.add, rd: 10, rs2: 11, length: 2)),
      (0x9002, Instruction(.ebreak, length: 2)),
      (0x9502, Instruction(.jalr, rd: 1, rs1: 10, length: 2)),
      (0xDFFE, Instruction(.sw, rs1: 2, rs2: 31, immediate: 252, length: 2)),
      (0xBFFE, Instruction(.fsd, rs1: 2, rs2: 31, immediate: 504, length: 2)),
    ] as [(UInt32, Instruction)]) func expands(_ bits: UInt32, _ expected: Instruction)
  {
    #expect(complete.decode(bits) == expected)
    #expect(complete.decode(bits | 0xABCD_0000) == expected, "the upper half must not matter")
  }

  @Test(
    arguments: [
      0x0000,  // defined illegal
      0x0010,  // c.addi4spn of nothing, with a register
      0x8000,  // quadrant 0, funct3 4
      0x6101,  // c.addi16sp of nothing
      0x6501,  // c.lui of nothing
      0x4002,  // c.lwsp to x0
      0x8002,  // c.jr to x0
      0x9C0D,  // c.subw
      0x1502,  // c.slli with shamt[5]
      0x9101,  // c.srli with shamt[5]
      0x9501,  // c.srai with shamt[5]
    ] as [UInt32]) func isReserved(_ bits: UInt32)
  {
    #expect(complete.decode(bits | 0x1234_0000) == Instruction(.illegal, immediate: Int32(bits), length: 2))
  }

  /// Hints write x0, or a register with its own value.
  @Test(
    arguments: [0x0001, 0x0005, 0x0501, 0x4005, 0x6005, 0x0502, 0x0012, 0x8012, 0x9012, 0x8101, 0x8501] as [UInt32])
  func isHint(_ bits: UInt32) {
    let hint = complete.decode(bits)
    #expect(hint.opcode != .illegal && hint.length == 2)
    #expect(hint.rd == 0 || hint.rd == hint.rs1 && hint.immediate == 0 && hint.rs2 == 0)
  }

  @Test func floatingPointFormsNeedTheirExtension() throws {
    let expected: [(isa: String, single: Opcode, double: Opcode)] = [
      ("rv32ic", .illegal, .illegal), ("rv32ifc", .flw, .illegal), ("rv32idc", .flw, .fld),
      ("rv32id", .illegal, .illegal),
    ]
    for row in expected {
      let decoder = Decoder(configuration: try ISAConfiguration(parsing: row.isa))
      #expect(decoder.decode(0x6108).opcode == row.single)
      #expect(decoder.decode(0x2108).opcode == row.double)
    }
  }

  @Test func nothingShortIsLegalWithoutC() {
    let decoder = Decoder(configuration: ISAConfiguration(Extension.allCases.filter { $0 != .c }))
    for bits in (0...0xFFFF as ClosedRange<UInt32>) where bits & 3 != 3 {
      #expect(decoder.decode(bits) == Instruction(.illegal, immediate: Int32(bits), length: 2))
    }
  }
}
