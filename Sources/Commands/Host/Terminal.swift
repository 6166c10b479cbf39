import CHost

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A terminal whose keys all go to the guest while it is raw.
final class Terminal {
  private let descriptor: FileDescriptor
  private var original: termios?
  private var raw = termios()

  init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

  /// Passes every key on at once and as it is. Output keeps its processing, for guests that end lines with LF alone.
  func enterRawMode() {
    guard original == nil else { return }
    var settings = termios()
    guard tcgetattr(descriptor.number, &settings) == 0 else { return }
    original = settings
    chost_restore_on_crash(descriptor.number, &settings)
    raw = settings
    cfmakeraw(&raw)
    raw.c_oflag = settings.c_oflag
    tcsetattr(descriptor.number, TCSADRAIN, &raw)
  }

  /// Sets the terminal up again after this process was stopped from outside, when a shell has had its way with it.
  func resume() {
    if original != nil { tcsetattr(descriptor.number, TCSADRAIN, &raw) }
  }

  /// Gives the terminal its old settings back.
  func restore() {
    guard var settings = original else { return }
    original = nil
    tcsetattr(descriptor.number, TCSADRAIN, &settings)
    chost_restore_on_crash(-1, nil)
  }

  /// Stops this process, as Ctrl-Z would without raw mode, and sets the terminal up again when it is continued.
  func suspend() {
    let wasRaw = original != nil
    restore()
    chost_stop_process()
    if wasRaw { enterRawMode() }
  }

  deinit { restore() }
}
