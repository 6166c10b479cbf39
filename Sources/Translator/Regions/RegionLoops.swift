import HartEngine

/// What loops there are in a region. Sets of blocks have a bit for each.
struct RegionLoops {
  /// The blocks that may come after each one.
  private let next: [UInt64]
  /// The blocks that each one leads to sooner or later.
  private let reached: [UInt64]

  init(_ blocks: [RegionBlock]) {
    next = blocks.map { block in
      var next: UInt64 = 0
      block.forEachNext { next |= Self.bit($0) }
      return next
    }
    var reached = next
    var isDone = false
    while !isDone {
      isDone = true
      for index in reached.indices.reversed() {
        var found = reached[index]
        Self.forEach(found) { found |= reached[$0] }
        if found != reached[index] { isDone = false }
        reached[index] = found
      }
    }
    self.reached = reached
  }

  private static func bit(_ index: Int) -> UInt64 { 1 &<< UInt64(truncatingIfNeeded: index) }

  @inline(__always) private static func forEach(_ set: UInt64, _ body: (Int) -> Void) {
    var left = set
    while left != 0 {
      body(left.trailingZeroBitCount)
      left &= left &- 1
    }
  }

  private func leads(_ from: Int, _ to: Int) -> Bool { reached[from] & Self.bit(to) != 0 }

  /// Calls `body` with the ways from one block to the next that go back in a loop. What only lies in front in the layout is
  /// none.
  @inline(__always) private func forEachWayBack(_ body: (_ from: Int, _ to: Int) -> Void) {
    for index in next.indices {
      // Up to the block itself.
      Self.forEach(next[index] & (Self.bit(index) &* 2 &- 1)) { if leads($0, index) { body(index, $0) } }
    }
  }

  /// Finds out where loops begin and how often blocks are run.
  func weigh(_ blocks: inout [RegionBlock]) {
    forEachWayBack { from, to in
      blocks[to].isLoopHead = true
      for inside in to...from where leads(to, inside) && leads(inside, from) {
        blocks[inside].weight = min(blocks[inside].weight &* 8, 4096)
      }
    }
  }

  /// Decides which blocks look at the budget, for all that may be run before the next one does: the first one, those that
  /// loops go back to or calls of the host's come back to, and others where that would be more than the longest block.
  func placeChecks(in blocks: inout [RegionBlock]) {
    var checks: UInt64 = 1
    forEachWayBack { _, to in checks |= Self.bit(to) }
    for block in blocks where block.isHostCall && block.fallThrough >= 0 { checks |= Self.bit(block.fallThrough) }
    let counts = blocks.map(\.count)
    var needed = counts
    var isDone = false
    while !isDone {
      isDone = true
      for index in counts.indices.reversed() {
        var most = counts[index]
        Self.forEach(next[index] & ~checks) {
          let together = counts[index] &+ needed[$0]
          if together > Int32(Block.capacity) { checks |= Self.bit($0) } else { most = max(most, together) }
        }
        if most != needed[index] { isDone = false }
        needed[index] = most
      }
    }
    for index in counts.indices { blocks[index].needed = checks & Self.bit(index) == 0 ? 0 : needed[index] }
  }
}
