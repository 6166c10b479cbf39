import Boards
import HartEngine
import ISA
import Peripherals

/// A generated program on a `virt` machine in this process.
public final class ProgramRun {
  private final class Silence: ConsoleSink {
    func write(_ byte: UInt8) {}
  }

  public let machine: VirtMachine

  /// Loads a program, without any boot ROM before it.
  public init(_ program: Program, engine: EngineChoice = .usual) throws {
    var configuration = MachineConfiguration()
    configuration.engine = engine
    configuration.memorySize = Int(Layout.memorySize)
    configuration.clock = .virtual(instructionsPerTick: 10)
    machine = try VirtMachine(configuration, console: Silence())
    for segment in program.segments { _ = machine.ram.write(segment.bytes, at: segment.address) }
    machine.harts[0].pc = program.entry
  }

  /// Runs the program, giving `onLine` the lines of its trace while it returns true, and then to its end.
  /// - Returns: how the run ended, in words.
  public func trace(limit: Int, _ onLine: @escaping ([UInt8]) -> Bool) -> String {
    var isWanted = true
    machine.onCommit = { line in if isWanted { isWanted = onLine(line) } }
    defer { machine.onCommit = nil }
    return run(limit: limit) { isWanted }
  }

  /// Runs the program at full speed.
  @discardableResult
  public func run(limit: Int, while isWanted: () -> Bool = { true }) -> String {
    var executed = 0
    // A little after the program's last compared store it ends the machine.
    var unwantedSlices = 0
    while executed < limit {
      let outcome = machine.run(instructions: 1000)
      executed += 1000
      switch outcome {
      case .ran: break
      case .idle: return "the machine waits for input"
      case .ended(let end): return "the machine has ended: \(end)"
      }
      if !isWanted() { unwantedSlices += 1 }
      if unwantedSlices > 1 { return "not followed to its end" }
    }
    return "still running after \(limit) instructions"
  }

  // MARK: Comparing

  /// What is compared of CSRs after a run: all that hold state and no clock.
  private static let registers: [CSR] = [
    .mstatus, .medeleg, .mideleg, .mie, .mip, .mtvec, .mscratch, .mepc, .mcause, .mtval, .stvec,
    .sscratch, .sepc,
    .scause, .stval, .satp, .fcsr, .minstret, .mcounteren, .scounteren, .menvcfg, .menvcfgh,
    .senvcfg,
  ]

  /// The first part of the final state that is not the same in another run of the same program.
  public func difference(from other: ProgramRun) -> Difference? {
    if let difference = registerDifference(from: other) { return difference }
    let (first, second) = (memory(of: other), memory(of: self))
    guard let place = zip(first, second).enumerated().first(where: { $0.element.0 != $0.element.1 }) else { return nil }
    return report(
      "memory at \(String(0x8000_0000 + place.offset, radix: 16)):", place.element.0, place.element.1)
  }

  private func report(
    _ name: String, _ expected: some FixedWidthInteger, _ actual: some FixedWidthInteger
  ) -> Difference {
    Difference(
      context: ["state of two runs:"], expected: "\(name) \(String(expected, radix: 16))",
      actual: "\(name) \(String(actual, radix: 16))")
  }

  /// The same without memory.
  public func registerDifference(from other: ProgramRun) -> Difference? {
    let (a, b) = (other.machine.harts[0], machine.harts[0])
    for index in 0..<32 where a[x: index] != b[x: index] {
      return report("x\(index)", a[x: index], b[x: index])
    }
    for index in 0..<32 where a[f: index] != b[f: index] {
      return report("f\(index)", a[f: index], b[f: index])
    }
    for register in Self.registers {
      let (first, second) = (a.value(of: register) ?? 0, b.value(of: register) ?? 0)
      if first != second { return report("\(register)", first, second) }
    }
    if a.retired != b.retired { return report("instructions retired", a.retired, b.retired) }
    if a.pc != b.pc { return report("pc", a.pc, b.pc) }
    return nil
  }

  /// All that programs write to.
  private func memory(of run: ProgramRun) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: run.machine.ram.pointer, count: Int(Layout.superpage - Layout.code) + 0x10_0000)
  }
}
