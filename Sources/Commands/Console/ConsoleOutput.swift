import Peripherals

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Carries what the guest says to standard output: at each line end, when much has gathered, and whenever asked.
package final class ConsoleOutput: ConsoleSink {
  private let descriptor: FileDescriptor
  private var buffer: [UInt8] = []
  private static let limit = 4096
  /// Why nothing more can be written, as `errno`; nil while all is well.
  package private(set) var failure: Int32?
  /// Whether the last byte ended a line.
  package private(set) var isAtLineStart = true
  /// Ready for reading when waiting for a slow reader must end.
  package var interruption: FileDescriptor?

  package init(_ descriptor: FileDescriptor) {
    self.descriptor = descriptor
    buffer.reserveCapacity(Self.limit)
  }

  package func write(_ byte: UInt8) {
    buffer.append(byte)
    isAtLineStart = byte == UInt8(ascii: "\n")
    if isAtLineStart || buffer.count >= Self.limit { flush() }
  }

  package func write(_ text: String) { for byte in text.utf8 { write(byte) } }

  /// Writes what has gathered. Waits for a slow reader, but not when a signal asks for attention: what is left then is
  /// kept for the next time.
  package func flush() {
    var done = 0
    while failure == nil, done < buffer.count {
      let count = buffer.withUnsafeBytes { descriptor.writeSome(UnsafeRawBufferPointer(rebasing: $0[done...])) }
      if count >= 0 {
        done += count
      } else if errno == EAGAIN || errno == EINTR {
        guard waitForReader() else { break }
      } else {
        failure = errno
      }
    }
    if failure != nil || done == buffer.count {
      buffer.removeAll(keepingCapacity: true)
    } else {
      buffer.removeFirst(done)
    }
  }

  /// False when a signal arrived first.
  private func waitForReader() -> Bool {
    let (_, isInterrupted) = Readiness.wait((descriptor, .output), (interruption, .input), nanoseconds: nil)
    return !isInterrupted
  }
}
