import Boards
import HartEngine
import ISA

/// Says what differs between two machines, and what they were doing.
struct LockstepReport {
  private let investigation: LockstepInvestigation
  private let place: LockstepInvestigation.Place
  private let names: [String]
  /// Instructions that are shown before the one in question.
  private static let context: UInt64 = 70

  init(_ investigation: LockstepInvestigation, _ place: LockstepInvestigation.Place) {
    self.investigation = investigation
    self.place = place
    let engines = investigation.setting.engines.map(\.rawValue)
    names = engines[0] == engines[1] ? ["first", "second"] : engines
  }

  func lines() throws -> [String] {
    let before = try investigation.pair(place.prefix, to: place.same)
    let after = try investigation.pair(place.prefix, to: place.different)
    let steps = try trace()
    var lines = [
      "\(investigation.title): alike after \(place.same) instructions, different after \(place.different)",
      "", "what differs:",
    ]
    lines += differences(before, after, steps)
    lines += ["", "the last instructions of the \(names[0]), one at a time (> since the machines were compared last):"]
    lines += steps.map { ($0.time > lastComparison ? "> " : "  ") + $0.text }
    for hart in before.machines[0].harts {
      lines += ["", "code at the pc of hart \(hart.id) after \(place.same) instructions:"]
      lines += code(at: hart)
    }
    return lines
  }

  private var lastComparison: UInt64 { place.prefix.last ?? 0 }

  // MARK: Values

  private func differences(_ before: LockstepPair, _ after: LockstepPair, _ steps: [LockstepStep]) -> [String] {
    let old = MachinePicture(before.machines[0]).values
    let pictures = after.machines.map { MachinePicture($0).values }
    var lines = [row("", "before", names[0], names[1])]
    for (index, value) in pictures[0].enumerated() where value != pictures[1][index] {
      lines.append(
        row(value.name, hex(old[index]), hex(value), hex(pictures[1][index])) + writer(of: value.name, steps))
    }
    lines += memoryDifferences(before, after)
    if after.consoles[0].bytes != after.consoles[1].bytes { lines.append("  what was sent to the console") }
    let statistics = after.machines.map(\.statistics)
    for (cause, count) in statistics[0].traps.enumerated() where count != statistics[1].traps[cause] {
      lines.append(row("traps of cause \(cause)", "", "\(count)", "\(statistics[1].traps[cause])"))
    }
    for (number, count) in statistics[0].interrupts.enumerated() where count != statistics[1].interrupts[number] {
      lines.append(row("interrupts \(number)", "", "\(count)", "\(statistics[1].interrupts[number])"))
    }
    return lines
  }

  /// Words of memory, the first few.
  private func memoryDifferences(_ before: LockstepPair, _ after: LockstepPair) -> [String] {
    let memories = ([before.machines[0]] + after.machines).map { machine in
      UnsafeRawBufferPointer(start: machine.ram.pointer, count: machine.ram.size).bindMemory(to: UInt32.self)
    }
    var lines: [String] = []
    var count = 0
    for index in memories[1].indices where memories[1][index] != memories[2][index] {
      count += 1
      guard count <= 12 else { continue }
      let address = LockstepLayout.ram + UInt32(index * 4)
      lines.append(
        row(
          "memory at \(digits(UInt64(address), 8))", digits(UInt64(memories[0][index]), 8),
          digits(UInt64(memories[1][index]), 8), digits(UInt64(memories[2][index]), 8)))
    }
    if count > 12 { lines.append("  and \(count - 12) more words of memory") }
    return lines
  }

  private func row(_ name: String, _ values: String...) -> String {
    "  " + name.padding(to: 34) + values.map { $0.padding(to: 18) }.joined()
  }

  private func hex(_ value: MachinePicture.Value) -> String { digits(value.value, value.digits) }

  private func digits(_ value: UInt64, _ count: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(count - text.count, 0)) + text
  }

  /// The last instruction that wrote a register.
  private func writer(of name: String, _ steps: [LockstepStep]) -> String {
    guard let step = steps.last(where: { $0.writes(name) }) else { return "" }
    return " last written by " + step.instruction
  }

  // MARK: Code

  /// What the first machine did up to the instruction in question.
  private func trace() throws -> [LockstepStep] {
    let machine = try investigation.make(investigation.setting.engines[0], RecordingConsole())
    for target in place.prefix { machine.run(toExecuted: min(target, first)) }
    machine.run(toExecuted: first)
    var steps: [LockstepStep] = []
    var line: [UInt8]?
    machine.onCommit = { line = $0 }
    for time in first..<max(place.different, first) {
      line = nil
      let before = machine.harts.map(\.executed)
      let pcs = machine.harts.map(\.pc)
      machine.run(toExecuted: time + 1)
      steps.append(LockstepStep(time: time + 1, line: line, machine, before, pcs))
    }
    return steps
  }

  private var first: UInt64 { place.different > Self.context ? place.different - Self.context : 0 }

  private func code(at hart: Hart) -> [String] {
    let disassembler = Disassembler()
    var address = hart.pc
    var lines: [String] = []
    for _ in 0..<12 {
      guard let (instruction, bits) = hart.inspectInstruction(at: address, in: hart.mode) else { break }
      lines.append(
        "  \(digits(UInt64(address), 8))  " + digits(UInt64(bits), Int(instruction.length) * 2).padding(to: 10)
          + disassembler.text(instruction, bits: bits, at: address))
      address &+= UInt32(instruction.length)
    }
    return lines
  }
}

/// One step of a machine that runs one instruction at a time.
struct LockstepStep {
  /// Instructions executed after it.
  var time: UInt64
  /// Address and disassembly.
  var instruction: String
  /// That, and what it wrote.
  var text: String
  private var line: TraceLine?

  /// - Parameters:
  ///   - line: of the commit trace, if an instruction has retired.
  ///   - before: what each hart had executed before, and where it was.
  init(time: UInt64, line: [UInt8]?, _ machine: VirtMachine, _ before: [UInt64], _ pcs: [UInt32]) {
    self.time = time
    guard let line, let parsed = line.withUnsafeBytes({ TraceLine($0) }) else {
      let hart = machine.harts.indices.first { machine.harts[$0].executed != before[$0] } ?? 0
      let cause = machine.harts[hart].mode == .machine ? CSR.mcause : .scause
      let code = String(machine.harts[hart].value(of: cause) ?? 0, radix: 16)
      instruction = "a trap"
      text = "hart \(hart) at 0x\(String(pcs[hart], radix: 16)) traps, or waits: \(cause) \(code)"
      return
    }
    self.line = parsed
    let meaning = Decoder(configuration: .complete).decode(parsed.bits)
    instruction =
      String(parsed.pc, radix: 16) + ": "
      + Disassembler().text(meaning, bits: parsed.bits, at: parsed.pc)
    let raw = String(decoding: line, as: UTF8.self)
    let writes = raw.firstIndex(of: ")").map { String(raw[raw.index(after: $0)...]) } ?? ""
    let mode = ["U", "S", "?", "M"][Int(parsed.privilege & 3)]
    text = "\(parsed.hart) \(mode) " + instruction.padding(to: 52) + writes
  }

  /// Whether the value of this name was written.
  func writes(_ name: String) -> Bool {
    guard let line else { return false }
    return line.writes.keys.contains { key in
      let written =
        switch key {
        case .integer(let number): "x\(number)"
        case .float(let number): "f\(number)"
        case .csr(let number): CSR(rawValue: UInt16(truncatingIfNeeded: number)).description
        }
      return name.hasSuffix(" " + written) || name == written || name.contains(written + " (")
    }
  }
}

extension String {
  func padding(to width: Int) -> String { self + String(repeating: " ", count: max(width - count, 1)) }
}
