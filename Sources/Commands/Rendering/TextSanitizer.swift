/// Makes text of a guest harmless: what comes out is UTF-8 without control characters, terminal sequences or anything
/// that changes the direction of text, so it can neither drive a terminal nor look like somebody else's.
package struct TextSanitizer: Sendable {
  package enum Element: Equatable, Sendable {
    /// One character to show.
    case scalar(Unicode.Scalar)
    case tab
    case lineEnd
    /// A carriage return that no line feed follows: what comes next stands in the same place on a terminal.
    case lineStart
  }

  /// Where in a terminal sequence the guest is.
  private enum State {
    case text
    /// After ESC.
    case escape
    /// In a control sequence, which a letter ends.
    case control
    /// In a string, which BEL or ST ends.
    case string
    /// In a string, after ESC.
    case stringEscape
  }

  private var state = State.text
  private var decoder = UTF8Decoder()
  private var isAfterReturn = false
  private var sequenceLength = 0

  /// Bytes after which a sequence that does not end is taken for text again.
  private static let sequenceLimit = 4096

  package init() {}

  /// Takes the next byte, which may make up to two elements.
  package mutating func take(_ byte: UInt8, _ body: (Element) -> Void) {
    let (first, second) = decoder.take(byte)
    if let first { take(first, body) }
    if let second { take(second, body) }
  }

  private mutating func take(_ scalar: Unicode.Scalar, _ body: (Element) -> Void) {
    if state != .text && isInsideSequence(scalar) { return }
    if scalar == "\r" {
      isAfterReturn = true
      return
    }
    if isAfterReturn {
      isAfterReturn = false
      if scalar != "\n" { body(.lineStart) }
    }
    switch scalar {
    case "\n": body(.lineEnd)
    case "\t": body(.tab)
    case "\u{1B}": enter(.escape)
    case "\u{9B}": enter(.control)
    case "\u{90}", "\u{98}", "\u{9D}", "\u{9E}", "\u{9F}": enter(.string)
    case _ where Self.isHarmless(scalar): body(.scalar(scalar))
    default: break
    }
  }

  private mutating func enter(_ next: State) {
    state = next
    sequenceLength = 0
  }

  /// Follows a sequence. False for what is text again, or the start of something else.
  private mutating func isInsideSequence(_ scalar: Unicode.Scalar) -> Bool {
    sequenceLength += 1
    if sequenceLength > Self.sequenceLimit || scalar == "\u{18}" || scalar == "\u{1A}" {
      state = .text
      return true
    }
    switch (state, scalar) {
    case (.string, "\u{1B}"): state = .stringEscape
    case (.string, "\u{07}"), (.string, "\u{9C}"), (.stringEscape, "\\"): state = .text
    case (.string, "\n"), (.stringEscape, "\n"):
      // Strings are of one line; one that was never ended must not hide what follows.
      state = .text
      return false
    case (.string, _): break
    case (_, "\u{1B}"): state = .escape
    case (.stringEscape, _): state = .string
    case (.escape, "["): state = .control
    case (.escape, "]"), (.escape, "P"), (.escape, "X"), (.escape, "^"), (.escape, "_"): state = .string
    case (.escape, "\u{20}"..."\u{2F}"): break
    case (.control, "\u{20}"..."\u{3F}"): break
    case (_, "\n"), (_, "\r"):
      state = .text
      return false
    default: state = .text
    }
    return true
  }

  /// Whether a character only shows itself.
  static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0: false  // C0, DEL, C1
    case 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: false  // directions, separators, invisible
    case 0xFFF9...0xFFFB, 0xE0000...0xE0FFF: false  // annotations, tags
    default: true
    }
  }

  /// All of a text of unknown origin on one line.
  package static func line(_ text: String) -> String {
    var sanitizer = TextSanitizer()
    var result = String.UnicodeScalarView()
    for byte in text.utf8 {
      sanitizer.take(byte) { element in
        if case .scalar(let scalar) = element { result.append(scalar) } else { result.append(" ") }
      }
    }
    return String(result)
  }
}

/// Decodes UTF-8 that comes byte by byte; what is none becomes U+FFFD.
struct UTF8Decoder: Sendable {
  private var pending: [UInt8] = []

  /// The characters that the byte completes: two, when it shows that those before it were none.
  mutating func take(_ byte: UInt8) -> (Unicode.Scalar?, Unicode.Scalar?) {
    if pending.isEmpty && byte < 0x80 { return (Unicode.Scalar(byte), nil) }
    let wasEmpty = pending.isEmpty
    pending.append(byte)
    switch Self.decode(pending) {
    case .incomplete: return (nil, nil)
    case .scalar(let scalar):
      pending = []
      return (scalar, nil)
    case .invalid:
      // The byte may begin something else; those before it are shown as one.
      pending = []
      return ("\u{FFFD}", wasEmpty ? nil : take(byte).0)
    }
  }

  private enum Result { case scalar(Unicode.Scalar), incomplete, invalid }

  private static func decode(_ bytes: [UInt8]) -> Result {
    guard let first = bytes.first else { return .incomplete }
    let (length, lowest): (Int, UInt32)
    switch first {
    case 0..<0x80: (length, lowest) = (1, 0)
    case 0xC2..<0xE0: (length, lowest) = (2, 0x80)
    case 0xE0..<0xF0: (length, lowest) = (3, 0x800)
    case 0xF0..<0xF5: (length, lowest) = (4, 0x1_0000)
    default: return .invalid
    }
    var value = UInt32(first) & (length == 1 ? 0x7F : (0x7F >> UInt32(length)))
    for byte in bytes.dropFirst() {
      guard byte & 0xC0 == 0x80 else { return .invalid }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    guard bytes.count == length else { return .incomplete }
    guard value >= lowest, let scalar = Unicode.Scalar(value) else { return .invalid }
    return .scalar(scalar)
  }
}
