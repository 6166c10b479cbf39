import CHost

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A thread of the host that runs one function.
package final class HostThread: @unchecked Sendable {
  private let body: @Sendable () -> Void
  private let name: String
  private var handle: pthread_t?
  /// Why it could not be started, as in `errno`; 0 if it could.
  package private(set) var failure: Int32 = 0

  /// - Parameter name: shown by debuggers and `top -H`; at most 15 bytes count.
  package init(name: String, _ body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }

  /// Starts it. False when the host has no thread left.
  package func start() -> Bool {
    let context = Unmanaged.passRetained(self).toOpaque()
    #if canImport(Darwin)
      var thread: pthread_t?
      failure = pthread_create(&thread, nil, { HostThread.run($0) }, context)
      handle = thread
    #else
      var thread = pthread_t()
      failure = pthread_create(&thread, nil, { HostThread.run($0) }, context)
      handle = thread
    #endif
    if failure != 0 {
      Unmanaged<HostThread>.fromOpaque(context).release()
      handle = nil
    }
    return failure == 0
  }

  /// Waits for its end. To be called once at most.
  package func join() {
    guard let handle else { return }
    pthread_join(handle, nil)
    self.handle = nil
  }

  private static func run(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let thread = Unmanaged<HostThread>.fromOpaque(context).takeRetainedValue()
    chost_name_thread(String(thread.name.prefix(15)))
    chost_sharpen_timers()
    blockPipeSignal()
    thread.body()
    return nil
  }

  /// Writing to a pipe that nobody reads is an error like any other, and no reason to end the process.
  private static func blockPipeSignal() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }
}

/// The words for a value of `errno`.
func systemErrorText(_ number: Int32) -> String { strerror(number).map { String(cString: $0) } ?? "error \(number)" }
