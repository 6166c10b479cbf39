import Peripherals

/// Carries what the guest says to standard output: at each line end, when much has gathered, and whenever asked.
package final class ConsoleOutput: ConsoleSink {
  private let stream: OutputStream
  private static let limit = 4096
  /// Whether the last byte ended a line.
  package private(set) var isAtLineStart = true

  package init(_ descriptor: FileDescriptor) { stream = OutputStream(descriptor, capacity: Self.limit) }

  /// Why nothing more can be written, as `errno`; nil while all is well.
  package var failure: Int32? { stream.failure }

  /// Ends waiting for a reader when `interruption` can be read, or at `deadline`.
  package func limitWaiting(interruption: FileDescriptor?, deadline: UInt64?) {
    stream.interruption = interruption
    stream.deadline = deadline
  }

  package func write(_ byte: UInt8) {
    stream.append(byte)
    isAtLineStart = byte == UInt8(ascii: "\n")
    if isAtLineStart || stream.count >= Self.limit { flush() }
  }

  package func write(_ text: String) { for byte in text.utf8 { write(byte) } }

  /// Writes what has gathered; what the reader does not take in time is kept for the next time.
  package func flush() { if stream.count > 0 { stream.flush() } }
}
