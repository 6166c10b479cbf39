import Boards
import HartEngine
import ISA
import Peripherals
import RegisterMaps
import SystemBus

/// Looks for what is wrong with a machine that is not running. The parts of the search are in `Faults`.
struct Examiner {
  let machine: VirtMachine
  let symbols: SymbolMap
  /// What a copy did that ran on; nil when the machine has ended or no copy could be made.
  let observation: Observation?

  var findings: [Finding] {
    if case .passed? = machine.end { return [] }
    if case .failed? = machine.end { return [] }
    var found = machine.harts.flatMap(findFirmwareAbsence)
    var explained: Set<UInt32> = []
    for hart in machine.harts {
      let trouble = findTrapTrouble(hart)
      if !trouble.isEmpty { explained.insert(hart.id) }
      found += trouble
    }
    let masked = findMaskedRequests()
    found += masked
    // A request that is kept back is why a hart waits.
    if masked.isEmpty, !isAnyHartAlive {
      for hart in machine.harts where !explained.contains(hart.id) { found += findEndlessWait(hart) }
    }
    for hart in machine.harts where !explained.contains(hart.id) { found += findSpin(hart) }
    return Self.ordered(found)
  }

  /// What is sure comes first; else the order in which the search goes, from causes to consequences.
  private static func ordered(_ findings: [Finding]) -> [Finding] {
    var kept: [Finding] = []
    for finding in findings where !kept.contains(where: { $0.title == finding.title }) { kept.append(finding) }
    return kept.filter { $0.certainty > .possible } + kept.filter { $0.certainty == .possible }
  }

  // MARK: What is asked of a hart again and again

  /// A CSR; 0 where there is none.
  func csr(_ number: CSR, of hart: Hart) -> UInt32 { hart.value(of: number) ?? 0 }

  func name(_ hart: Hart) -> String { "hart \(hart.id)" }

  func observed(_ hart: Hart) -> Observation.OfHart? {
    observation.flatMap { observation in
      observation.harts.indices.contains(Int(hart.id)) ? observation.harts[Int(hart.id)] : nil
    }
  }

  /// The interrupts that the code which runs on a hart has to do with: those of S-mode beneath a firmware.
  func ownInterrupts(of hart: Hart) -> UInt32 {
    let delegated = csr(.mideleg, of: hart)
    return hart.mode == .machine ? ~delegated : delegated
  }

  /// Whether a hart waits inside the firmware or the boot ROM: it was never started, or was stopped.
  func isParked(_ hart: Hart) -> Bool { hart.isWaiting && symbols.isFirmware(hart.pc) }

  /// Whether a hart waits for something that has not come.
  func waits(_ hart: Hart) -> Bool { hart.isWaiting && !hart.hasWakeUp }

  /// Whether a hart runs and does not go round in circles, or waits for what may come. It may then wake the others.
  func isAlive(_ hart: Hart) -> Bool {
    if waits(hart) { return canBeWoken(hart) }
    if hart.loopReason != nil { return false }
    guard let seen = observed(hart) else { return true }
    return !seen.changesNothing && (seen.loop.isEmpty || seen.waits.isEmpty)
  }

  private var isAnyHartAlive: Bool { machine.harts.contains(where: isAlive) }

  /// Whether the mode that a hart is in takes interrupts now: always beneath the mode that handles them.
  func takesInterrupts(_ hart: Hart) -> Bool {
    let status = csr(.mstatus, of: hart)
    switch hart.mode {
    case .machine: return status & 1 << 3 != 0
    case .supervisor: return status & 1 << 1 != 0
    case .user: return true
    }
  }

  /// Whether `address` is in RAM for `mode`.
  func isMemory(_ address: UInt32, _ kind: AccessKind, _ hart: Hart, _ mode: PrivilegeMode) -> Bool {
    if case .memory = hart.prospect(of: address, kind, in: mode) { return true }
    return false
  }

  /// Why an access would fault, as the end of a sentence about the address; nil if it would not.
  func obstacle(_ address: UInt32, _ kind: AccessKind, _ hart: Hart, _ mode: PrivilegeMode) -> String? {
    guard case .fault(let obstacle) = hart.prospect(of: address, kind, in: mode) else {
      return isMemory(address, kind, hart, mode) ? nil : "a device is there"
    }
    switch obstacle {
    case .noPage: return "the page table has no page there"
    case .noPermission:
      let bit = kind == .fetch ? "X" : kind == .load ? "R" : "W"
      return "its page has no \(bit) bit"
    case .otherMode: return mode == .user ? "its page has no U bit" : "its page is one of U-mode"
    case .notMarked: return "the A or D bit of its page is clear, which the hart leaves to the kernel"
    case .noPageTable(let physical): return "its page table would be at \(hexadecimal(physical)), outside of RAM"
    case .noProtectionEntry: return "no PMP entry covers it"
    case .protected: return "PMP denies it"
    case .nothing(let physical):
      return physical == UInt64(address)
        ? "neither RAM nor a device is there" : "its page leads to \(hexadecimal(physical)), outside of RAM"
    }
  }
}
