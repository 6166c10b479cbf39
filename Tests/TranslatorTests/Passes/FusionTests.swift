import Testing
import Translator

/// Which instructions become one, and what they say then.
@Suite struct FusionTests {
  private static let (none, constant, temporary) = (IRRegister.none, IRRegister.constant, IRRegister.temporary)

  private func fused(_ block: [IRInstruction]) -> [String] {
    var block = block
    let count = block.withUnsafeMutableBufferPointer { Fusion.fuse($0) }
    return block.prefix(count).map(\.description)
  }

  private func shift(_ destination: UInt8, _ a: UInt8, by count: UInt32) -> IRInstruction {
    IRInstruction(.shiftLeft, destination, a, Self.constant, constant: count)
  }

  @Test func anIndexAndAnAddress() {
    for destination in [14, Self.temporary] {
      for (a, b) in [(destination, 11), (11, destination)] as [(UInt8, UInt8)] {
        #expect(fused([shift(destination, 10, by: 2), IRInstruction(.add, 14, a, b)]) == ["a4 = add a1, a0 << 2"])
      }
    }
  }

  @Test func aComparisonAndItsOpposite() {
    let not = IRInstruction(.xor, 14, 14, Self.constant, constant: 1)
    #expect(fused([IRInstruction(.setLessUnsigned, 14, 13, 14), not]) == ["a4 = not-set-less-unsigned a3, a4"])
    // And on: what comes of two may not be one of two.
    #expect(
      fused([IRInstruction(.setEqual, 14, 13, 12), not, shift(14, 14, by: 3), IRInstruction(.add, 14, 14, 9)])
        == ["a4 = not-set-equal a3, a2", "a4 = add s1, a4 << 3"])
  }

  @Test func aComparisonAsAMask() {
    let negate = IRInstruction(.subtract, 14, Self.constant, 14)
    #expect(fused([IRInstruction(.setLessUnsigned, 14, 13, 14), negate]) == ["a4 = mask-set-less-unsigned a3, a4"])
    // Only the host's carry is as good as a mask, and only for what is less.
    let not = IRInstruction(.xor, 14, 14, Self.constant, constant: 1)
    #expect(fused([IRInstruction(.setLess, 14, 13, 12), negate]).count == 2)
    #expect(fused([IRInstruction(.setLessUnsigned, 14, 13, 12), not, negate]).count == 2)
  }

  @Test func whatIsSeenInBetweenStays() {
    let kept: [[IRInstruction]] = [
      // Another register, the register itself twice, too far, a constant, something between.
      [shift(14, 10, by: 2), IRInstruction(.add, 15, 14, 11)],
      [shift(14, 10, by: 2), IRInstruction(.add, 14, 14, 14)],
      [shift(14, 10, by: 4), IRInstruction(.add, 14, 14, 11)],
      [shift(14, 10, by: 2), IRInstruction(.add, 14, 14, Self.constant, constant: 8)],
      [shift(14, 10, by: 2), IRInstruction(.move, 9, 8), IRInstruction(.add, 14, 14, 11)],
      [IRInstruction(.setLess, 14, 13, 12), IRInstruction(.xor, 14, 14, Self.constant, constant: 3)],
      [IRInstruction(.setLess, 14, 13, 12), IRInstruction(.xor, 9, 14, Self.constant, constant: 1)],
      [IRInstruction(.setLessUnsigned, 14, 13, 12), IRInstruction(.subtract, 14, Self.constant, 11)],
    ]
    for block in kept { #expect(fused(block) == block.map(\.description)) }
  }
}
