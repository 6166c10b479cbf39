extension Disassembler {
  /// Name and operands of a 16-bit form: the bits that choose it tell it from the others that expand alike.
  func compressed(_ i: Instruction, _ bits: UInt32, _ pc: UInt32) -> (String, [String]) {
    let (rd, rs1, rs2) = (Register.integer(i.rd), Register.integer(i.rs1), Register.integer(i.rs2))
    let ofStack = bits & 3 == 2 ? "sp" : ""
    switch i.opcode {
    case .addi: return compressedAdd(i, bits)
    case .lui: return ("c.lui", [rd, upper(i)])
    case .slli, .srli, .srai:
      let name = "c." + (i.opcode.encoding?.name ?? "")
      // A shift by nothing is a hint that RV128 has as a shift by 64.
      return i.immediate == 0 ? (name + "64", [rd]) : (name, [rd, signed(i.immediate)])
    case .andi: return ("c.andi", [rd, signed(i.immediate)])
    case .add: return (bits & 0x1000 == 0 ? "c.mv" : "c.add", [rd, rs2])
    case .jal: return (i.rd == 0 ? "c.j" : "c.jal", [target(i, pc)])
    case .jalr: return (i.rd == 0 ? "c.jr" : "c.jalr", [rs1])
    case .beq: return ("c.beqz", [rs1, target(i, pc)])
    case .bne: return ("c.bnez", [rs1, target(i, pc)])
    case .lw: return ("c.lw" + ofStack, [rd, place(i)])
    case .sw: return ("c.sw" + ofStack, [rs2, place(i)])
    case .flw, .fld: return ((i.opcode == .flw ? "c.flw" : "c.fld") + ofStack, [Register.float(i.rd), place(i)])
    case .fsw, .fsd: return ((i.opcode == .fsw ? "c.fsw" : "c.fsd") + ofStack, [Register.float(i.rs2), place(i)])
    case .ebreak: return ("c.ebreak", [])
    default: return ("c." + (i.opcode.encoding?.name ?? ""), [rd, rs2])
    }
  }

  /// The five forms that expand to `addi`.
  private func compressedAdd(_ i: Instruction, _ bits: UInt32) -> (String, [String]) {
    let rd = Register.integer(i.rd)
    let immediate = signed(i.immediate)
    switch (bits & 3, bits &>> 13 & 7) {
    case (0, _): return ("c.addi4spn", [rd, "sp", immediate])
    case (_, 2): return ("c.li", [rd, immediate])
    case (_, 3): return ("c.addi16sp", [rd, immediate])
    default: return i.rd == 0 ? ("c.nop", i.immediate == 0 ? [] : [immediate]) : ("c.addi", [rd, immediate])
    }
  }
}
