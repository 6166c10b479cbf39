#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Messages for the user.
enum StandardError {
  /// Writes a line, or several, each marked as coming from this program.
  static func report(_ text: String) { write(lines(text)) }

  /// Lines with the mark, without anything that would drive a terminal: they may tell what a guest said.
  static func lines(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).map { "roost: \(TextSanitizer.line(String($0)))\n" }.joined()
  }

  static func write(_ text: String) { _ = FileDescriptor.standardError.write(Array(text.utf8)) }
}

/// The words for a value of `errno`.
func hostErrorText(_ number: Int32) -> String { strerror(number).map { String(cString: $0) } ?? "error \(number)" }
