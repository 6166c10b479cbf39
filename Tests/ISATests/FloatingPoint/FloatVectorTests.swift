import Foundation
import ISA
import Testing

/// Replays vectors that Spike computed; `SpikeOracleTests` makes more of them.
@Suite struct FloatVectorTests {
  private static let names = Dictionary(uniqueKeysWithValues: FloatInstruction.all.map { ($0.name, $0) })

  @Test(arguments: [FloatTier.unit, .soft], [0, FloatFlag.inexact, 0x1F])
  func matchesSpike(tier: FloatTier, accrued: UInt32) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Fixtures/float-vectors.txt")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    #expect(lines.count > 5000)
    var seen: Set<String> = []
    for line in lines {
      let vector = try #require(FloatVector(line: line, names: Self.names), "\(line)")
      seen.insert(vector.instruction.name)
      vector.check(tier, accrued: accrued)
    }
    #expect(seen.count == FloatInstruction.all.count, "every instruction has vectors")
  }

  @Test func writesWhatItReads() throws {
    for line in ["fadd.s.rne 3f800000 3f800000 = 40000000 0", "fcvt.w.d.rtz 7ff8000000000000 = 7fffffff 10"] {
      let vector = try #require(FloatVector(line: Substring(line), names: Self.names))
      #expect(vector.line == line)
    }
    #expect(FloatVector(line: "fadd.s.rne 3f800000 = 40000000 0", names: Self.names) == nil)
    #expect(FloatVector(line: "fnone.s 3f800000 = 40000000 0", names: Self.names) == nil)
  }
}

extension FloatVector {
  /// Evaluates the vector in a tier, flags having accrued before.
  func outcome(_ tier: FloatTier, accrued: UInt32) -> FloatOutcome {
    instruction.outcome(tier, operands.0, operands.1, operands.2, flags: accrued)
  }

  func holds(_ tier: FloatTier, accrued: UInt32) -> Bool {
    outcome(tier, accrued: accrued) == FloatOutcome(value: expected.value, flags: expected.flags | accrued)
  }

  func check(_ tier: FloatTier, accrued: UInt32, because reason: String = "") {
    if holds(tier, accrued: accrued) { return }
    let outcome = outcome(tier, accrued: accrued)
    Issue.record(
      """
      \(reason) \(line): \(tier) gave \(String(outcome.value, radix: 16)) \(String(outcome.flags, radix: 16)), \
      \(String(accrued, radix: 16)) having accrued
      """)
  }
}
