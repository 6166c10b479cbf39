import Testing
import Translator

/// Which accesses one check may serve.
@Suite struct AccessGroupTests {
  private let sp: UInt8 = 2
  private let a0: UInt8 = 10

  private func store(_ base: UInt8, _ displacement: Int32, _ kind: IRKind = .storeWord) -> IRInstruction {
    IRInstruction(kind, IRRegister.none, base, 1, constant: UInt32(bitPattern: displacement))
  }

  private func load(_ destination: UInt8, _ base: UInt8, _ displacement: Int32) -> IRInstruction {
    IRInstruction(.loadWord, destination, base, constant: UInt32(bitPattern: displacement))
  }

  private func group(
    _ instructions: [IRInstruction], span: Int32 = 64, loadsAreFree: Bool = false,
    isHarmless: @escaping (IRInstruction) -> Bool = { $0.kind != .outside }
  ) -> AccessGroup? {
    instructions.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return nil }
      return AccessGroup.find(
        from: 0, to: buffer.count - 1, base,
        AccessGroup.Terms(span: span, loadsAreFree: loadsAreFree, isHarmless: isHarmless))
    }
  }

  @Test func storesOfAProloguesAreOne() throws {
    let found = try #require(group([store(sp, 12), store(sp, 8), store(sp, 4)]))
    #expect(found.range == 0...2)
    #expect(found.low == 4 && found.end == 16)
    #expect(found.stores)
  }

  @Test func oneAccessIsNone() {
    #expect(group([store(sp, 12), store(a0, 8)]) == nil)
    #expect(group([store(sp, 12)]) == nil)
  }

  @Test func bytesBeyondTheSpanAreLeftOut() {
    #expect(group([store(sp, 0), store(sp, 60)])?.range == 0...1)
    #expect(group([store(sp, 0), store(sp, 61)]) == nil)
    #expect(group([store(sp, 0, .storeDouble), store(sp, 56, .storeDouble)])?.end == 64)
    #expect(group([store(sp, 0, .storeDouble), store(sp, 57, .storeDouble)]) == nil)
  }

  @Test func noGroupGoesOnBehindAChangeOfItsBase() {
    #expect(group([load(a0, a0, 0), load(11, a0, 4)]) == nil)
    #expect(group([load(11, a0, 4), load(a0, a0, 0), load(12, a0, 8)])?.range == 0...1)
    let change = IRInstruction(.add, a0, a0, IRRegister.constant, constant: 4)
    #expect(group([load(11, a0, 4), change, load(12, a0, 8)]) == nil)
    #expect(group([load(11, a0, 4), load(12, a0, 8), change, load(13, a0, 0)])?.range == 0...1)
    // A floating-point register with the same number is another one.
    let float = IRInstruction(.loadDouble, a0, a0, constant: 8)
    #expect(group([float, load(11, a0, 4)])?.range == 0...1)
  }

  @Test func whatIsInBetweenMustBeHarmless() {
    let between = IRInstruction(.add, 12, 13, 14)
    let outside = IRInstruction(.outside, 12, IRRegister.none)
    #expect(group([load(11, a0, 0), between, load(15, a0, 4), between])?.range == 0...2)
    #expect(group([load(11, a0, 0), outside, load(15, a0, 4)]) == nil)
    #expect(group([load(11, a0, 0), between, load(15, a0, 4)]) { $0.kind != .add } == nil)
  }

  @Test func loadsThatNeedNoCheckBeginNone() {
    #expect(group([load(11, sp, 0), store(sp, 4), store(sp, 8)], loadsAreFree: true) == nil)
    let found = group([store(sp, 4), load(11, sp, 1000), store(sp, 8)], loadsAreFree: true)
    #expect(found?.range == 0...2)
  }

  @Test func addressesWithoutARegisterAreLeftOut() {
    #expect(group([store(IRRegister.constant, 0), store(IRRegister.constant, 4)]) == nil)
    #expect(group([store(sp, 4096), store(sp, 4100)]) == nil)
  }

  @Test func noneIsLong() {
    var instructions = [store(sp, 0)]
    for _ in 0..<40 { instructions.append(IRInstruction(.add, 12, 13, 14)) }
    #expect(group(instructions + [store(sp, 4)]) == nil)
  }
}
