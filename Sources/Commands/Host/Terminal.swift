import CHost

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A terminal whose keys come one by one while a guest or a live screen has it.
final class Terminal {
  enum Mode {
    /// Every key is for the guest.
    case raw
    /// Keys are commands; those that make signals, such as Ctrl-C, do so.
    case commands
  }

  private let descriptor: FileDescriptor
  private var original: termios?
  private var current = termios()
  private var mode = Mode.raw

  init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

  /// Passes every key on at once and as it is. Output keeps its processing, for guests that end lines with LF alone.
  func enterRawMode() { enter(.raw) }

  func enter(_ mode: Mode) {
    var settings = termios()
    guard tcgetattr(descriptor.number, &settings) == 0 else { return }
    if original == nil {
      original = settings
      chost_restore_on_crash(descriptor.number, &settings)
    }
    guard let original else { return }
    self.mode = mode
    current = original
    switch mode {
    case .raw:
      cfmakeraw(&current)
      current.c_oflag = original.c_oflag
    case .commands: current.c_lflag &= ~tcflag_t(ICANON | ECHO)
    }
    apply(current)
  }

  /// Sets the terminal up again after this process was stopped from outside, when a shell has had its way with it.
  func resume() {
    if original != nil { apply(current) }
  }

  /// Gives the terminal its old settings back.
  func restore() {
    guard let settings = original else { return }
    original = nil
    apply(settings)
    chost_restore_on_crash(-1, nil)
  }

  /// Stops this process, as Ctrl-Z would without raw mode, and sets the terminal up again when it is continued.
  func suspend() {
    let settings = original
    restore()
    chost_stop_process()
    guard var settings else { return }
    // As they were: the shell has the terminal set its own way if this is continued behind it.
    original = settings
    chost_restore_on_crash(descriptor.number, &settings)
    enter(mode)
  }

  /// Sets the terminal, unless it is another program's now: trying would stop this process, and all guests with it.
  private func apply(_ settings: termios) {
    guard isInFront else { return }
    var settings = settings
    tcsetattr(descriptor.number, TCSADRAIN, &settings)
  }

  /// Whether no other program is in front, for which keys are then: reading them would stop this process.
  var isInFront: Bool {
    let front = tcgetpgrp(descriptor.number)
    return front < 0 || front == getpgrp()
  }

  /// Whether keys typed on standard input can be commands: there is a terminal, and no other program in front.
  static var canHaveCommands: Bool {
    FileDescriptor.standardInput.isTerminal && FileDescriptor.standardOutput.isTerminal
      && Terminal(.standardInput).isInFront
  }

  /// Columns and lines of a terminal; nil for what is none.
  static func size(of descriptor: FileDescriptor) -> (columns: Int, lines: Int)? {
    var size = winsize()
    guard ioctl(descriptor.number, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  deinit { restore() }
}
