import SystemBus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Gathers bytes for a file and writes them. A reader that takes nothing for a while is waited for, but not past a
/// deadline or a signal.
final class OutputStream {
  private let descriptor: FileDescriptor
  private var buffer: [UInt8] = []
  /// Why nothing more can be written, as `errno`; nil while all is well.
  private(set) var failure: Int32?
  /// Ready for reading when waiting for the reader must end.
  var interruption: FileDescriptor?
  /// When waiting for the reader must end, as `HostTime.now`; nil for never.
  var deadline: UInt64?

  /// What a pipe that is ready takes without blocking.
  private static let pieceSize = 4096

  /// - Parameter capacity: how many bytes are expected to gather.
  init(_ descriptor: FileDescriptor, capacity: Int) {
    self.descriptor = descriptor
    buffer.reserveCapacity(capacity)
  }

  /// How many bytes wait to be written.
  var count: Int { buffer.count }

  func append(_ byte: UInt8) { buffer.append(byte) }
  func append(_ bytes: [UInt8]) { buffer.append(contentsOf: bytes) }

  /// Writes what has gathered; what cannot be written yet is kept for the next time.
  func flush() {
    var done = 0
    while failure == nil, done < buffer.count, waitForReader() {
      let end = min(buffer.count, done + Self.pieceSize)
      let count = buffer.withUnsafeBytes { descriptor.writeSome(UnsafeRawBufferPointer(rebasing: $0[done..<end])) }
      if count >= 0 {
        done += count
      } else if errno != EAGAIN && errno != EINTR {
        failure = errno
      }
    }
    if failure != nil || done == buffer.count {
      buffer.removeAll(keepingCapacity: true)
    } else {
      buffer.removeFirst(done)
    }
  }

  /// False when there is something more urgent.
  private func waitForReader() -> Bool {
    let left = deadline.map { deadline in
      let now = HostTime.now
      return deadline > now ? deadline - now : 0
    }
    return Readiness.wait((descriptor, .output), (interruption, .input), nanoseconds: left).0
  }
}
