import ISA
import Testing

struct ExecuteTests {
  /// The result of an operation on two registers, from the definitions in the specification.
  @Test(
    arguments: [
      (.add, 0xFFFF_FFFF, 2, 1),
      (.sub, 1, 2, 0xFFFF_FFFF),
      (.sll, 1, 33, 2),
      (.srl, 0x8000_0000, 0xFFFF_FFFF, 1),
      (.sra, 0x8000_0000, 63, 0xFFFF_FFFF),
      (.slt, 0xFFFF_FFFF, 0, 1),
      (.sltu, 0xFFFF_FFFF, 0, 0),
      (.xor, 0b1100, 0b1010, 0b0110),
      (.or, 0b1100, 0b1010, 0b1110),
      (.and, 0b1100, 0b1010, 0b1000),
      (.mul, 0x1234_5678, 0x9ABC_DEF0, 0x242D_2080),
      (.mulh, 0x8000_0000, 0x8000_0000, 0x4000_0000),
      (.mulh, 0xFFFF_FFFF, 2, 0xFFFF_FFFF),
      (.mulhsu, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF),
      (.mulhsu, 0x8000_0000, 0xFFFF_FFFF, 0x8000_0000),
      (.mulhu, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFE),
      (.div, 0xFFFF_FFF9, 2, 0xFFFF_FFFD),
      (.div, 7, 0, 0xFFFF_FFFF),
      (.div, 0x8000_0000, 0xFFFF_FFFF, 0x8000_0000),
      (.divu, 0xFFFF_FFF9, 2, 0x7FFF_FFFC),
      (.divu, 7, 0, 0xFFFF_FFFF),
      (.rem, 0xFFFF_FFF9, 2, 0xFFFF_FFFF),
      (.rem, 0xFFFF_FFF9, 0, 0xFFFF_FFF9),
      (.rem, 0x8000_0000, 0xFFFF_FFFF, 0),
      (.remu, 0xFFFF_FFF9, 2, 1),
      (.remu, 7, 0, 7),
      (.sh1add, 0x8000_0001, 3, 5),
      (.sh2add, 3, 1, 13),
      (.sh3add, 3, 1, 25),
      (.andn, 0b1100, 0b1010, 0b0100),
      (.orn, 0, 0xFFFF_FFF0, 0xF),
      (.xnor, 0b1100, 0b1010, 0xFFFF_FFF9),
      (.max, 0xFFFF_FFFF, 1, 1),
      (.maxu, 0xFFFF_FFFF, 1, 0xFFFF_FFFF),
      (.min, 0xFFFF_FFFF, 1, 0xFFFF_FFFF),
      (.minu, 0xFFFF_FFFF, 1, 1),
      (.rol, 0x8000_0001, 4, 0x0000_0018),
      (.rol, 0x8000_0001, 32, 0x8000_0001),
      (.ror, 0x8000_0001, 36, 0x1800_0000),
      (.ror, 0x1234_5678, 0, 0x1234_5678),
      (.clmul, 0b101, 0b11, 0b1111),
      (.clmul, 0xFFFF_FFFF, 0xFFFF_FFFF, 0x5555_5555),
      (.clmulh, 0xFFFF_FFFF, 0xFFFF_FFFF, 0x5555_5555),
      (.clmulr, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xAAAA_AAAA),
      (.clmulh, 0x8000_0000, 0x8000_0000, 0x4000_0000),
      (.clmulr, 0x8000_0000, 0x8000_0000, 0x8000_0000),
      (.bclr, 0xFFFF_FFFF, 36, 0xFFFF_FFEF),
      (.bext, 0x10, 36, 1),
      (.bext, 0x10, 5, 0),
      (.binv, 0x10, 36, 0),
      (.bset, 0, 63, 0x8000_0000),
      (.czeroEqz, 7, 0, 0),
      (.czeroEqz, 7, 5, 7),
      (.czeroNez, 7, 0, 7),
      (.czeroNez, 7, 5, 0),
    ] as [(Opcode, UInt32, UInt32, UInt32)])
  func combines(_ opcode: Opcode, _ a: UInt32, _ b: UInt32, _ result: UInt32) {
    var hart = Notebook()
    hart.x[11] = a
    hart.x[12] = b
    withUnsafePointer(to: Instruction(opcode, rd: 10, rs1: 11, rs2: 12)) { execute($0, in: &hart) }
    #expect(hart.x[10] == result)
    #expect(hart.notes == [])
  }

  @Test(
    arguments: [
      (.addi, 1, -2, 0xFFFF_FFFF),
      (.slti, 0xFFFF_FFFF, 0, 1),
      (.sltiu, 5, -1, 1),
      (.xori, 0x5555_5555, -1, 0xAAAA_AAAA),
      (.ori, 1, -2048, 0xFFFF_F801),
      (.andi, 0xFFFF_FFFF, -2048, 0xFFFF_F800),
      (.slli, 1, 31, 0x8000_0000),
      (.srli, 0x8000_0000, 31, 1),
      (.srai, 0x8000_0000, 31, 0xFFFF_FFFF),
      (.rori, 1, 1, 0x8000_0000),
      (.bclri, 0xFFFF_FFFF, 31, 0x7FFF_FFFF),
      (.bexti, 0x8000_0000, 31, 1),
      (.binvi, 0, 3, 8),
      (.bseti, 0, 3, 8),
      (.lui, 9, -4096, 0xFFFF_F000),
      (.auipc, 9, 0x7000, 0x8000_7010),
      (.clz, 0, 0, 32),
      (.clz, 1, 0, 31),
      (.ctz, 0, 0, 32),
      (.ctz, 0x8000_0000, 0, 31),
      (.cpop, 0xF0F0_F0F0, 0, 16),
      (.sextB, 0x1234_5680, 0, 0xFFFF_FF80),
      (.sextH, 0x1234_8000, 0, 0xFFFF_8000),
      (.zextH, 0xFFFF_8001, 0, 0x8001),
      (.orcB, 0x0100_8010, 0, 0xFF00_FFFF),
      (.orcB, 0x007F_0002, 0, 0x00FF_00FF),
      (.rev8, 0x1234_5678, 0, 0x7856_3412),
    ] as [(Opcode, UInt32, Int32, UInt32)])
  func computes(_ opcode: Opcode, _ a: UInt32, _ immediate: Int32, _ result: UInt32) {
    var hart = Notebook()
    hart.x[11] = a
    withUnsafePointer(to: Instruction(opcode, rd: 10, rs1: 11, immediate: immediate)) { execute($0, in: &hart) }
    #expect(hart.x[10] == result)
    #expect(hart.notes == [])
  }

  /// What goes through the seam, with its operands.
  @Test(
    arguments: [
      (0x0005_8503, "load byte signed at 100 into 10"),
      (0xFFC5_D503, "load half unsigned at fc into 10"),
      (0xFEC5_AE23, "store word 7 at fc"),
      (0x0085_B507, "loadFloat double at 108 into 10"),
      (0xFEC5_AE27, "storeFloat single 12 at fc"),
      (0x1005_A52F, "loadReserved at 100 into 10"),
      (0x18C5_A52F, "storeConditional 7 at 100 into 10"),
      (0xE0C5_A52F, "atomic maxUnsigned 7 at 100 into 10"),
      (0x80C5_A52F, "atomic minSigned 7 at 100 into 10"),
      (0x00C5_DC63, "branch greaterOrEqualSigned 100 7 by 24"),
      (0x0100_00EF, "jump by 16"),
      (0x00D5_80E7, "jumpIndirect to 10d"),
      (0x0AC5_F553, "float subtract double"),
      (0x4015_F553, "float convert single"),
      (0x300F_D573, "csr write 1f"),
      (0x3005_B573, "csr clear 100"),
      (0x0000_100F, "system fenceInstructions"),
      (0x1050_0073, "system waitForInterrupt"),
      (0x0025_A00F, "system cacheFlush"),
      (0x0100_000F, "system waitForReservationShortly"),
      (0x0000_0000, "system illegal"),
    ] as [(UInt32, String)])
  func tells(_ bits: UInt32, _ note: String) {
    var hart = Notebook()
    hart.x[11] = 0x100
    hart.x[12] = 7
    let registers = hart.x
    withUnsafePointer(to: Decoder(configuration: .complete).decode(bits)) { execute($0, in: &hart) }
    #expect(hart.notes == [note])
    #expect(hart.x == registers)
  }

  @Test(arguments: [.fence, .fenceTSO] as [Opcode]) func doesNothing(_ opcode: Opcode) {
    var hart = Notebook()
    let registers = hart.x
    withUnsafePointer(to: Instruction(opcode)) { execute($0, in: &hart) }
    #expect(hart.notes == [] && hart.x == registers)
  }
}

/// Registers, and a note of everything else that `execute` asks for.
private struct Notebook: Semantics {
  var x = [UInt32](repeating: 0xDEAD_0000, count: 32)
  var notes: [String] = []
  var pc: UInt32 { 0x8000_0010 }

  private func hex(_ value: UInt32) -> String { String(value, radix: 16) }

  func read(_ register: UInt8) -> UInt32 { x[Int(register)] }
  mutating func write(_ register: UInt8, _ value: UInt32) { x[Int(register)] = value }

  mutating func load(_ width: AccessWidth, signed: Bool, at address: UInt32, into register: UInt8) {
    notes.append("load \(width) \(signed ? "signed" : "unsigned") at \(hex(address)) into \(register)")
  }
  mutating func store(_ width: AccessWidth, _ value: UInt32, at address: UInt32) {
    notes.append("store \(width) \(hex(value)) at \(hex(address))")
  }
  mutating func loadFloat(_ precision: FloatPrecision, at address: UInt32, into register: UInt8) {
    notes.append("loadFloat \(precision) at \(hex(address)) into \(register)")
  }
  mutating func storeFloat(_ precision: FloatPrecision, _ register: UInt8, at address: UInt32) {
    notes.append("storeFloat \(precision) \(register) at \(hex(address))")
  }
  mutating func loadReserved(at address: UInt32, into register: UInt8) {
    notes.append("loadReserved at \(hex(address)) into \(register)")
  }
  mutating func storeConditional(_ value: UInt32, at address: UInt32, into register: UInt8) {
    notes.append("storeConditional \(hex(value)) at \(hex(address)) into \(register)")
  }
  mutating func atomic(_ operation: AtomicOperation, _ value: UInt32, at address: UInt32, into register: UInt8) {
    notes.append("atomic \(operation) \(hex(value)) at \(hex(address)) into \(register)")
  }
  mutating func branch(_ condition: BranchCondition, _ a: UInt32, _ b: UInt32, _ i: InstructionPointer) {
    notes.append("branch \(condition) \(hex(a)) \(hex(b)) by \(i.immediate)")
  }
  mutating func jump(_ i: InstructionPointer) { notes.append("jump by \(i.immediate)") }
  mutating func jumpIndirect(to target: UInt32, _ i: InstructionPointer) {
    notes.append("jumpIndirect to \(hex(target))")
  }
  mutating func float(_ operation: FloatOperation, _ precision: FloatPrecision, _ i: InstructionPointer) {
    notes.append("float \(operation) \(precision)")
  }
  mutating func csr(_ operation: CSROperation, operand: UInt32, _ i: InstructionPointer) {
    notes.append("csr \(operation) \(hex(operand))")
  }
  mutating func system(_ operation: SystemOperation, _ i: InstructionPointer) { notes.append("system \(operation)") }
}
