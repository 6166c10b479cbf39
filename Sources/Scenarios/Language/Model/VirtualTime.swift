/// A length of virtual time: what the guests' clocks show, whatever the host's do.
public struct VirtualTime: Codable, Comparable, Hashable, Sendable {
  /// Ticks of 100 ns.
  public var ticks: UInt64

  public init(ticks: UInt64) { self.ticks = ticks }

  /// - Parameter seconds: cut to a year.
  public static func seconds(_ seconds: UInt64) -> VirtualTime {
    VirtualTime(ticks: min(seconds, longest / 10_000_000) * 10_000_000)
  }

  public static func < (first: VirtualTime, second: VirtualTime) -> Bool { first.ticks < second.ticks }

  private static let longest: UInt64 = 366 * 24 * 3600 * 10_000_000
  private static let units: [(name: String, ticks: UInt64)] = [
    ("h", 36_000_000_000), ("m", 600_000_000), ("s", 10_000_000), ("ms", 10_000), ("us", 10),
  ]

  /// Reads a whole number with its unit, such as `50us`, `250ms`, `10s`, `5m` or `1h`: more than nothing, at most a year.
  package init?(parsing text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let unit = Self.units.first(where: { $0.name == text.dropFirst(digits.count) }), let number = UInt64(digits),
      number > 0, number <= Self.longest / unit.ticks
    else { return nil }
    ticks = number * unit.ticks
  }
}

extension VirtualTime: CustomStringConvertible {
  /// In the largest unit that divides it, as it can be read again.
  public var description: String {
    guard ticks > 0 else { return "0s" }
    if let unit = Self.units.first(where: { ticks % $0.ticks == 0 }) { return "\(ticks / unit.ticks)\(unit.name)" }
    return "\(ticks / 10).\(ticks % 10)us"
  }
}
