import HartEngine
import ISA

// Harts that run and get nowhere.

extension Examiner {
  func findSpin(_ hart: Hart) -> [Finding] {
    guard let seen = observed(hart), !seen.loop.isEmpty, !symbols.isFirmware(hart.pc) else {
      return machine.end == nil ? [] : findSelfJump(hart)
    }
    if !seen.waits.isEmpty { return findInterruptsOff(hart, seen) }
    guard seen.changesNothing, seen.devices.isEmpty, !seen.readsTime, seen.traps.isEmpty else { return [] }
    let span = "\(symbols.place(seen.loop.first ?? hart.pc))"
    let isInterruptible = canBeInterrupted(hart)
    var notes = [
      "A loop of \(seen.loop.count) instruction\(seen.loop.count == 1 ? "" : "s") at \(span) ran for \(grouped(seen.executed)) instructions; its "
        + "registers and what it reads did not change."
    ]
    notes.append(interruptNote(hart))
    guard !seen.loads.isEmpty else {
      return [
        Finding(
          .selfJump, isInterruptible ? .possible : .likely,
          "\(name(hart)) is in an endless loop that does nothing, at \(span)",
          seen: notes,
          usually: "The end of a panic, of main, or of a trap handler for what it does not expect. What the kernel "
            + "printed before, and the traps below, may tell why.")
      ]
    }
    let words = seen.loads.sorted { $0.key < $1.key }.prefix(4)
    let names = list(words.map { symbols.place($0.key) })
    notes.append(contentsOf: words.map { "\(symbols.place($0.key)) holds \(hexadecimal($0.value))." })
    return [
      Finding(
        .spin, isInterruptible || isAnotherAlive(hart) ? .possible : .likely,
        "\(name(hart)) spins on \(seen.usesAtomics ? "the lock word" : "the word") \(names), which no hart writes",
        seen: notes,
        usually: seen.usesAtomics
          ? "The lock is held by someone who will not release it: the same hart took it before (also in a trap "
            + "handler), two harts took two locks in different order, or the holder has stopped."
          : "Whoever was to set it does not run: another hart that was never started, or an interrupt that is not "
            + "enabled or not due yet. A variable that is not volatile may also have been read once too seldom.")
    ]
  }

  /// Whether another hart runs, and may yet write what this one waits for.
  private func isAnotherAlive(_ hart: Hart) -> Bool { machine.harts.contains { $0.id != hart.id && isAlive($0) } }

  /// Whether an interrupt that is enabled, and can come, would be taken.
  private func canBeInterrupted(_ hart: Hart) -> Bool {
    let enabled = csr(.mie, of: hart) & ownInterrupts(of: hart)
    guard takesInterrupts(hart), enabled != 0 else { return false }
    if enabled & Interrupts.timer != 0, machine.nextDeadline != .max { return true }
    return canBeWokenByDevice(hart) || enabled & Interrupts.software != 0 && machine.harts.count > 1
  }

  private func interruptNote(_ hart: Hart) -> String {
    let bit = hart.mode == .machine ? "mstatus.MIE" : "sstatus.SIE"
    let pending = csr(.mip, of: hart) & csr(.mie, of: hart) & ownInterrupts(of: hart)
    guard !takesInterrupts(hart) else {
      return "Interrupts are on, but \(canBeInterrupted(hart) ? "none came" : "none is set up")."
    }
    return "Interrupts are off (\(bit) is 0)" + (pending == 0 ? "." : "; pending is \(Interrupts.names(pending)).")
  }

  /// A loop around `wfi` that never waits, because what is pending is never taken.
  private func findInterruptsOff(_ hart: Hart, _ seen: Observation.OfHart) -> [Finding] {
    let pending = csr(.mip, of: hart) & csr(.mie, of: hart) & ownInterrupts(of: hart)
    guard pending != 0, !takesInterrupts(hart), seen.traps.allSatisfy({ !$0.isInterrupt }) else { return [] }
    let bit = hart.mode == .machine ? "mstatus.MIE" : "sstatus.SIE"
    return [
      Finding(
        .interruptsOff, .likely,
        "\(name(hart)) never takes the \(Interrupts.names(pending)) interrupt that is pending: interrupts are off (\(bit) is 0)",
        seen: [
          "It loops around wfi at \(list(seen.waits.sorted().map(symbols.place))), which ends at once while an enabled "
            + "interrupt is pending."
        ],
        usually: "Set \(bit) around or after the wfi, or handle what \(hart.mode == .machine ? "mip" : "sip") shows in "
          + "the loop itself. Trap entry clears it; only mret and sret put it back.")
    ]
  }

  /// For a machine that has ended, which cannot be watched: a jump to itself.
  private func findSelfJump(_ hart: Hart) -> [Finding] {
    guard let (instruction, _) = hart.inspectInstruction(at: hart.pc, in: hart.mode), instruction.opcode == .jal,
      instruction.immediate == 0
    else { return [] }
    return [
      Finding(
        .selfJump, .likely, "\(name(hart)) jumps to itself at \(symbols.place(hart.pc))",
        seen: [interruptNote(hart)],
        usually: "The end of a panic, of main, or of a trap handler for what it does not expect. What the kernel "
          + "printed before, and the traps below, may tell why.")
    ]
  }
}
