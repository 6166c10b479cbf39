import ISA
import Testing

/// The unit takes many results from the host; it must never differ from the integer arithmetic, whatever flags had
/// accrued before.
@Suite struct FloatTierTests {
  private static let accrued: [UInt32] = [0, FloatFlag.inexact]

  @Test(arguments: FloatInstruction.all.indices) func agreeOnCorners(index: Int) {
    let instruction = FloatInstruction.all[index]
    let corners = Self.corners(of: instruction)
    let unused: [UInt64] = [0]
    let seconds = instruction.row.operands > 1 ? corners : unused
    let thirds = instruction.row.operands > 2 ? stride(from: 0, to: corners.count, by: 5).map { corners[$0] } : unused
    for a in corners {
      for b in seconds {
        for c in thirds { Self.compare(instruction, a, b, c) }
      }
    }
  }

  @Test func agreeOnRandomOperands() {
    var random = FloatRandom(seed: 2)
    for _ in 0..<10_000 {
      let row = random.row()
      for instruction in FloatInstruction.all {
        let (a, b, c) = row.operands(of: instruction)
        Self.compare(instruction, a, b, c)
      }
    }
  }

  /// Guests may put anything into a register; whatever comes out, the process must survive it.
  @Test func surviveRandomBits() {
    var random = FloatRandom(seed: 3)
    for _ in 0..<2_000 {
      let (a, b, c) = (random.next(), random.next(), random.next())
      for instruction in FloatInstruction.all { Self.compare(instruction, a, b, c) }
    }
  }

  private static func corners(of instruction: FloatInstruction) -> [UInt64] {
    if instruction.row.source == .word { return FloatOperands.words.map(UInt64.init) }
    return switch instruction.sourcePrecision {
    case .single: FloatOperands.singleCorners.map(FloatUnit.boxSingle) + [0x3F80_0000, 0xFFFF_FFFE_3F80_0000]
    case .double: FloatOperands.doubleCorners
    }
  }

  private static func compare(_ instruction: FloatInstruction, _ a: UInt64, _ b: UInt64, _ c: UInt64) {
    for flags in accrued {
      let unit = instruction.outcome(.unit, a, b, c, flags: flags)
      let soft = instruction.outcome(.soft, a, b, c, flags: flags)
      if unit != soft {
        Issue.record("\(FloatVector(instruction, a, b, c, soft).line): the unit gave \(unit), accrued \(flags)")
      }
    }
  }
}
