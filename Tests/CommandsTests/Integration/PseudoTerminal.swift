import Foundation
import Testing

/// A program with a terminal of its own.
class PseudoTerminal {
  private let master: Int32
  private let slave: Int32
  let process = Process()
  private(set) var output: [UInt8] = []

  init(_ arguments: [String], environment: [String: String] = [:]) throws {
    (master, slave) = Self.open()
    try #require(master >= 0 && slave >= 0)
    // The test's own descriptors are not for the program.
    for end in [master, slave] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    process.executableURL = Roost.executable
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let terminal = FileHandle(fileDescriptor: slave)
    process.standardInput = terminal
    process.standardOutput = terminal
    process.standardError = terminal
  }

  /// A terminal's two ends.
  private static func open() -> (master: Int32, slave: Int32) {
    #if canImport(Darwin)
      let master = posix_openpt(O_RDWR | O_NOCTTY)
      guard grantpt(master) == 0, unlockpt(master) == 0 else { return (master, -1) }
      return (master, Foundation.open(String(cString: ptsname(master)), O_RDWR | O_NOCTTY))
    #else
      // The C library's functions for this are not visible to Swift; these are what they do.
      let (lock, number): (UInt, UInt) = (0x4004_5431, 0x8004_5430)  // TIOCSPTLCK, TIOCGPTN
      let master = Foundation.open("/dev/ptmx", O_RDWR | O_NOCTTY)
      var value: Int32 = 0
      guard ioctl(master, lock, &value) == 0, ioctl(master, number, &value) == 0 else { return (master, -1) }
      return (master, Foundation.open("/dev/pts/\(value)", O_RDWR | O_NOCTTY))
    #endif
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    close(master)
    close(slave)
  }

  func start() throws { try process.run() }
  func type(_ text: String) { _ = write(master, text, text.utf8.count) }
  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  func resize(columns: Int, lines: Int) {
    var size = winsize(
      ws_row: UInt16(clamping: lines), ws_col: UInt16(clamping: columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  /// Whether keys come one by one and unseen, as a guest wants them.
  var isRaw: Bool { localFlags & tcflag_t(ECHO | ICANON | ISIG) == 0 }
  /// Whether it is as it was before the program.
  var isRestored: Bool { localFlags & tcflag_t(ECHO | ICANON | ISIG) == tcflag_t(ECHO | ICANON | ISIG) }

  private var localFlags: tcflag_t {
    var settings = termios()
    tcgetattr(slave, &settings)
    return settings.c_lflag
  }

  var text: String { String(decoding: output, as: UTF8.self) }

  /// Reads until `text` has been seen so many times; false if it has not been within ten seconds.
  func waitFor(_ text: String, times: Int = 1) -> Bool {
    let deadline = Date(timeIntervalSinceNow: 10)
    while self.text.components(separatedBy: text).count <= times {
      guard Date() < deadline else { return false }
      readSome(milliseconds: 100)
    }
    return true
  }

  private func readSome(milliseconds: Int32) {
    var polled = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&polled, 1, milliseconds) > 0, polled.revents & Int16(POLLIN) != 0 else { return }
    var chunk = [UInt8](repeating: 0, count: 4096)
    let count = read(master, &chunk, chunk.count)
    if count > 0 { output += chunk[..<count] }
  }

  /// How the program ended, with all that it wrote read; nil if it has not within twenty seconds.
  func end() -> Int32? {
    let deadline = Date(timeIntervalSinceNow: 20)
    while process.isRunning {
      guard Date() < deadline else { return nil }
      readSome(milliseconds: 20)
    }
    readSome(milliseconds: 0)
    return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
  }
}
