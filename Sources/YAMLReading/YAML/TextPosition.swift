/// A place in a text.
public struct TextPosition: Equatable, Sendable {
  /// From 1.
  public var line = 1
  /// Unicode scalars from the start of the line, from 1.
  public var column = 1

  public init(line: Int = 1, column: Int = 1) {
    self.line = line
    self.column = column
  }

  /// Moves behind `scalar`, which `next` follows; lines end where YAML says that they do.
  mutating func pass(_ scalar: Unicode.Scalar, before next: Unicode.Scalar?) {
    switch scalar {
    case "\n", "\u{85}", "\u{2028}", "\u{2029}": newLine()
    case "\r" where next != "\n": newLine()
    default: column += 1
    }
  }

  private mutating func newLine() {
    line += 1
    column = 1
  }
}
