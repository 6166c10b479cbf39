import Monitor
import Testing

@Suite("Indexed heap")
struct IndexedHeapTests {
  @Test("gives slots by their keys, whatever was changed and taken out before")
  func order() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      var heap = IndexedHeap()
      var model: [Int: UInt64] = [:]
      for _ in 0..<100 {
        let slot = Int.random(in: 0..<30, using: &random)
        if Int.random(in: 0..<3, using: &random) == 0 {
          heap.remove(slot)
          model[slot] = nil
        } else {
          let key = UInt64.random(in: 0..<50, using: &random)
          heap.set(slot, key: key)
          model[slot] = key
        }
        #expect(heap.first?.key == model.values.min())
        #expect(heap.count == model.count)
      }
      while let (slot, key) = heap.first {
        #expect(model.removeValue(forKey: slot) == key)
        heap.remove(slot)
        #expect(!heap.contains(slot))
      }
      #expect(model.isEmpty)
    }
  }

  @Test("keys wrap around")
  func wrapAround() {
    var heap = IndexedHeap()
    heap.set(0, key: 5)
    heap.set(1, key: .max - 5)
    #expect(heap.first?.slot == 1)
  }
}
