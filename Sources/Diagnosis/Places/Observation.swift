import Boards
import HartEngine
import ISA
import Peripherals
import SystemBus

/// What a copy of a machine did when it ran on for a while: the machine itself is not touched.
struct Observation {
  /// What one hart did.
  struct OfHart {
    /// Addresses of the instructions in the two looks that were taken, at the start and at the end.
    fileprivate var early: Set<UInt32> = []
    fileprivate var late: Set<UInt32> = []
    fileprivate var earlySteps = 0
    fileprivate var lateSteps = 0
    /// The integer registers whenever the hart came by the first instruction seen.
    fileprivate var head: (pc: UInt32, registers: [UInt32])?
    fileprivate var registersChanged = false
    /// Words that were read, and their values.
    fileprivate(set) var loads: [UInt32: UInt32] = [:]
    fileprivate var memoryChanged = false
    /// Device addresses that were read.
    fileprivate(set) var devices: Set<UInt32> = []
    /// Where `wfi` was executed.
    fileprivate(set) var waits: Set<UInt32> = []
    fileprivate(set) var usesAtomics = false
    fileprivate(set) var readsTime = false
    /// The traps that it took.
    fileprivate(set) var traps: [TrapRecord] = []
    fileprivate(set) var executed: UInt64 = 0
    /// How often it went to wait for an interrupt.
    fileprivate(set) var rests: UInt64 = 0

    /// The instructions of the loop that the hart never left; empty if it did, or if the loop is long.
    var loop: [UInt32] {
      guard earlySteps >= Observation.leastSteps, lateSteps >= Observation.leastSteps, early.count <= 64, early == late
      else { return [] }
      return early.sorted()
    }

    /// Whether each turn of the loop began with the same registers and read the same from memory: it will never end by
    /// itself.
    var changesNothing: Bool { !loop.isEmpty && !registersChanged && !memoryChanged }
  }

  private(set) var harts: [OfHart]
  /// The interrupt sources whose requests were in service before and after.
  private(set) var stillInService: [UInt32] = []

  /// Instructions of each hart that are looked at one by one, at the start and at the end.
  static let steps = 3_000
  private static let leastSteps = 200
  /// Instructions in between.
  private static let stretch: UInt64 = 2_000_000

  /// Lets a copy of `machine` run on. Nil when no copy can be made.
  init?(of machine: VirtMachine) {
    guard let snapshot = try? machine.snapshot(), let copy = try? VirtMachine(snapshot, console: Silence()) else {
      return nil
    }
    harts = copy.harts.map { _ in OfHart() }
    let before = Self.inService(copy)
    look(at: copy, isLate: false)
    _ = copy.run(instructions: Self.stretch * UInt64(copy.harts.count))
    look(at: copy, isLate: true)
    let after = Self.inService(copy)
    stillInService = before.filter(after.contains)
    for (index, hart) in copy.harts.enumerated() {
      harts[index].traps = hart.trapHistory.records
      harts[index].executed = hart.executed &- machine.harts[index].executed
      harts[index].rests = hart.statistics.waits &- machine.harts[index].statistics.waits
    }
  }

  private static func inService(_ machine: VirtMachine) -> [UInt32] {
    (1...machine.plic.lastSource).filter { machine.plic.status(ofSource: $0).isInService }
  }

  /// Runs one instruction at a time until each hart that runs at all has had its share.
  private mutating func look(at copy: VirtMachine, isLate: Bool) {
    var left = copy.harts.map { _ in Self.steps }
    // A hart's turn is 20,000 instructions long; what is beyond its share is run at once.
    var turns = 4 * copy.harts.count
    while turns > 0 {
      let before = copy.harts.map { $0.isWaiting && !$0.hasWakeUp ? nil : Moment($0) }
      guard case .ran = copy.run(instructions: 1) else { return }
      let ran = zip(copy.harts, before).first { hart, moment in moment.map { $0.executed != hart.executed } ?? false }
      guard let (hart, moment) = ran, let moment else {
        turns -= 1
        continue
      }
      let index = Int(hart.id)
      guard left[index] > 0 else {
        if left.allSatisfy({ $0 <= 0 }) { return }
        turns -= 1
        _ = copy.run(instructions: 20_000)
        continue
      }
      left[index] -= 1
      harts[index].note(moment, of: hart, isLate: isLate)
    }
  }

  private final class Silence: ConsoleSink {
    func write(_ byte: UInt8) {}
  }
}

/// A hart before an instruction.
private struct Moment {
  let executed: UInt64
  let pc: UInt32
  let mode: PrivilegeMode
  let instruction: Instruction?
  /// The address that it reads, if it reads memory.
  let address: UInt32?
  let registers: [UInt32]

  init(_ hart: Hart) {
    executed = hart.executed
    pc = hart.pc
    mode = hart.mode
    instruction = hart.isWaiting ? nil : hart.inspectInstruction(at: hart.pc, in: hart.mode)?.instruction
    registers = (1..<32).map { hart[x: $0] }
    guard let instruction else {
      address = nil
      return
    }
    let base = hart[x: Int(instruction.rs1)]
    address =
      switch instruction.opcode.encoding?.format {
      case .load, .floatLoad: base &+ UInt32(bitPattern: instruction.immediate)
      case .loadReserved, .atomic: base
      default: nil
      }
  }
}

extension Observation.OfHart {
  /// Takes in what the hart did in one step.
  fileprivate mutating func note(_ before: Moment, of hart: Hart, isLate: Bool) {
    if isLate {
      late.insert(before.pc)
      lateSteps += 1
    } else {
      early.insert(before.pc)
      earlySteps += 1
    }
    if let head {
      if head.pc == before.pc, head.registers != before.registers { registersChanged = true }
    } else {
      head = (before.pc, before.registers)
    }
    guard let instruction = before.instruction else { return }
    switch instruction.opcode {
    case .wfi: waits.insert(before.pc)
    case .csrrs, .csrrc:
      let number = CSR(rawValue: UInt16(truncatingIfNeeded: instruction.immediate))
      if [.time, .timeh, .cycle, .cycleh, .mcycle].contains(number) { readsTime = true }
    default: break
    }
    guard let address = before.address else { return }
    let format = instruction.opcode.encoding?.format
    if format == .atomic || format == .loadReserved { usesAtomics = true }
    switch hart.prospect(of: address, .load, count: 1, in: before.mode) {
    case .device(let physical): devices.insert(physical)
    case .memory:
      let word = address & ~3
      guard let value = hart.inspectWord(word, in: before.mode) else { return }
      if let old = loads[word], old != value { memoryChanged = true }
      if loads.count < 64 { loads[word] = value }
    case .fault: break
    }
  }
}
