import Testing
import Translator

/// Which guest registers a region keeps in the host's.
@Suite struct RegisterChoiceTests {
  private func uses(_ counts: [Int: UInt32]) -> InlineArray<32, UInt32> {
    var uses = InlineArray<32, UInt32>(repeating: 0)
    for (register, count) in counts { uses[register] = count }
    return uses
  }

  @Test func vectorsGoToThoseUsedMost() {
    let map = VectorMap(uses: uses([1: 100, 5: 3, 9: 2]), written: 1 << 5 | 1 << 9, passages: 1)
    #expect(map.kept == 1 << 1 | 1 << 5)
    #expect(map.written == 1 << 5)
    #expect(map.register(of: 1) != nil && map.register(of: 9) == nil)
  }

  @Test func noVectorIsTakenTwice() {
    var counts: [Int: UInt32] = [:]
    for register in 0..<32 { counts[register] = UInt32(100 - register) }
    let map = VectorMap(uses: uses(counts), written: .max, passages: 1)
    let registers = (0..<32).compactMap { map.register(of: UInt8($0)) }
    #expect(registers.count == VectorMap.capacity && Set(registers).count == VectorMap.capacity)
    // What instructions need for themselves, and the box.
    #expect(registers.allSatisfy { $0.rawValue >= 3 && $0 != VectorMap.box })
    #expect(map.kept == (1 << VectorMap.capacity) - 1)
  }

  @Test func registersThatPayAreExchanged() {
    // t0 is worth the two exchanges, t1 is not.
    let map = RegisterMap(uses: uses([5: 50, 6: 3, 10: 100]), passages: 1)
    #expect(map.register(of: 5) != nil && map.register(of: 6) == nil && map.register(of: 10) != nil)
    let registers = (1..<32).compactMap { map.register(of: UInt8($0)) }
    #expect(registers.count == 9 && Set(registers).count == 9)
  }
}
