/// How fast a guest seems to run under virtual time: instructions of one hart that take a second.
///
/// Written as `100`, `100MIPS`, `2.5 GIPS`; a number alone is of millions.
public struct ClockRate: Hashable, Sendable {
  /// At least a million, at most 10¹¹.
  public let instructionsPerSecond: UInt64

  /// What a machine under virtual time has unless it says otherwise: 100 MIPS.
  public static let standard = ClockRate(clamping: 100_000_000)
  /// The slowest and the fastest: 1 and 100,000 MIPS.
  public static let range = ClockRate(clamping: 0)...ClockRate(clamping: .max)

  /// The rate nearest to so many instructions a second.
  public init(clamping instructionsPerSecond: UInt64) {
    self.instructionsPerSecond = min(max(instructionsPerSecond, 1_000_000), 100_000_000_000)
  }

  /// A rate that is one; nil for one outside of `range`.
  public init?(instructionsPerSecond: UInt64) {
    self.init(clamping: instructionsPerSecond)
    if self.instructionsPerSecond != instructionsPerSecond { return nil }
  }

  /// Reads a number, which may have a decimal point, and its unit. The rate it gives is exact.
  package init(parsing text: String) throws(QuantityError) {
    let number = text.prefix { "0123456789.".contains($0) }
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard let exponent = Self.units[text.dropFirst(number.count).drop { $0 == " " }.uppercased()],
      (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty })
    else { throw .notARate }
    let decimals = parts.count == 2 ? parts[1] : ""
    // More places than a unit has zeros would be of parts of an instruction.
    guard decimals.count <= exponent, parts[0].count <= 12 else { throw .rateOutOfRange }
    let zeros = String(repeating: "0", count: exponent - decimals.count)
    guard let count = UInt64(parts[0] + decimals + zeros), let rate = Self(instructionsPerSecond: count) else {
      throw .rateOutOfRange
    }
    self = rate
  }

  /// The decimal places of each unit.
  private static let units = ["": 6, "MIPS": 6, "GIPS": 9]
}

extension ClockRate: Comparable, CustomStringConvertible {
  public static func < (a: Self, b: Self) -> Bool { a.instructionsPerSecond < b.instructionsPerSecond }

  /// As it can be read again: `100MIPS`, `33.333333MIPS`.
  public var description: String {
    let (whole, rest) = instructionsPerSecond.quotientAndRemainder(dividingBy: 1_000_000)
    guard rest > 0 else { return "\(whole)MIPS" }
    var decimals = String(1_000_000 + rest).dropFirst()
    while decimals.last == "0" { decimals.removeLast() }
    return "\(whole).\(decimals)MIPS"
  }
}

extension ClockRate: Codable {
  public init(from decoder: any Decoder) throws {
    self.init(clamping: try decoder.singleValueContainer().decode(UInt64.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(instructionsPerSecond)
  }
}
