/// How text for people is written.
package struct TextStyle: Equatable, Sendable {
  /// Whether colours may be used.
  package var isColored: Bool
  /// Columns of the terminal; nil where lines may be of any length.
  package var columns: Int?

  package init(isColored: Bool, columns: Int?) {
    self.isColored = isColored
    self.columns = columns
  }

  /// Sequences for names, told apart well on light and dark backgrounds.
  private static let colors = ["36", "33", "32", "35", "34", "96", "93", "92", "95", "94"]

  /// Text in the colour with a number; numbers beyond the last begin again.
  func colored(_ text: String, _ number: Int) -> String {
    isColored ? "\u{1B}[\(Self.colors[number % Self.colors.count])m\(text)\u{1B}[0m" : text
  }

  func dimmed(_ text: String) -> String { isColored ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
  func bold(_ text: String) -> String { isColored ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
  func reversed(_ text: String) -> String { isColored ? "\u{1B}[7m\(text)\u{1B}[0m" : text }
}
