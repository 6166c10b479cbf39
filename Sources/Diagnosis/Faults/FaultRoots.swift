import HartEngine
import ISA

// What one trap means that the kernel did not expect.

extension Examiner {
  /// Explains an exception by what the instruction was and where it led. Nil for interrupts.
  func explain(_ trap: TrapRecord, _ hart: Hart) -> Finding? {
    guard let cause = trap.exception else { return nil }
    if cause == .illegalInstruction { return explainIllegal(trap, hart) }
    if cause.access == .fetch { return explainFetch(trap, hart) }
    if let stack = explainStack(trap, hart) { return stack }
    var seen: [String] = []
    if let note = addressNote(trap, hart) { seen.append(note) }
    if let reason = cause.access.flatMap({ obstacle(trap.value, $0, hart, trap.from) }) {
      seen.append("The access to \(hexadecimal(trap.value)) fails: \(reason).")
    }
    return Finding(
      .fault, .likely, "\(name(hart)) stopped after a trap in the kernel: \(trap.name) at \(symbols.place(trap.pc))",
      seen: seen, usually: usualFault(cause, at: trap.value))
  }

  private func usualFault(_ cause: TrapCause, at address: UInt32) -> String {
    switch cause {
    case .breakpoint: "An assertion that failed, or a trap that the compiler put where the program must not come."
    case .environmentCallFromUser, .environmentCallFromSupervisor, .environmentCallFromMachine:
      "The handler does not answer this call. A kernel that calls SBI firmware needs one beneath it (--firmware builtin)."
    case .instructionAddressMisaligned, .loadAddressMisaligned, .storeAddressMisaligned:
      "LR, SC and AMO need aligned addresses, and so do jumps on harts without C: the address was computed or cast wrongly."
    default:
      address < 4096
        ? "The address is almost 0: a pointer that was never set."
        : "A pointer that leads nowhere, or a device or page that was left out of the page table."
    }
  }

  /// The instruction, and the address that it used.
  func addressNote(_ trap: TrapRecord, _ hart: Hart) -> String? {
    guard let (instruction, bits) = hart.inspectInstruction(at: trap.pc, in: trap.from) else { return nil }
    let disassembler = Disassembler { [symbols] in symbols.describe($0) }
    return "The instruction is \(disassembler.text(instruction, bits: bits, at: trap.pc))."
  }

  // MARK: Jumps

  private func explainFetch(_ trap: TrapRecord, _ hart: Hart) -> Finding {
    var seen: [String] = []
    if let reason = obstacle(trap.pc, .fetch, hart, trap.from) {
      seen.append("Code cannot be fetched from \(hexadecimal(trap.pc)): \(reason).")
    }
    if trap.lead == .trapReturn { return explainReturn(trap, hart, seen) }
    seen.append("ra was \(symbols.placeOfReturn(to: trap.returnAddress)): usually the call is just before that.")
    guard trap.pc < 4096 else {
      return Finding(
        .jumpNowhere, .likely, "\(name(hart)) jumped to \(symbols.place(trap.pc)), where no code can run", seen: seen,
        usually: "A function pointer or a saved return address was overwritten, or code was called before its page "
          + "was mapped.")
    }
    return Finding(
      .jumpToZero, .certain, "\(name(hart)) jumped to zero (\(hexadecimal(trap.pc)))", seen: seen,
      usually: trap.returnAddress < 4096
        ? "A function returned with ra 0: its stack frame was overwritten, or it was entered without a call."
        : "A function pointer was 0 when it was called: a table entry that was never filled in, or a weak symbol that "
          + "nothing defines.")
  }

  private func explainReturn(_ trap: TrapRecord, _ hart: Hart, _ seen: [String]) -> Finding {
    let isMachine = hart.inspectInstruction(at: trap.origin, in: .machine)?.instruction.opcode == .mret
    let instruction = isMachine ? "mret" : "sret"
    let register = isMachine ? "mepc" : "sepc"
    let title =
      "\(instruction) at \(symbols.place(trap.origin)) took \(name(hart)) to \(trap.from.name) at "
      + "\(symbols.place(trap.pc)), where "
    if isWithoutProtection(trap.pc, hart, trap.from) {
      return Finding(
        .returnWithoutProtection, .certain, title + "no PMP entry lets it run", seen: seen,
        usually: "Without a matching PMP entry S-mode and U-mode may access nothing. Before the first mret let one "
          + "cover all of memory: pmpaddr0 = -1, pmpcfg0 = 0x1f.")
    }
    return Finding(
      .returnWithoutPage, .certain, title + "no page lets it run", seen: seen,
      usually: "\(register) is not the address that was meant, or its page is missing in the page table, or has no X "
        + "bit, or has the wrong U bit for the mode: U-mode needs it set, S-mode needs it clear.")
  }

  // MARK: Stacks

  private func explainStack(_ trap: TrapRecord, _ hart: Hart) -> Finding? {
    guard let access = trap.exception?.access, access != .fetch,
      let (instruction, _) = hart.inspectInstruction(at: trap.pc, in: trap.from), instruction.rs1 == 2,
      trap.value &- trap.stackPointer &+ 2048 < 4096
    else { return nil }
    var seen = ["sp was \(hexadecimal(trap.stackPointer))."]
    if let note = addressNote(trap, hart) { seen.append(note) }
    let reason = obstacle(trap.value, access, hart, trap.from)
    if let reason { seen.append("\(hexadecimal(trap.value)): \(reason).") }
    let start = UInt64(machine.ram.base)
    seen.append("RAM is \(hexadecimal(start))…\(hexadecimal(start + UInt64(machine.ram.size) - 1)).")
    let isOutside = machine.ram.contains(trap.value) == false && !hart.translates(in: trap.from)
    return Finding(
      .stackOutside, .certain,
      "\(name(hart)) has its stack \(isOutside ? "outside RAM" : "where it cannot be accessed (outside RAM or not mapped)")"
        + ": \(trap.name) at \(symbols.place(trap.pc))",
      seen: seen,
      usually: "sp was set for a machine with more memory, from a symbol of the linker script that is not in RAM, or "
        + "not at all; or the stack has overflowed into what lies below it.")
  }
}
