import HartEngine
import ISA

// Which extension, register or right an illegal instruction lacked.

extension Examiner {
  func explainIllegal(_ trap: TrapRecord, _ hart: Hart) -> Finding {
    let bits = hart.inspectInstruction(at: trap.pc, in: trap.from)?.bits ?? trap.value
    let instruction = Decoder(configuration: .complete).decode(bits)
    let disassembler = Disassembler { [symbols] in symbols.describe($0) }
    let text = disassembler.text(instruction, bits: bits, at: trap.pc)
    let place = symbols.place(trap.pc)
    guard let encoding = instruction.opcode.encoding else { return noInstruction(bits, text, place, hart) }
    switch encoding.format {
    case .csr, .csrImmediate:
      let number = CSR(rawValue: UInt16(truncatingIfNeeded: instruction.immediate))
      return explainRegister(number, text, place, trap, hart)
    default: break
    }
    let isCompressed = bits & 3 != 3 && !hart.isa.has(.c)
    if isCompressed || !hart.isa.has(encoding.requires) {
      return missing(isCompressed ? .c : encoding.requires, text, place, hart)
    }
    if encoding.requires == .f || encoding.requires == .d {
      return Finding(
        .floatOff, .certain, "\(name(hart)) used floating point while it is off: \(text) at \(place)",
        seen: ["mstatus.FS is 0."],
        usually: "Set FS in mstatus (or sstatus) to 1 before the first floating-point instruction, on each hart and "
          + "for each program.")
    }
    return Finding(
      .privilege, .certain, "\(name(hart)) may not execute \(text) in \(trap.from.name), at \(place)",
      usually: "The instruction belongs to a higher mode: a kernel for M-mode was started in S-mode by a firmware, or "
        + "the other way round. mstatus.TVM, TW and TSR deny some instructions to S-mode as well.")
  }

  private func noInstruction(_ bits: UInt32, _ text: String, _ place: String, _ hart: Hart) -> Finding {
    Finding(
      .noInstruction, .certain, "\(name(hart)) ran into what is no instruction: \(text) at \(place)",
      seen: bits == 0 ? ["Memory holds zeros there."] : [],
      usually: bits & 0xFFFF == 0
        ? "It jumped to memory that holds no code, or the code was never loaded there."
        : "It jumped into data, or the code is for extensions that Roost does not have.")
  }

  private func missing(_ lacking: Extension, _ text: String, _ place: String, _ hart: Hart) -> Finding {
    let wanted = ISAConfiguration(hart.isa.extensions + [lacking])
    return Finding(
      .missingExtension, .certain,
      "\(name(hart)) does not have extension \(lacking.name): \(text) at \(place)",
      seen: ["The machine is \(hart.isa.name)."],
      usually: "The kernel is built for more than the machine has. Run it with --isa \(wanted.name), or build it "
        + "without the extension (-march).")
  }

  private func explainRegister(
    _ number: CSR, _ text: String, _ place: String, _ trap: TrapRecord, _ hart: Hart
  ) -> Finding {
    if trap.from.rawValue < number.lowestPrivilege {
      return Finding(
        .privilege, .certain,
        "\(name(hart)) may not access \(number) in \(trap.from.name): \(text) at \(place)",
        usually: "The register belongs to a higher mode. A kernel for M-mode runs bare (--firmware none); one that is "
          + "started by a firmware runs in S-mode.")
    }
    if let lacking = Self.required(for: number), !hart.isa.has(lacking) {
      let wanted = ISAConfiguration(hart.isa.extensions + [lacking])
      return Finding(
        .missingRegister, .certain,
        "\(name(hart)) has no \(number): it needs extension \(lacking.name), \(text) at \(place)",
        seen: ["The machine is \(hart.isa.name)."],
        usually: "Run it with --isa \(wanted.name), or look in the device tree before using the register.")
    }
    return Finding(
      .missingRegister, .certain, "\(name(hart)) cannot access \(number): \(text) at \(place)",
      usually: number.isReadOnly && number.name != nil
        ? "The register is read-only, or a higher mode has not let it be read (mcounteren, scounteren)."
        : "The register does not exist here, or a higher mode has not allowed it (menvcfg, mcounteren, mstatus.FS).")
  }

  /// The extension that a register belongs to; nil for those that every hart has.
  private static func required(for number: CSR) -> Extension? {
    switch number {
    case .fflags, .frm, .fcsr: .f
    case .stimecmp, .stimecmph: .sstc
    case .cycle, .cycleh, .time, .timeh, .instret, .instreth: .zicntr
    default: (0xC03...0xC1F).contains(number.rawValue) || (0xC83...0xC9F).contains(number.rawValue) ? .zihpm : nil
    }
  }
}
