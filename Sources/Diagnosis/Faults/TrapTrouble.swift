import HartEngine
import ISA

// Traps that lead nowhere: a handler that cannot run, traps itself, returns to the same instruction, or stops.

/// The traps that one mode of a hart has taken since it last returned from one.
private struct TrapChain {
  /// The trap that began it, if it is still known.
  var root: TrapRecord?
  /// The last one; the same as `root` when there was but one.
  var last: TrapRecord
  /// How many there were.
  var depth: UInt32
}

extension Examiner {
  /// Alike traps in a row that are no accident.
  private static let manyTraps: UInt32 = 100

  func findTrapTrouble(_ hart: Hart) -> [Finding] {
    if let chain = chain(of: hart) {
      let found = findNestedTraps(chain, hart)
      if !found.isEmpty { return found }
    }
    return findReturnToTheSame(hart)
  }

  /// The traps that are being handled in the mode that took the newest one.
  private func chain(of hart: Hart) -> TrapChain? {
    guard let newest = hart.trapHistory.newest else { return nil }
    let depth = hart.trapHistory.nesting(in: newest.to)
    guard depth > 0 else { return nil }
    let records = hart.trapHistory.records.filter { $0.to == newest.to }
    guard depth > 1 else { return TrapChain(root: newest, last: newest, depth: 1) }
    // Whatever came first of those nested in others follows directly upon the root.
    let nested = records.filter { $0.nesting > 1 && $0.first <= newest.last }
    let start = nested.last { $0.nesting == 2 }?.first ?? nested.first?.first ?? newest.first
    let root = records.filter { $0.last < start && $0.nesting <= 1 }.max { $0.last < $1.last }
    return TrapChain(root: root, last: newest, depth: depth)
  }

  private func findNestedTraps(_ chain: TrapChain, _ hart: Hart) -> [Finding] {
    let isLoop = chain.depth >= Self.manyTraps
    guard isLoop || hasStopped(hart) else { return [] }
    var found: [Finding] = []
    if let root = chain.root, let finding = explainRoot(root, of: chain, hart) {
      found.append(finding)
    }
    if isLoop {
      found.append(explainLoop(chain, hart))
    } else if chain.depth > 1, chain.last.exception != nil, chain.last.from == chain.last.to {
      if var finding = explain(chain.last, hart) {
        finding.seen.append("It happened in the trap handler, which has not returned.")
        found.append(finding)
      }
    }
    for index in found.indices where !isLoop {
      found[index].seen.append(
        "The handler has not returned since: \(name(hart)) is at \(symbols.place(hart.pc))"
          + (hart.isWaiting ? " and waits." : " in a loop."))
    }
    return found
  }

  /// Whether a hart goes no further.
  private func hasStopped(_ hart: Hart) -> Bool {
    if isLost(hart) { return true }
    guard let seen = observed(hart) else { return false }
    return !seen.loop.isEmpty && !seen.waits.isEmpty
  }

  /// Whether a hart can do nothing any more: nothing that is set up ends its wait or its loop.
  private func isLost(_ hart: Hart) -> Bool {
    if waits(hart) { return !findEndlessWait(hart).isEmpty }
    return hart.loopReason != nil || observed(hart)?.changesNothing ?? false
  }

  /// The trap that began a chain: nil when it is one that any kernel takes all the time.
  private func explainRoot(_ root: TrapRecord, of chain: TrapChain, _ hart: Hart) -> Finding? {
    guard !root.isInterrupt, let cause = root.exception else { return nil }
    if root.from == .user {
      // A program may do what it likes, but for what shows that the kernel went wrong: it cannot even begin.
      guard cause.access == .fetch, root.lead == .trapReturn else { return nil }
      return isWithoutProtection(root.pc, hart, .user) || (chain.depth == 1 && isLost(hart)) ? explain(root, hart) : nil
    }
    // What S-mode asks of the firmware.
    if cause == .environmentCallFromSupervisor, root.to == .machine { return nil }
    if root.lead == .trap { return nil }
    // It may well be meant; that the handler cannot run is not.
    if cause == .breakpoint, chain.depth > 1 { return nil }
    return explain(root, hart)
  }

  func isWithoutProtection(_ address: UInt32, _ hart: Hart, _ mode: PrivilegeMode) -> Bool {
    if case .fault(.noProtectionEntry) = hart.prospect(of: address, .fetch, count: 2, in: mode) { return true }
    return false
  }

  // MARK: Loops of traps

  private func explainLoop(_ chain: TrapChain, _ hart: Hart) -> Finding {
    let trap = chain.last
    let times = "\(grouped(UInt64(chain.depth))) times without a return"
    var seen = ["\(trap.prefix)tvec is \(symbols.place(vector(trap, hart)))."]
    if let root = chain.root, root != trap { seen.append("It began with \(root.line(symbols)).") }
    guard trap.lead == .trap, trap.from == trap.to else { return explainHandlerFault(trap, hart, times, seen) }
    let title = "\(name(hart)) traps in its own trap handler: \(trap.name) at \(symbols.place(trap.pc)), \(times)"
    let register = trap.prefix + "tvec"
    if vector(trap, hart) == 0 {
      return Finding(
        .vectorZero, .certain, title + ": the trap vector is zero", seen: seen,
        usually: "\(register) was never written before the first trap, or was overwritten. Set it to the handler's "
          + "address first thing in the kernel's entry code, on each hart.")
    }
    if trap.exception?.access == .fetch, let obstacle = obstacle(trap.pc, .fetch, hart, trap.from) {
      seen.append("Code cannot be fetched from there: \(obstacle).")
      return Finding(
        .vectorUnmapped, .certain, title + ": the trap vector is not mapped", seen: seen,
        usually: "\(register) holds an address that the page table does not map as executable for the kernel: a "
          + "physical address after translation was turned on, a virtual one before, or the handler's page was left "
          + "out of a new address space.")
    }
    return Finding(
      .vectorNoCode, .certain, title + ": the trap vector does not lead to code that can run", seen: seen,
      usually: "\(register) points into data or into the middle of an instruction. Its two lowest bits are the mode, "
        + "so the handler must be aligned to 4 bytes.")
  }

  private func explainHandlerFault(_ trap: TrapRecord, _ hart: Hart, _ times: String, _ seen: [String]) -> Finding {
    var seen = seen
    let title = "\(name(hart)) traps inside its trap handler: \(trap.name) at \(symbols.place(trap.pc)), \(times)"
    if let note = addressNote(trap, hart) { seen.append(note) }
    if let reason = trap.exception.flatMap(\.access).flatMap({ obstacle(trap.value, $0, hart, trap.from) }) {
      seen.append("The access to \(hexadecimal(trap.value)) fails: \(reason).")
    }
    let scratch = csr(trap.to == .machine ? .mscratch : .sscratch, of: hart)
    seen.append("\(trap.prefix)scratch is \(hexadecimal(scratch)), sp was \(hexadecimal(trap.stackPointer)).")
    return Finding(
      .faultInHandler, .certain, title + ": the fault handler faults", seen: seen,
      usually: "The handler saves registers where it cannot: \(trap.prefix)scratch was not set before the first trap, "
        + "the kernel's stack is not mapped in this address space, or it has overflowed.")
  }

  private func vector(_ trap: TrapRecord, _ hart: Hart) -> UInt32 {
    csr(trap.to == .machine ? .mtvec : .stvec, of: hart) & ~3
  }

  // MARK: Returns to the instruction that trapped

  private func findReturnToTheSame(_ hart: Hart) -> [Finding] {
    // Only what the copy did is sure to happen now.
    guard let seen = observed(hart),
      let trap = seen.traps.last(where: { $0.times >= Self.manyTraps && $0.lead == .trapReturn }),
      trap.exception != nil, UInt64(trap.times) * 1000 > seen.executed
    else { return [] }
    let total = hart.trapHistory.records.last { $0.pc == trap.pc && $0.cause == trap.cause }?.times ?? 0
    let cause = trap.exception ?? .breakpoint
    var notes = [
      "\(grouped(UInt64(max(total, trap.times)))) times; each time the handler returned to the same instruction "
        + "with \(trap.prefix)ret at \(symbols.place(trap.origin))."
    ]
    if let note = addressNote(trap, hart) { notes.append(note) }
    if let reason = cause.access.flatMap({ obstacle(trap.value, $0, hart, trap.from) }) {
      notes.append("The access to \(hexadecimal(trap.value)) still fails: \(reason).")
    }
    return [
      Finding(
        .trapLoop, .certain,
        "\(name(hart)) is in a trap loop: \(trap.name) at \(symbols.place(trap.pc)) again and again",
        seen: notes, usually: Self.usualLoop(cause, prefix: trap.prefix))
    ]
  }

  private static func usualLoop(_ cause: TrapCause, prefix: String) -> String {
    if cause.isCall || cause == .breakpoint {
      return "The handler does not step over the instruction: add its length (4 for ecall) to \(prefix)epc before "
        + "\(prefix)ret."
    }
    if cause.access != nil {
      return "The handler returns without having made the access possible: it mapped another address, set other "
        + "permissions (U, R, W, X, A, D), or did not execute sfence.vma."
    }
    return "The handler returns without having dealt with the cause, so the instruction traps again."
  }
}
