/// What keys do in `roost top`.
package struct TopKeys: Sendable {
  package enum Event: Equatable, Sendable {
    case quit
    case order(TopScreen.Order)
    /// By so many lines, down or up.
    case scroll(Int)
    /// By so many screens.
    case page(Int)
    case start, end
  }

  /// Bytes of a sequence that a key has sent so far.
  private var pending: [UInt8] = []

  package init() {}

  private static let sequences: [[UInt8]: Event] = [
    Array("\u{1B}[A".utf8): .scroll(-1), Array("\u{1B}[B".utf8): .scroll(1), Array("\u{1B}OA".utf8): .scroll(-1),
    Array("\u{1B}OB".utf8): .scroll(1), Array("\u{1B}[5~".utf8): .page(-1), Array("\u{1B}[6~".utf8): .page(1),
    Array("\u{1B}[H".utf8): .start, Array("\u{1B}[F".utf8): .end, Array("\u{1B}[1~".utf8): .start,
    Array("\u{1B}[4~".utf8): .end,
  ]

  package mutating func take(_ byte: UInt8) -> Event? {
    guard pending.isEmpty && byte != 0x1B else { return takeSequence(byte) }
    switch byte {
    case UInt8(ascii: "q"), UInt8(ascii: "Q"): return .quit
    case UInt8(ascii: "j"): return .scroll(1)
    case UInt8(ascii: "k"): return .scroll(-1)
    case UInt8(ascii: " "): return .page(1)
    case UInt8(ascii: "b"): return .page(-1)
    default:
      return TopScreen.Order.allCases.first { $0.key.asciiValue == byte }.map { .order($0) }
    }
  }

  private mutating func takeSequence(_ byte: UInt8) -> Event? {
    // A sequence that begins ends any that was not complete.
    pending = byte == 0x1B ? [byte] : pending + [byte]
    if let event = Self.sequences[pending] {
      pending = []
      return event
    }
    if !Self.sequences.keys.contains(where: { $0.starts(with: pending) }) { pending = [] }
    return nil
  }
}
