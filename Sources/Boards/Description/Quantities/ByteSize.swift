/// An amount of memory as a user writes it: `64M`, `1GiB`, `134217728`.
package struct ByteSize: Equatable, Sendable {
  package let bytes: UInt64

  package init(bytes: UInt64) { self.bytes = bytes }

  /// Reads a whole number of bytes, or of the binary units K, M and G, which may be followed by `iB`.
  package init(parsing text: String) throws(QuantityError) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let shift = Self.units[text.dropFirst(digits.count).uppercased()], !digits.isEmpty else {
      throw .notASize
    }
    guard let number = UInt64(digits), number <= UInt64.max >> shift else { throw .sizeTooLarge }
    bytes = number << shift
  }

  private static let units: [String: UInt64] = [
    "": 0, "K": 10, "KIB": 10, "M": 20, "MIB": 20, "G": 30, "GIB": 30,
  ]
}

extension ByteSize: CustomStringConvertible {
  /// In the largest unit that divides it, as it can be read again.
  package var description: String {
    for (shift, unit) in [(30, "G"), (20, "M"), (10, "K")] as [(UInt64, String)]
    where bytes >> shift > 0 && bytes & ((1 << shift) - 1) == 0 {
      return "\(bytes >> shift)\(unit)"
    }
    return "\(bytes)"
  }
}
