import CHost

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The signals that a run acts on, taken where it is safe to: between two slices.
struct HostSignals {
  /// Ready for reading when a signal has arrived.
  let descriptor: FileDescriptor

  static let ending = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

  /// Catches them, and some more, from here on, until `release`.
  init(and others: [Int32] = []) throws(CommandError) {
    let caught = Self.ending + [SIGTSTP, SIGCONT] + others
    let number = chost_catch_signals(caught, Int32(truncatingIfNeeded: caught.count))
    guard number >= 0 else { throw .noSignals(reason: hostErrorText(errno)) }
    descriptor = FileDescriptor(number)
  }

  /// The signal that arrived first and was not taken yet.
  func take() -> Int32? {
    let number = chost_take_signal()
    return number == 0 ? nil : number
  }

  func release() { chost_release_signals() }
}
