/// Makes one instruction of two that follow each other, where nobody sees what is in between: a shift and an addition, as of
/// an index and an array's address, a comparison and its opposite, and one whose result is negated to be a mask.
package enum Fusion {
  /// - Returns: how many instructions are left.
  package static func fuse(_ block: UnsafeMutableBufferPointer<IRInstruction>) -> Int {
    var (read, write) = (0, 0)
    while read < block.count {
      if read + 1 < block.count, let fused = fused(block[read], block[read + 1]) {
        block[write] = fused
        read += 2
      } else {
        block[write] = block[read]
        read += 1
      }
      write += 1
    }
    return write
  }

  private static func fused(_ first: IRInstruction, _ second: IRInstruction) -> IRInstruction? {
    let between = first.destination
    guard between == IRRegister.temporary || (between < 32 && between == second.destination) else { return nil }
    switch (first.kind, second.kind) {
    case (.shiftLeft, .add):
      guard first.b == IRRegister.constant, 1...3 ~= first.constant, first.a < 32 else { return nil }
      guard let other = second.other(than: between), other < 32 else { return nil }
      return IRInstruction(
        .addShifted, second.destination, other, first.a, detail: UInt8(truncatingIfNeeded: first.constant),
        site: second.site)
    case (.setEqual, .xor), (.setLess, .xor), (.setLessUnsigned, .xor):
      guard second.other(than: between) == IRRegister.constant, second.constant == 1, first.detail == 0 else {
        return nil
      }
      return comparison(first, detail: 1, asResultOf: second)
    case (.setLessUnsigned, .subtract):
      guard second.a == IRRegister.constant, second.b == between, second.constant == 0, first.detail == 0 else {
        return nil
      }
      return comparison(first, detail: 2, asResultOf: second)
    default: return nil
    }
  }

  private static func comparison(
    _ i: IRInstruction, detail: UInt8, asResultOf second: IRInstruction
  ) -> IRInstruction {
    var comparison = i
    comparison.destination = second.destination
    comparison.detail = detail
    comparison.site = second.site
    return comparison
  }
}

extension IRInstruction {
  /// The second of two operands one of which is `operand`; nil when neither is, or both.
  fileprivate func other(than operand: UInt8) -> UInt8? {
    guard (a == operand) != (b == operand) else { return nil }
    return a == operand ? b : a
  }
}
