import ISA

/// What a generated program exercises. Each group is one extension, or one part of the privileged architecture.
public enum Group: String, CaseIterable, Sendable {
  case i, m, a, f, d, c, zifencei, zicsr, counters, zba, zbb, zbc, zbs, zicond, cache
  case misaligned, reservations, reserved
  case csrs, privileged, pmp, sv32, interrupts

  /// The operations that must be seen in a trace of this group.
  public var opcodes: [Opcode] {
    func requiring(_ extensions: Extension...) -> [Opcode] {
      Opcode.allCases.filter { opcode in
        opcode.encoding.map { extensions.contains($0.requires) } ?? false
      }
    }
    switch self {
    case .i:
      return requiring(.i).filter {
        ![.mret, .sret, .wfi, .sfenceVMA, .ecall, .ebreak].contains($0)
      }
    case .m: return requiring(.m)
    case .a, .reservations:
      return requiring(.a).filter { (self == .a) != [.lrW, .scW].contains($0) }
    case .f: return requiring(.f)
    case .d: return requiring(.d)
    case .zifencei: return requiring(.zifencei)
    case .zicsr: return requiring(.zicsr)
    case .zba: return requiring(.zba)
    case .zbb: return requiring(.zbb)
    case .zbc: return requiring(.zbc)
    case .zbs: return requiring(.zbs)
    case .zicond: return requiring(.zicond)
    case .cache: return requiring(.zicbom, .zicboz, .zihintpause, .zawrs)
    case .c:
      return [
        .addi, .lw, .sw, .flw, .fsw, .fld, .fsd, .lui, .srli, .srai, .andi, .sub, .xor, .or, .and,
        .add, .slli, .jal,
        .jalr, .beq, .bne,
      ]
    case .misaligned: return [.lh, .lhu, .lw, .sh, .sw, .flw, .fsw, .fld, .fsd]
    case .counters: return [.csrrs, .csrrw]
    case .csrs: return [.csrrw, .csrrs, .csrrc, .csrrwi, .csrrsi, .csrrci]
    case .reserved: return []
    case .privileged: return [.mret, .sret, .wfi, .sfenceVMA]
    case .pmp, .sv32: return [.lb, .lh, .lw, .sb, .sh, .sw, .fld, .fsd, .jalr, .mret]
    case .interrupts: return [.mret, .sret, .csrrs]
    }
  }

  /// What Spike is started with. Misaligned loads and stores work everywhere (`zicclsm`) except where atomics are
  /// exercised: there Spike then reports misaligned atomics as address-misaligned, as a `virt` board does, and not as
  /// access faults; the specification allows both.
  public var spikeISA: String {
    let isa =
      "rv32imafdc_zicbom_zicboz_zicntr_zicond_zicsr_zifencei_zihintpause_zihpm_zawrs_zba_zbb_zbc_zbs_sstc_svadu"
    return self == .a || self == .reservations ? isa : isa + "_zicclsm"
  }

  /// The `index`th program of this group for a seed.
  public func program(seed: UInt64, index: Int) -> Program {
    var mixed = RandomSource(seed: seed)
    let salt = rawValue.utf8.reduce(mixed.next()) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    var builder = ProgramBuilder(
      random: RandomSource(seed: salt &+ UInt64(index) &* 0xD134_2543_DE82_EF95))
    switch self {
    case .i, .m, .a, .f, .d, .c, .zifencei, .zicsr, .counters, .zba, .zbb, .zbc, .zbs, .zicond,
      .cache, .misaligned,
      .reservations, .reserved:
      builder.generateInstructions(self)
    case .csrs: builder.generateRegisterAccesses()
    case .privileged: builder.generatePrivileged()
    case .pmp: builder.generateProtection()
    case .sv32: builder.generateTranslation()
    case .interrupts: builder.generateInterrupts()
    }
    return builder.end()
  }
}
