import Boards
import HartEngine
import ISA

/// What programs have made a machine do.
public final class LockstepCoverage {
  private var programs = 0
  private var counts = [Int](repeating: 0, count: 256)
  private var compressed = 0
  private var modes = [Int](repeating: 0, count: 4)
  private var switches = 0
  private var statistics = MachineStatistics()
  private var executed: UInt64 = 0
  /// Seeds of programs that could do nothing more before their end.
  public private(set) var early: [UInt64] = []
  /// Programs by how many of their executed instructions trapped, in per cent.
  private var trapping: [(seed: UInt64, percent: UInt64)] = []
  private var passes: [UInt64] = []

  public init() {}

  /// Runs a program one instruction at a time.
  public func add(_ plan: LockstepPlan, limit: UInt64) throws {
    let machine = try plan.machine(.interpreter, console: RecordingConsole())
    let decoder = Decoder(configuration: .complete)
    var mode: UInt8 = 3
    machine.onCommit = { [self] line in
      guard let line = line.withUnsafeBytes({ TraceLine($0) }) else { return }
      let instruction = decoder.decode(line.bits)
      counts[Int(instruction.opcode.rawValue)] += 1
      if instruction.length == 2 { compressed += 1 }
      modes[Int(line.privilege & 3)] += 1
      if line.privilege != mode { switches += 1 }
      mode = line.privilege
    }
    machine.run(toExecuted: limit)
    machine.onCommit = nil
    note(machine, plan, limit)
  }

  private func note(_ machine: VirtMachine, _ plan: LockstepPlan, _ limit: UInt64) {
    programs += 1
    executed += machine.executed
    let now = machine.statistics
    for cause in now.traps.indices { statistics.traps[cause] += now.traps[cause] }
    for number in now.interrupts.indices { statistics.interrupts[number] += now.interrupts[number] }
    statistics.waits += now.waits
    statistics.blocksDecoded += now.blocksDecoded
    statistics.instructions += now.instructions
    if machine.executed < limit { early.append(plan.seed) }
    trapping.append((plan.seed, now.traps.reduce(0, +) * 100 / max(machine.executed, 1)))
    passes.append(UInt64(word(machine, LockstepLayout.own(0) + UInt32(OwnMemory.passes))))
  }

  private func word(_ machine: VirtMachine, _ address: UInt32) -> UInt32 {
    (machine.ram.read(at: address, count: 4) ?? []).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  public func exceptions(of cause: TrapCause) -> UInt64 { statistics.traps[Int(cause.rawValue)] }
  public func interrupts(_ number: Int) -> UInt64 { statistics.interrupts[number] }
  /// How many of the executed instructions trapped.
  public var trapShare: Double { Double(statistics.traps.reduce(0, +)) / Double(max(executed, 1)) }

  /// Instructions that no program has executed to their end; `ecall` and `ebreak` never do.
  public var missing: [Opcode] {
    Opcode.allCases.filter { ![.illegal, .ecall, .ebreak].contains($0) && counts[Int($0.rawValue)] == 0 }
  }

  public var lines: [String] {
    let rare = Opcode.allCases.filter { $0 != .illegal }.map { ($0, counts[Int($0.rawValue)]) }.sorted { $0.1 < $1.1 }
    let worst = trapping.sorted { $0.percent > $1.percent }.prefix(5)
    func nonzero(_ numbers: [UInt64]) -> String {
      numbers.enumerated().filter { $0.element > 0 }.map { "\($0.offset): \($0.element)" }.joined(separator: ", ")
    }
    return [
      "\(programs) programs, \(executed) executed, \(statistics.instructions) retired, \(compressed) compressed",
      "never executed: \(missing.map { "\($0)" }.joined(separator: " "))",
      "seldom executed: " + rare.prefix(30).map { "\($0.0) \($0.1)" }.joined(separator: ", "),
      "exceptions by cause: " + nonzero(statistics.traps),
      "interrupts by number: " + nonzero(statistics.interrupts),
      "instructions in U, S, M: \(modes[0]), \(modes[1]), \(modes[3]); \(switches) switches between modes",
      "waits: \(statistics.waits); blocks decoded: \(statistics.blocksDecoded)",
      "programs that trap most, in per cent of what they execute: "
        + worst.map { "\($0.percent) (seed \($0.seed))" }.joined(separator: ", "),
      "passes of the main loop: \(passes.sorted().map { "\($0)" }.joined(separator: " "))",
      "ended early: \(early.map { "\($0)" }.joined(separator: " "))",
    ]
  }
}
