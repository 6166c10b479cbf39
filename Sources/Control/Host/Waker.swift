import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Makes a thread that waits for descriptors look up; any thread may.
package final class Waker: Sendable {
  /// Readable after `wake`.
  package let descriptor: Int32
  private let writer: Int32
  private let isAwake = Atomic(false)

  package init() throws(ControlError) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .system(what: "a pipe", reason: systemErrorText(errno)) }
    for end in ends { makeCloseOnExecAndNonblocking(end) }
    descriptor = ends[0]
    writer = ends[1]
  }

  deinit {
    close(descriptor)
    close(writer)
  }

  package func wake() {
    guard !isAwake.exchange(true, ordering: .acquiringAndReleasing) else { return }
    var byte: UInt8 = 1
    _ = write(writer, &byte, 1)
  }

  /// Notes that what was to be looked at will be looked at now.
  package func clear() {
    var bytes: (UInt64, UInt64) = (0, 0)
    _ = withUnsafeMutableBytes(of: &bytes) { read(descriptor, $0.baseAddress, $0.count) }
    isAwake.store(false, ordering: .sequentiallyConsistent)
  }
}

func makeCloseOnExecAndNonblocking(_ descriptor: Int32) {
  _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
}

/// The words for a value of `errno`.
func systemErrorText(_ number: Int32) -> String { strerror(number).map { String(cString: $0) } ?? "error \(number)" }
