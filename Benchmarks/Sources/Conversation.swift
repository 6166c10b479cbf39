#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// A program whose console is typed to.
final class Conversation {
  private let child: Int32
  private let input: Pipe
  private let output: Pipe
  /// All that came so far.
  private var heard: [UInt8] = []
  /// How much of it has been waited for.
  private var settled = 0

  init(_ invocation: Invocation) throws {
    // A program that is gone when it is typed to ends the conversation, not the bench.
    signal(SIGPIPE, SIG_IGN)
    (input, output) = (try Pipe(), try Pipe())
    child = try spawn(invocation, input: input.reader, output: output.writer)
    output.closeWriter()
  }

  deinit {
    kill(child, SIGKILL)
    _ = wait(for: child)
    input.close()
    output.close()
  }

  /// Types a line, as a person would end it.
  func type(_ line: String) {
    var rest = Array((line + "\r").utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { write(input.writer, $0.baseAddress, $0.count) }
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }

  /// Waits until a text appears in what has not been waited for yet, and answers what came before it; nil when it does
  /// not come in time, or never can.
  func hear(_ text: String, within seconds: Double) -> String? {
    let wanted = Array(text.utf8), end = monotonicSeconds() + seconds
    while true {
      if let found = heard[settled...].firstRange(of: wanted) {
        defer { settled = found.upperBound }
        return String(decoding: heard[settled..<found.lowerBound], as: UTF8.self)
      }
      let left = end - monotonicSeconds()
      guard left > 0 else { return nil }
      guard let bytes = output.read(waiting: left) else { continue }
      guard !bytes.isEmpty else { return nil }
      heard += bytes
    }
  }

  /// Seconds on the clock that counts: any, or the program's own processor time so far.
  func seconds(on clock: Clock) -> Double {
    var own = clockid_t()
    guard clock == .processor, clock_getcpuclockid(child, &own) == 0 else { return monotonicSeconds() }
    var now = timespec()
    clock_gettime(own, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
  }

  /// The end of what came, for people who want to know why it went wrong.
  var lastWords: String { String(decoding: heard.suffix(400), as: UTF8.self) }
}
