/// A length of time as a user writes it: `500ms`, `30s`, `5m`, `1h`.
package struct TimeLimit: Equatable, Sendable {
  package let nanoseconds: UInt64

  /// Reads a whole number with its unit; at least one millisecond, at most a year.
  package init(parsing text: String) throws(QuantityError) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let unit = Self.units[String(text.dropFirst(digits.count))], !digits.isEmpty else { throw .notATime }
    guard let number = UInt64(digits), number > 0, number <= Self.longest / unit else { throw .timeOutOfRange }
    nanoseconds = number * unit
  }

  private static let units: [String: UInt64] = [
    "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000, "h": 3_600_000_000_000,
  ]
  private static let longest: UInt64 = 366 * 24 * 3_600_000_000_000
}

extension TimeLimit: CustomStringConvertible {
  /// In the largest unit that divides it, as it can be read again.
  package var description: String {
    let unit = Self.units.filter { nanoseconds % $0.value == 0 }.max { $0.value < $1.value }
    return unit.map { "\(nanoseconds / $0.value)\($0.key)" } ?? "\(nanoseconds)ns"
  }
}
