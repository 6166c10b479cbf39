/// How often a delay was how long, in nanoseconds: eight steps for each doubling, so that a quantile is exact to an eighth.
public struct LatencyHistogram: Equatable, Sendable {
  private static let stepBits = 3
  private static let octaves = 36
  private var counts: [UInt32] = []
  public private(set) var count: UInt64 = 0
  /// The longest.
  public private(set) var maximum: UInt64 = 0

  public init() {}

  public mutating func record(_ nanoseconds: UInt64) {
    if counts.isEmpty { counts = Array(repeating: 0, count: Self.octaves << Self.stepBits) }
    let index = min(Self.index(nanoseconds), counts.count - 1)
    if counts[index] < .max { counts[index] += 1 }
    count &+= 1
    maximum = max(maximum, nanoseconds)
  }

  /// The delay that no more than `1 - fraction` of all exceeded; 0 when there were none.
  public func quantile(_ fraction: Double) -> UInt64 {
    let total = counts.reduce(UInt64(0)) { $0 + UInt64($1) }
    guard total > 0 else { return 0 }
    let rank = UInt64((Double(total) * min(max(fraction, 0), 1)).rounded(.up))
    var seen: UInt64 = 0
    for (index, count) in counts.enumerated() {
      seen += UInt64(count)
      if seen >= max(rank, 1) { return min(Self.upperBound(index), maximum) }
    }
    return maximum
  }

  /// Adds what another has counted.
  public mutating func merge(_ other: LatencyHistogram) {
    if counts.isEmpty {
      counts = other.counts
    } else {
      for (index, count) in other.counts.enumerated() { counts[index] = counts[index].addingClamped(count) }
    }
    count &+= other.count
    maximum = max(maximum, other.maximum)
  }

  private static func index(_ value: UInt64) -> Int {
    guard value >= 1 << UInt64(stepBits) else { return Int(value) }
    let exponent = 63 - value.leadingZeroBitCount
    let step = Int(truncatingIfNeeded: value >> UInt64(exponent - stepBits)) & ((1 << stepBits) - 1)
    return (exponent - stepBits + 1) << stepBits + step
  }

  /// The largest value that `index` counts.
  private static func upperBound(_ index: Int) -> UInt64 {
    guard index >= 1 << stepBits else { return UInt64(index) }
    let shift = UInt64(index >> stepBits - 1)
    return (UInt64(1 << stepBits + index & (1 << stepBits - 1)) + 1) << shift - 1
  }
}

extension UInt32 {
  fileprivate func addingClamped(_ other: UInt32) -> UInt32 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
