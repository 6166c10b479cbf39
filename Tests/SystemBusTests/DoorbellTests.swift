import Synchronization
import SystemBus
import Testing

private final class Counter: Sendable {
  let value = Atomic<Int>(0)
}

@Suite struct DoorbellTests {
  @Test func isRungUntilSomeoneAnswers() {
    let bell = Doorbell()
    #expect(!bell.isRung && !bell.answer())
    bell.ring()
    bell.ring()
    #expect(bell.isRung && bell.isRung)
    #expect(bell.answer())
    #expect(!bell.isRung && !bell.answer())
  }

  @Test func twoDoorbellsMayShareAWord() {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt64.self, repeating: 0, count: 1)
    do {
      let (here, there) = (Doorbell(sharing: memory), Doorbell(sharing: memory))
      there.ring()
      #expect(here.isRung && here.answer() && !there.isRung)
      here.ring()
    }
    // The word outlives them, and its neighbour is left alone.
    #expect(Doorbell(sharing: memory).isRung)
    #expect(memory.load(fromByteOffset: 4, as: UInt32.self) == 0)
  }

  @Test func noRingOfManyThreadsGetsLost() async {
    let bell = Doorbell()
    let written = Counter()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<10_000 {
            written.value.add(1, ordering: .relaxed)
            bell.ring()
          }
        }
      }
      var seen = 0
      while seen < 40_000 {
        if bell.answer() { seen = written.value.load(ordering: .relaxed) } else { await Task.yield() }
      }
    }
    #expect(written.value.load(ordering: .relaxed) == 40_000)
  }
}
