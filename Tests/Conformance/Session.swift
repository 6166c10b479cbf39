import ConformanceKit
import Foundation
import ISA

/// What the programs of a group have shown.
struct GroupResult {
  var group: Group
  var programs = 0
  var instructions = 0
  var differences = 0
  var seconds = 0.0
  var counts = [Int](repeating: 0, count: 256)
  var causes: [UInt32: Int] = [:]

  /// Operations of the group that no trace has shown.
  var missing: [Opcode] { group.opcodes.filter { counts[Int($0.rawValue)] == 0 } }
  var isGood: Bool { differences == 0 && missing.isEmpty }
}

/// Runs the programs of groups through both simulators until the budget is reached.
struct Session {
  let spike: Spike
  /// Whether only Spike runs, to see what the programs cover.
  let isSurvey: Bool
  let seed: UInt64
  let budget: Int
  let only: Int?
  let keep: URL?

  /// After this many differences in a group the rest would tell nothing new.
  private static let patience = 5
  /// Most instructions one program may execute.
  private static let limit = 2_000_000

  func run(_ group: Group) throws -> GroupResult {
    var result = GroupResult(group: group)
    let start = ContinuousClock.now
    var index = only ?? 0
    repeat {
      let program = group.program(seed: seed, index: index)
      let comparison = try run(program, in: group)
      result.programs += 1
      result.instructions += comparison.instructions
      for (opcode, count) in comparison.counts.enumerated() { result.counts[opcode] += count }
      result.causes.merge(comparison.causes, uniquingKeysWith: +)
      if comparison.difference != nil || !comparison.isComplete {
        result.differences += 1
        try report(comparison, program, group, index)
      }
      index += 1
    } while only == nil && result.instructions < budget && result.differences < Self.patience
    result.seconds = (ContinuousClock.now - start) / .seconds(1)
    return result
  }

  /// Writes the recordings of the first program of each group, which must have agreed with Spike.
  func record(_ groups: [Group], in file: URL) throws {
    var text = ""
    for group in groups { text += "\(try Recording(group, seed: seed, index: 0).repeated().recording)\n" }
    try text.write(to: file, atomically: true, encoding: .utf8)
  }

  private func run(_ program: Program, in group: Group) throws -> Comparison {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("conformance-\(ProcessInfo.processInfo.processIdentifier).elf")
    try Data(program.elf).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let expected = try spike.start(isa: group.spikeISA, program: file)
    defer { expected.stop() }
    let comparator = Comparator(program: program, spike: expected.lines())
    if isSurvey {
      comparator.survey(limit: Self.limit)
      return comparator.result
    }
    let traced = try ProgramRun(program)
    let reason = traced.trace(limit: Self.limit) { line in
      line.withUnsafeBytes { comparator.compare($0) }
      return !comparator.isDone
    }
    comparator.finish(because: reason)
    var result = comparator.result
    if result.difference == nil {
      let untraced = try ProgramRun(program)
      untraced.run(limit: Self.limit)
      result.difference = untraced.difference(from: traced)
    }
    return result
  }

  private func report(_ comparison: Comparison, _ program: Program, _ group: Group, _ index: Int)
    throws
  {
    print(
      "\(group.rawValue): program \(index) differs after \(comparison.instructions) instructions")
    if let difference = comparison.difference {
      for line in difference.context { print("    \(Report.disassembled(line))") }
      print("  - \(Report.disassembled(difference.expected))")
      print("  + \(Report.disassembled(difference.actual))")
    } else {
      print("  the program did not reach its end")
    }
    print("  again: conformance --seed \(seed) --program \(index) --groups \(group.rawValue)")
    if let keep {
      try FileManager.default.createDirectory(at: keep, withIntermediateDirectories: true)
      let file = keep.appendingPathComponent("\(group.rawValue)-\(seed)-\(index).elf")
      try Data(program.elf).write(to: file)
      print("  program: \(file.path)")
    }
  }
}
