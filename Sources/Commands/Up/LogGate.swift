import Synchronization
import SystemBus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes lines to standard error, with the time in front. The file there begins anew when it has grown too much: a guest
/// that is restarted for ever fills no disk.
final class LogGate: Sendable {
  private let written = Mutex(0)

  private static let limit = 1 << 20

  func write(_ text: String, _ reason: String?) {
    let words = TextSanitizer.line(reason.map { "\(text): \($0)" } ?? text)
    let line = Array("\(Self.time) \(words)\n".utf8)
    written.withLock { written in
      if written + line.count > Self.limit {
        _ = ftruncate(STDERR_FILENO, 0)
        written = 0
      }
      written += line.count
      _ = FileDescriptor.standardError.write(line)
    }
  }

  /// The time of day, as in 2026-01-31T12:00:00Z.
  private static var time: String {
    var now = time_t()
    readClock(&now)
    var parts = tm()
    gmtime_r(&now, &parts)
    var text = [CChar](repeating: 0, count: 32)
    let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// The C function, under a name that no property shadows.
private func readClock(_ now: inout time_t) { _ = time(&now) }
