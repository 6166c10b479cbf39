import Foundation
import Testing

/// `roost run` with a terminal of its own.
private final class TerminalSession {
  private let master: Int32
  private let slave: Int32
  private let process = Process()
  private let files: TemporaryFolder
  private(set) var output: [UInt8] = []

  init(guest: [UInt8], _ options: [String] = []) throws {
    files = try TemporaryFolder()
    (master, slave) = Self.openTerminal()
    try #require(master >= 0 && slave >= 0)
    process.executableURL = Roost.executable
    process.arguments = ["run", try files.file("guest.bin", guest).path, "--timeout", "20s"] + options
    let terminal = FileHandle(fileDescriptor: slave)
    process.standardInput = terminal
    process.standardOutput = terminal
    process.standardError = terminal
  }

  /// A terminal's two ends.
  private static func openTerminal() -> (master: Int32, slave: Int32) {
    #if canImport(Darwin)
      let master = posix_openpt(O_RDWR | O_NOCTTY)
      guard grantpt(master) == 0, unlockpt(master) == 0 else { return (master, -1) }
      return (master, open(String(cString: ptsname(master)), O_RDWR | O_NOCTTY))
    #else
      // The C library's functions for this are not visible to Swift; these are what they do.
      let (lock, number): (UInt, UInt) = (0x4004_5431, 0x8004_5430)  // TIOCSPTLCK, TIOCGPTN
      let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
      var value: Int32 = 0
      guard ioctl(master, lock, &value) == 0, ioctl(master, number, &value) == 0 else { return (master, -1) }
      return (master, open("/dev/pts/\(value)", O_RDWR | O_NOCTTY))
    #endif
  }

  deinit {
    if process.isRunning { process.terminate() }
    close(master)
    close(slave)
  }

  func start() throws { try process.run() }
  func type(_ text: String) { _ = write(master, text, text.utf8.count) }
  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Whether keys come one by one and unseen, as a guest wants them.
  var isRaw: Bool {
    var settings = termios()
    tcgetattr(slave, &settings)
    return settings.c_lflag & tcflag_t(ECHO | ICANON | ISIG) == 0
  }

  /// Reads until `text` has been seen so many times; false if it has not been within ten seconds.
  func waitFor(_ text: String, times: Int = 1) -> Bool {
    let deadline = Date(timeIntervalSinceNow: 10)
    var chunk = [UInt8](repeating: 0, count: 4096)
    while String(decoding: output, as: UTF8.self).components(separatedBy: text).count <= times {
      var polled = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      guard poll(&polled, 1, 100) >= 0, Date() < deadline else { return false }
      guard polled.revents & Int16(POLLIN) != 0 else { continue }
      let count = read(master, &chunk, chunk.count)
      guard count > 0 else { return false }
      output += chunk[..<count]
    }
    return true
  }

  func end() -> Int32 {
    process.waitUntilExit()
    return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
  }
}

@Suite struct TerminalTests {
  @Test func isRawWhileAGuestRunsAndRestoredWhenTheUserEndsIt() throws {
    let session = try TerminalSession(guest: TinyGuest.echo)
    #expect(!session.isRaw)
    try session.start()
    #expect(session.waitFor("hello"))
    #expect(session.isRaw)
    session.type("\u{1}x")
    #expect(session.end() == 123)
    #expect(!session.isRaw)
  }

  @Test func isRestoredWhenTheGuestEnds() throws {
    let session = try TerminalSession(guest: TinyGuest.echo)
    try session.start()
    #expect(session.waitFor("hello"))
    session.type("q")
    #expect(session.end() == 0)
    #expect(!session.isRaw)
  }

  @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
  func isRestoredAfterASignal(number: Int32) throws {
    let session = try TerminalSession(guest: TinyGuest.echo)
    try session.start()
    #expect(session.waitFor("hello"))
    session.signal(number)
    #expect(session.end() == 128 + number)
    #expect(!session.isRaw)
  }

  @Test(arguments: [SIGSEGV, SIGILL])
  func isRestoredAfterACrash(number: Int32) throws {
    let session = try TerminalSession(guest: TinyGuest.echo)
    try session.start()
    #expect(session.waitFor("hello"))
    session.signal(number)
    #expect(session.end() == -number)
    #expect(!session.isRaw)
  }

  @Test func isRestoredWhileSuspended() throws {
    let session = try TerminalSession(guest: TinyGuest.echo)
    try session.start()
    #expect(session.waitFor("hello"))
    session.signal(SIGTSTP)
    #expect(eventually { !session.isRaw })
    session.signal(SIGCONT)
    #expect(eventually { session.isRaw })
    session.type("q")
    #expect(session.end() == 0)
  }

  @Test func isRestoredAfterATimeout() throws {
    let session = try TerminalSession(guest: TinyGuest.echo, ["--timeout", "200ms"])
    try session.start()
    #expect(session.end() == 124)
    #expect(!session.isRaw)
  }

  @Test func keysReachTheGuestAndCommandsDoNot() throws {
    let session = try TerminalSession(guest: TinyGuest.echo)
    try session.start()
    #expect(session.waitFor("hello"))
    // Ctrl-C and Ctrl-Z are keys like any other.
    session.type("\u{3}\u{1A}<\u{1}\u{1}>\u{1}h")
    #expect(session.waitFor("\u{3}\u{1A}<\u{1}>"))
    #expect(session.waitFor("Ctrl-A x"))
    session.type("q")
    #expect(session.end() == 0)
  }

  @Test func resetsTheMachine() throws {
    let session = try TerminalSession(guest: TinyGuest.echo)
    try session.start()
    #expect(session.waitFor("hello"))
    session.type("\u{1}r")
    #expect(session.waitFor("hello", times: 2))
    session.type("q")
    #expect(session.end() == 0)
  }

  /// Whether something becomes true within ten seconds.
  private func eventually(_ condition: () -> Bool) -> Bool {
    let deadline = Date(timeIntervalSinceNow: 10)
    while !condition() {
      guard Date() < deadline else { return false }
      usleep(1000)
    }
    return true
  }
}
