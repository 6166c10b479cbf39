import ISA

extension Hart {
  /// Whether an interrupt from a device could end a wait: it is enabled in `mie`.
  public var canBeWokenFromOutside: Bool { csr.interruptEnable & (InterruptBit.sei | InterruptBit.mei) != 0 }

  /// Traps in a row, with no instruction retired between them, after which a hart is taken to be lost for good.
  private static let trapLoopLimit: UInt32 = 100_000

  /// Why this hart will never do anything but what it does now; nil when it may.
  public var loopReason: String? {
    if trapsWithoutProgress >= Self.trapLoopLimit {
      let cause = mode == .machine ? csr.machineCause : csr.supervisorCause
      let name = TrapCause(rawValue: cause).map { "\($0)" } ?? "cause \(cause)"
      return "hart \(id) traps for ever at \(place) (\(name)): the trap handler's own first instruction traps"
    }
    guard !canBeInterrupted, isJumpToItself else { return nil }
    return "hart \(id) jumps to itself at \(place) with interrupts disabled"
  }

  private var place: String { "0x" + String(state.pointee.pc, radix: 16) }

  /// Whether any interrupt that `mie` enables would be taken in the present mode.
  private var canBeInterrupted: Bool {
    let machineEnabled = mode < .machine || csr.status & Status.mie != 0
    let supervisorEnabled = mode < .supervisor || (mode == .supervisor && csr.status & Status.sie != 0)
    return (machineEnabled && csr.interruptEnable & ~csr.machineIdelegation != 0)
      || (supervisorEnabled && csr.interruptEnable & csr.machineIdelegation != 0)
  }

  private var isJumpToItself: Bool {
    // Most of the time a look at the first half will do: it is that of a `c.j`, `c.jal` or `jal` of no distance.
    guard let half = instructionHalf(at: state.pointee.pc), half & 0x7FFF == 0x2001 || half & 0xF07F == 0x006F else {
      return false
    }
    let instruction = decoder.decode(instructionBits(at: state.pointee.pc))
    return instruction.opcode == .jal && instruction.immediate == 0
  }
}
