import Testing
import Translator

/// What code may take for granted about floating-point state.
@Suite struct FloatFactsTests {
  private func facts(after instructions: [IRInstruction], from start: FloatFacts = FloatFacts()) -> FloatFacts {
    var facts = start
    for i in instructions { facts.follow(i) }
    return facts
  }

  private func add(_ d: UInt8, _ a: UInt8, _ b: UInt8, isDouble: Bool = false, rounding: UInt32 = 7) -> IRInstruction {
    IRInstruction(
      .float, d, a, b, detail: IRFloat.add.rawValue | (isDouble ? IRFloat.isDouble : 0), constant: rounding)
  }

  @Test func arithmeticChecksAndMarks() {
    let found = facts(after: [add(1, 2, 3)])
    #expect(found.isEnabled && found.isNearest && found.isDirty)
    #expect(found.boxed == 0b1110)
    #expect(!facts(after: [add(1, 2, 3, rounding: 0)]).isNearest)
  }

  @Test func doublesAreNotBoxed() {
    #expect(facts(after: [add(1, 2, 3), add(2, 1, 3, isDouble: true)]).boxed == 0b1010)
    #expect(facts(after: [add(1, 2, 3), IRInstruction(.loadDouble, 3, 10)]).boxed == 0b0110)
    #expect(facts(after: [IRInstruction(.loadSingle, 5, 10)]).boxed == 1 << 5)
  }

  @Test func comparisonsWriteNoFloat() {
    let compare = IRInstruction(.float, 10, 2, 3, detail: IRFloat.less.rawValue, constant: 1)
    let found = facts(after: [compare])
    #expect(found.isEnabled && !found.isDirty && !found.isNearest)
    #expect(found.boxed == 0b1100)
  }

  @Test func whatTheHartDoesMayChangeEverything() {
    #expect(facts(after: [IRInstruction(.outside, 10, IRRegister.none)], from: .all) == FloatFacts())
    let kept = facts(
      after: [IRInstruction(.outside, 10, IRRegister.none, detail: IROutside.keepsControl)], from: .all)
    #expect(kept.isEnabled && kept.isNearest && kept.isDirty && kept.boxed == 0)
  }

  @Test func onlyWhatHoldsOnBothWaysHolds() {
    let one = FloatFacts(isEnabled: true, isNearest: true, isDirty: false, boxed: 0b110)
    let other = FloatFacts(isEnabled: true, isNearest: false, isDirty: true, boxed: 0b011)
    #expect(one.merged(with: other) == FloatFacts(isEnabled: true, boxed: 0b010))
    #expect(one.merged(with: .all) == one)
  }
}
