import Testing
import Translator

/// Which shifts that are put together become a rotation.
@Suite struct RotationsTests {
  private func found(_ block: [IRInstruction]) -> [String] {
    var block = block
    block.withUnsafeMutableBufferPointer { Rotations.find(in: $0) }
    return block.map(\.description)
  }

  private func shift(_ kind: IRKind, _ destination: UInt8, _ a: UInt8, by count: UInt32) -> IRInstruction {
    IRInstruction(kind, destination, a, IRRegister.constant, constant: count)
  }

  @Test(arguments: [IRKind.or, .xor, .add]) func twoShiftsOfOneValue(kind: IRKind) {
    let shifts = [shift(.shiftLeft, 14, 10, by: 5), shift(.shiftRight, 15, 10, by: 27)]
    for (a, b) in [(14, 15), (15, 14)] as [(UInt8, UInt8)] {
      let block = shifts + [IRInstruction(.move, 9, 8), IRInstruction(kind, 14, a, b)]
      #expect(found(block) == block.prefix(3).map(\.description) + ["a4 = rotate-right a0, 27"])
    }
  }

  @Test func theValueMayHaveGoneElsewhere() {
    let block = [
      IRInstruction(.move, 11, 10), shift(.shiftRight, 10, 10, by: 6), shift(.shiftLeft, 12, 11, by: 26),
      IRInstruction(.or, 10, 12, 10),
    ]
    #expect(found(block).last == "a0 = rotate-right a1, 6")
  }

  @Test func whatIsNoRotationStays() {
    let (left, right) = (shift(.shiftLeft, 14, 10, by: 5), shift(.shiftRight, 15, 10, by: 27))
    let both = IRInstruction(.or, 14, 14, 15)
    let kept: [[IRInstruction]] = [
      // Counts that do not match, the same direction, another sign, another value.
      [left, shift(.shiftRight, 15, 10, by: 26), both],
      [left, shift(.shiftLeft, 15, 10, by: 27), both],
      [left, shift(.shiftRightSigned, 15, 10, by: 27), both],
      [left, shift(.shiftRight, 15, 11, by: 27), both],
      // The value was written between the shifts, is in no register any more, or a shift is gone.
      [left, IRInstruction(.add, 10, 10, IRRegister.constant, constant: 1), right, both],
      [left, right, IRInstruction(.move, 10, IRRegister.constant, constant: 7), both],
      [left, right, IRInstruction(.loadWord, 15, 8), both],
      [IRInstruction(.and, 14, 14, 15)], [both],
      [left, right, IRInstruction(.and, 14, 14, 15)], [left, right, IRInstruction(.or, 9, 14, 14)],
    ]
    for block in kept { #expect(found(block) == block.map(\.description)) }
  }
}
