/// What already stands where in RAM, and where something else still fits.
struct MemoryPlan {
  struct Claim {
    let range: Range<UInt64>
    let name: String
  }

  let ram: Range<UInt64>
  /// In ascending order; no two overlap and none is empty.
  private(set) var claims: [Claim] = []

  init(ram: Range<UInt64>) { self.ram = ram }

  /// Takes `range`, which must be inside RAM and free.
  mutating func claim(_ range: Range<UInt64>, name: String) throws(ImageError) {
    guard !range.isEmpty else { return }
    guard range.lowerBound >= ram.lowerBound, range.upperBound <= ram.upperBound else {
      throw .outsideRAM(name: name, range: range, ram: ram)
    }
    if let other = firstClaim(overlapping: range) {
      throw .overlap(name: name, range: range, other: other.name, otherRange: other.range)
    }
    let position = claims.firstIndex { $0.range.lowerBound > range.lowerBound } ?? claims.endIndex
    claims.insert(Claim(range: range, name: name), at: position)
  }

  func firstClaim(overlapping range: Range<UInt64>) -> Claim? { claims.first { $0.range.overlaps(range) } }

  func isFree(_ range: Range<UInt64>) -> Bool {
    range.lowerBound >= ram.lowerBound && range.upperBound <= ram.upperBound && firstClaim(overlapping: range) == nil
  }

  /// The highest multiple of `alignment` (a power of two) in `window` from which `size` bytes of it are free.
  func highest(_ size: UInt64, alignment: UInt64, in window: Range<UInt64>) -> UInt64? {
    for gap in gaps(in: window).reversed() where gap.upperBound - gap.lowerBound >= size {
      let address = (gap.upperBound - size) & ~(alignment - 1)
      if address >= gap.lowerBound { return address }
    }
    return nil
  }

  /// Size in bytes of the largest free range inside `window`.
  func largestGap(in window: Range<UInt64>) -> UInt64 {
    gaps(in: window).map { $0.upperBound - $0.lowerBound }.max() ?? 0
  }

  /// The free ranges of RAM inside `window`, ascending.
  private func gaps(in window: Range<UInt64>) -> [Range<UInt64>] {
    let window = window.clamped(to: ram)
    var free: [Range<UInt64>] = []
    var start = window.lowerBound
    for claim in claims where claim.range.overlaps(window) {
      if claim.range.lowerBound > start { free.append(start..<claim.range.lowerBound) }
      start = max(start, claim.range.upperBound)
    }
    if start < window.upperBound { free.append(start..<window.upperBound) }
    return free
  }
}
