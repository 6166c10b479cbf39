/// `text` in quotes, in one line of sensible length.
package func quoted(_ text: String) -> String {
  let scalars = text.unicodeScalars
  let shown = scalars.prefix(60).map { $0.properties.isWhitespace || $0.value < 32 ? " " : $0 }
  return "'\(String(String.UnicodeScalarView(shown)))\(shown.count < scalars.count ? "…" : "")'"
}
