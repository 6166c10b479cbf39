import CHost

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Waiting for files to be ready.
enum Readiness {
  enum Direction { case input, output }

  /// Waits until one of two files can be read or written without waiting, has failed or ended, or until a signal.
  /// - Parameters:
  ///   - nanoseconds: the longest wait; nil for ever.
  /// - Returns: which of the two is ready.
  static func wait(
    _ first: (file: FileDescriptor?, direction: Direction), _ second: (file: FileDescriptor?, direction: Direction),
    nanoseconds: UInt64?
  ) -> (Bool, Bool) {
    var ready: (Int16, Int16) = (0, 0)
    let limit = nanoseconds.map { Int64(clamping: $0) } ?? -1
    withUnsafeMutableBytes(of: &ready) { ready in
      _ = chost_wait(
        first.file?.number ?? -1, events(first.direction), second.file?.number ?? -1, events(second.direction), limit,
        ready.assumingMemoryBound(to: Int16.self).baseAddress)
    }
    return (ready.0 != 0, ready.1 != 0)
  }

  private static func events(_ direction: Direction) -> Int16 {
    Int16(truncatingIfNeeded: direction == .input ? POLLIN : POLLOUT)
  }
}
