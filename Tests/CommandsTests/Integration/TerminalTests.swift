import Foundation
import Testing

/// `roost run` with a terminal of its own.
private final class TerminalSession: PseudoTerminal {
  private let files: TemporaryFolder

  init(guest: [UInt8], _ options: [String] = []) throws {
    files = try TemporaryFolder()
    try super.init(["run", try files.file("guest.bin", guest).path, "--timeout", "20s"] + options)
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

  @Test func tellsWhereTheGuestIs() throws {
    let session = try TerminalSession(guest: TinyGuest.echo)
    try session.start()
    #expect(session.waitFor("hello"))
    session.type("\u{1}w")
    #expect(session.waitFor("diagnosis: nothing wrong was found; hart 0 waits for input: it polls 0x10000005"))
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
}
