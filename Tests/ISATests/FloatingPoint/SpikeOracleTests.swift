import Foundation
import ISA
import Testing

/// Compares both tiers with Spike, and writes the vectors that `FloatVectorTests` replays.
///
/// Runs when `ROOST_SPIKE` names a Spike executable. `ROOST_FLOAT_ROWS` is the number of random operand rows (which
/// come after all pairs of corners); every instruction of `FloatInstruction.all` is tried on each row.
/// `ROOST_FLOAT_VECTORS` is a file to write vectors to.
@Suite struct SpikeOracleTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let trials: [(FloatTier, UInt32)] = [(.soft, 0), (.unit, 0), (.unit, FloatFlag.inexact)]

  @Test(.enabled(if: environment["ROOST_SPIKE"] != nil)) func agreesWithSpike() throws {
    var random = FloatRandom(seed: 1)
    var recorder = FloatVectorRecorder()
    let vectors = Self.environment["ROOST_FLOAT_VECTORS"]
    let randomRows = Int(Self.environment["ROOST_FLOAT_ROWS"] ?? "") ?? 5000
    var rows = FloatOperands.cornerRows.shuffled(using: &random)
    for _ in 0..<randomRows { rows.append(random.row()) }
    var evaluations = 0
    var failures = 0
    for start in stride(from: 0, to: rows.count, by: 40_000) {
      let batch = Array(rows[start..<min(start + 40_000, rows.count)])
      let output = try Self.run(SpikeProgram(FloatInstruction.all, on: batch), batch.count)
      evaluations += batch.count * FloatInstruction.all.count
      for (index, row) in batch.enumerated() {
        for (column, instruction) in FloatInstruction.all.enumerated() {
          let expected = output.outcome(at: index * FloatInstruction.all.count + column)
          let (a, b, c) = row.operands(of: instruction)
          let vector = FloatVector(instruction, a, b, c, expected)
          if vectors != nil && start == 0 { recorder.consider(vector) }
          for (tier, accrued) in Self.trials where !vector.holds(tier, accrued: accrued) {
            failures += 1
            if failures <= 20 { vector.check(tier, accrued: accrued) }
          }
        }
      }
    }
    print("\(evaluations) instructions compared with Spike, \(failures) differ")
    #expect(failures == 0)
    if let vectors {
      try recorder.text.write(toFile: vectors, atomically: true, encoding: .utf8)
    }
  }

  private struct Output {
    var data: Data
    func outcome(at index: Int) -> FloatOutcome {
      data.withUnsafeBytes { bytes in
        let offset = index * SpikeProgram.outcomeBytes
        return FloatOutcome(
          value: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self),
          flags: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt32.self))
      }
    }
  }

  private static func run(_ program: SpikeProgram, _ rows: Int) throws -> Output {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("roost-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let elf = folder.appendingPathComponent("float.elf")
    let output = folder.appendingPathComponent("outcomes")
    try Data(program.file).write(to: elf)
    try Data().write(to: output)
    let spike = Process()
    spike.executableURL = URL(fileURLWithPath: environment["ROOST_SPIKE"] ?? "")
    spike.arguments = [
      "--isa=rv32imafdc", "-m0x80000000:0x10000000", "--instructions=\(program.instructionLimit)", elf.path,
    ]
    spike.standardOutput = try FileHandle(forWritingTo: output)
    try spike.run()
    spike.waitUntilExit()
    try #require(spike.terminationStatus == 0, "Spike failed")
    let data = try Data(contentsOf: output)
    try #require(data.count == rows * FloatInstruction.all.count * SpikeProgram.outcomeBytes, "Spike wrote too little")
    return Output(data: data)
  }
}
