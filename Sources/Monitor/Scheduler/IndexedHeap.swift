/// A binary heap of slot numbers by key, smallest first, from which any slot can be taken. Keys may wrap around: they are
/// compared by their difference.
package struct IndexedHeap {
  private var entries: [(slot: Int, key: UInt64)] = []
  /// Where each slot is in `entries`; -1 for nowhere.
  private var places: [Int] = []

  package var isEmpty: Bool { entries.isEmpty }
  package var count: Int { entries.count }
  package var first: (slot: Int, key: UInt64)? { entries.first }

  package init() {}

  package func contains(_ slot: Int) -> Bool { places.indices.contains(slot) && places[slot] >= 0 }

  /// Puts a slot in, or changes its key.
  package mutating func set(_ slot: Int, key: UInt64) {
    while places.count <= slot { places.append(-1) }
    if places[slot] < 0 {
      places[slot] = entries.count
      entries.append((slot, key))
    } else {
      entries[places[slot]].key = key
    }
    settle(places[slot])
  }

  package mutating func remove(_ slot: Int) {
    guard contains(slot) else { return }
    let place = places[slot]
    places[slot] = -1
    let last = entries.removeLast()
    guard place < entries.count else { return }
    entries[place] = last
    places[last.slot] = place
    settle(place)
  }

  /// Moves the entry at `place` to where its key belongs.
  private mutating func settle(_ place: Int) {
    var place = place
    while place > 0, isBefore(place, (place - 1) / 2) {
      exchange(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
    while true {
      var smallest = place
      for child in [2 * place + 1, 2 * place + 2] where child < entries.count && isBefore(child, smallest) {
        smallest = child
      }
      if smallest == place { return }
      exchange(place, smallest)
      place = smallest
    }
  }

  private func isBefore(_ a: Int, _ b: Int) -> Bool { entries[a].key.precedes(entries[b].key) }

  private mutating func exchange(_ a: Int, _ b: Int) {
    entries.swapAt(a, b)
    places[entries[a].slot] = a
    places[entries[b].slot] = b
  }
}

extension UInt64 {
  /// Whether a counter that may wrap around had this value before it had `other`.
  func precedes(_ other: UInt64) -> Bool { Int64(bitPattern: self &- other) < 0 }
}
