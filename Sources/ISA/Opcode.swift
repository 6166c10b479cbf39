/// Every operation a hart can execute, after compressed forms have been expanded to their full-size equivalents.
///
/// The raw value is dense and is used as an index; it carries no architectural meaning.
@frozen public enum Opcode: UInt8, CaseIterable, Sendable {
  // RV32I
  case lui, auipc, jal, jalr
  case beq, bne, blt, bge, bltu, bgeu
  case lb, lh, lw, lbu, lhu, sb, sh, sw
  case addi, slti, sltiu, xori, ori, andi, slli, srli, srai
  case add, sub, sll, slt, sltu, xor, srl, sra, or, and
  case fence, fenceTSO, pause, ecall, ebreak
  // Zifencei, Zicsr
  case fenceI
  case csrrw, csrrs, csrrc, csrrwi, csrrsi, csrrci
  // Privileged
  case mret, sret, wfi, sfenceVMA
  // M
  case mul, mulh, mulhsu, mulhu, div, divu, rem, remu
  // A
  case lrW, scW, amoswapW, amoaddW, amoxorW, amoandW, amoorW, amominW, amomaxW, amominuW, amomaxuW
  // F
  case flw, fsw, fmaddS, fmsubS, fnmsubS, fnmaddS, faddS, fsubS, fmulS, fdivS, fsqrtS
  case fsgnjS, fsgnjnS, fsgnjxS, fminS, fmaxS, fcvtWS, fcvtWUS, fmvXW, feqS, fltS, fleS, fclassS
  case fcvtSW, fcvtSWU, fmvWX
  // D
  case fld, fsd, fmaddD, fmsubD, fnmsubD, fnmaddD, faddD, fsubD, fmulD, fdivD, fsqrtD
  case fsgnjD, fsgnjnD, fsgnjxD, fminD, fmaxD, fcvtSD, fcvtDS, feqD, fltD, fleD, fclassD
  case fcvtWD, fcvtWUD, fcvtDW, fcvtDWU
  // Zba, Zbb, Zbc, Zbs
  case sh1add, sh2add, sh3add
  case andn, orn, xnor, clz, ctz, cpop, max, maxu, min, minu, sextB, sextH, zextH, rol, ror, rori, orcB, rev8
  case clmul, clmulh, clmulr
  case bclr, bclri, bext, bexti, binv, binvi, bset, bseti
  // Zicond, Zawrs, Zicbom, Zicboz
  case czeroEqz, czeroNez
  case wrsNto, wrsSto
  case cboInval, cboClean, cboFlush, cboZero
  /// Not an instruction of the configured ISA. `Instruction.immediate` holds the raw bits.
  case illegal
}
