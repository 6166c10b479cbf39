/// How a result that its format cannot hold is rounded. Raw values are the `rm` and `frm` encodings of the unprivileged
/// specification, section "Floating-Point Control and Status Register".
@frozen public enum RoundingMode: UInt8, Sendable, CaseIterable {
  /// RNE: to nearest, ties to even.
  case nearestEven = 0
  /// RTZ: towards zero.
  case towardZero = 1
  /// RDN: towards minus infinity.
  case down = 2
  /// RUP: towards plus infinity.
  case up = 3
  /// RMM: to nearest, ties to the larger magnitude.
  case nearestMaxMagnitude = 4

  /// The mode that an instruction's `rm` field selects, where 7 stands for the one in `frm`.
  ///
  /// - Returns: `nil` for the reserved encodings: the instruction is then illegal.
  @inlinable public init?(field: UInt8, dynamic: UInt8) {
    self.init(rawValue: field == 7 ? dynamic : field)
  }

  /// Whether a magnitude that was cut off must grow by one unit in its last kept place.
  ///
  /// - Parameters:
  ///   - discarded: What was cut off; any value above or below `half` stands for all values on that side of it.
  ///   - half: Half a unit in the last kept place.
  ///   - isOdd: Whether the last kept bit is set.
  ///   - isNegative: The sign of the number.
  @inlinable func increments(discarded: UInt64, half: UInt64, isOdd: Bool, isNegative: Bool) -> Bool {
    switch self {
    case .nearestEven: discarded > half || (discarded == half && isOdd)
    case .towardZero: false
    case .down: isNegative && discarded != 0
    case .up: !isNegative && discarded != 0
    case .nearestMaxMagnitude: discarded >= half
    }
  }

  /// Whether a number of this sign that is too large for its format becomes infinite rather than the largest finite.
  @inlinable func overflowsToInfinity(isNegative: Bool) -> Bool {
    switch self {
    case .nearestEven, .nearestMaxMagnitude: true
    case .towardZero: false
    case .down: isNegative
    case .up: !isNegative
    }
  }
}
