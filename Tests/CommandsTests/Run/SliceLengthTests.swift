import Commands
import Testing

@Suite struct SliceLengthTests {
  @Test func findsTheLengthThatTakesTheTargetTime() {
    var slice = SliceLength(isFixed: false)
    // A host that runs 300 instructions a microsecond.
    for _ in 0..<30 { slice.adapt(toDuration: slice.instructions * 1000 / 300) }
    #expect((280_000...320_000).contains(slice.instructions))
  }

  @Test func staysInRange() {
    var slice = SliceLength(isFixed: false)
    for _ in 0..<30 { slice.adapt(toDuration: 0) }
    #expect(slice.instructions <= 4_000_000)
    for _ in 0..<60 { slice.adapt(toDuration: .max) }
    #expect(slice.instructions >= 10_000)
  }

  @Test func isTheSameForEveryRunUnderVirtualTime() {
    var slice = SliceLength(isFixed: true)
    let before = slice.instructions
    slice.adapt(toDuration: 1)
    #expect(slice.instructions == before)
  }
}
