#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Messages for the user.
enum StandardError {
  /// Writes one line, marked as coming from this program.
  static func report(_ line: String) { write("roost: \(line)\n") }

  static func write(_ text: String) { _ = FileDescriptor.standardError.write(Array(text.utf8)) }
}

/// The words for a value of `errno`.
func hostErrorText(_ number: Int32) -> String { strerror(number).map { String(cString: $0) } ?? "error \(number)" }
