#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An open file of the host.
package struct FileDescriptor: Equatable, Sendable {
  package let number: Int32

  package init(_ number: Int32) { self.number = number }

  static let standardInput = FileDescriptor(STDIN_FILENO)
  static let standardOutput = FileDescriptor(STDOUT_FILENO)
  static let standardError = FileDescriptor(STDERR_FILENO)

  var isTerminal: Bool { isatty(number) == 1 }

  /// Writes all of `bytes`, however long that takes. Zero, or what `errno` says about why some were not written.
  func write(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = writeSome(UnsafeRawBufferPointer(rebasing: rest))
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        _ = Readiness.wait((self, .output), (nil, .input), nanoseconds: nil)
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }

  func write(_ bytes: [UInt8]) -> Int32 { bytes.withUnsafeBytes { write($0) } }

  /// Writes what can be written at once; -1 and `errno` when that is nothing.
  func writeSome(_ bytes: UnsafeRawBufferPointer) -> Int { hostWrite(number, bytes.baseAddress, bytes.count) }

  /// Reads what there is; 0 at the end, -1 and `errno` when it fails.
  func readSome(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    hostRead(number, buffer.baseAddress, buffer.count)
  }
}

// The C functions, under names that no method shadows.
private let hostWrite = write
private let hostRead = read
