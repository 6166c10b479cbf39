import Foundation
import Testing

/// `roost up` in the foreground.
@Suite struct ForegroundTests {
  @Test func endsByItselfWithATableOfWhatEachGot() throws {
    let rig = try FleetRig([("one", TinyGuest.hello, []), ("other", TinyGuest.pass, [])])
    let result = try rig.roost("up")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("one   | hello\n"))
    #expect(result.output.contains("one   > stopped\n"))
    let table = result.output.components(separatedBy: "\n\n").last ?? ""
    #expect(table.hasPrefix("GUEST  STATE"))
    #expect(table.split(separator: "\n").count == 3)
    #expect(!result.output.contains("\u{1B}"))
    #expect(!rig.isSocketThere)
  }

  @Test func tellsThatAGuestFailedAndWhy() throws {
    let rig = try FleetRig([
      ("good", TinyGuest.hello, []), ("bad", TinyGuest.fail(7), []), ("loop", TinyGuest.selfLoop, []),
    ])
    let result = try rig.roost("up")
    #expect(result.status == 1)
    #expect(result.output.contains("bad  > failed: the guest failed with code 7"))
    #expect(result.output.contains("loop > failed: the guest hangs"))
  }

  @Test(arguments: [("bad", 7), ("good", 0)] as [(String, Int32)])
  func canEndAsOneGuestDoes(guest: String, status: Int32) throws {
    let rig = try FleetRig([("good", TinyGuest.pass, []), ("bad", TinyGuest.fail(7), [])])
    let result = try rig.roost("up", "--exit-code-from", guest)
    #expect(result.status == status, "\(result.output)")
  }

  @Test func canEndWithTheFirstGuest() throws {
    let rig = try FleetRig([("short", TinyGuest.pass, []), ("long", TinyGuest.echo, [])])
    let result = try rig.roost("up", "--abort-on-exit")
    #expect(result.status == 0)
    #expect(result.output.contains("long  > stopped"))
  }

  @Test func aGuestThatIsWaitedForComesFirst() throws {
    let rig = try FleetRig([
      ("second", TinyGuest.pass, ["depends-on: {first: {line: hello}}"]), ("first", TinyGuest.echo, []),
    ])
    let result = try rig.roost("up", "--exit-code-from", "second")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    let lines = result.output.components(separatedBy: "\n")
    let hello = lines.firstIndex(of: "first  | hello")
    let running = lines.firstIndex(of: "second > running")
    #expect((try #require(hello)) < (try #require(running)), "\(result.output)")
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func aSignalStopsAll(number: Int32) throws {
    let rig = try FleetRig([("echo", TinyGuest.echo, []), ("busy", TinyGuest.busy, [])])
    let output = Pipe()
    let process = try rig.begin(["up"], output: output)
    var text = ""
    while !text.contains("echo | hello") {
      text += String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    }
    kill(process.processIdentifier, number)
    text += String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 128 + number)
    #expect(text.contains("busy > stopped"))
    #expect(text.contains("GUEST  STATE"))
  }

  @Test func aSecondSignalKillsWhatDoesNotStop() throws {
    let rig = try FleetRig([("echo", TinyGuest.echo, ["stop: {send: nothing, grace: 1h}"])])
    let terminal = try rig.terminal(["up"])
    try terminal.start()
    #expect(terminal.waitFor("echo | hello"))
    terminal.signal(SIGINT)
    #expect(terminal.waitFor("echo > stopping"))
    terminal.signal(SIGINT)
    #expect(terminal.end() == 130)
    #expect(terminal.isRestored)
  }

  @Test func aTimeLimitKillsWhatDoesNotStop() throws {
    let rig = try FleetRig([("echo", TinyGuest.echo, ["stop: {send: nothing, grace: 1h}"])])
    let terminal = try rig.terminal(["up", "--timeout", "100ms"])
    try terminal.start()
    #expect(terminal.waitFor("echo | hello"))
    terminal.signal(SIGINT)
    #expect(terminal.end() == 130)
  }

  @Test func keysGoToOneGuestAndBack() throws {
    let rig = try FleetRig([("first", TinyGuest.echo, []), ("second", TinyGuest.echo, [])])
    let terminal = try rig.terminal(["up"])
    try terminal.start()
    #expect(terminal.waitFor("first  | hello") && terminal.waitFor("second | hello"))
    terminal.type("\u{1}l")
    #expect(terminal.waitFor(" 2  second  running"))
    terminal.type("\u{1}2")
    #expect(terminal.waitFor("-- second: Ctrl-A d goes back"))
    #expect(terminal.waitFor("hello", times: 3))
    #expect(eventually { terminal.isRaw })
    // Ctrl-C is a key like any other.
    terminal.type("abc\u{3}\u{1}\u{1}x")
    #expect(terminal.waitFor("abc\u{3}\u{1}x"))
    terminal.type("\u{1}p")
    #expect(terminal.waitFor("-- first:"))
    terminal.type("\u{1}h")
    #expect(terminal.waitFor("Ctrl-A d       back to all guests"))
    terminal.type("q")
    #expect(terminal.waitFor("first  > stopped"))
    // With its guest gone the console is left, and the screen is of all again.
    #expect(eventually { !terminal.isRaw })
    terminal.type("\u{1}x")
    #expect(terminal.end() == 0)
    #expect(terminal.waitFor("second > stopped"))
    #expect(terminal.isRestored)
  }

  @Test(arguments: [SIGSEGV, SIGKILL])
  func aCrashLeavesNothingThatBlocksTheNextStart(number: Int32) throws {
    let rig = try FleetRig([("echo", TinyGuest.echo, [])])
    let terminal = try rig.terminal(["up"])
    try terminal.start()
    #expect(terminal.waitFor("echo | hello"))
    terminal.signal(number)
    #expect(terminal.end() == -number)
    #expect(number == SIGKILL || terminal.isRestored)
    let again = try rig.terminal(["up"])
    try again.start()
    #expect(again.waitFor("echo | hello"))
    again.type("\u{1}x")
    #expect(again.end() == 0)
  }

  #if os(Linux)
    @Test func goesOnBehindAnotherProgram() throws {
      let rig = try FleetRig([("echo", TinyGuest.echo, [])])
      let terminal = try rig.terminal([])
      // A shell that has the terminal, and gives it to what is in front.
      terminal.process.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
      terminal.process.arguments = ["--ctty", "--wait", "bash", "--norc", "--noediting", "-i"]
      try terminal.start()
      terminal.type("'\(Roost.executable.path)' up\n")
      #expect(terminal.waitFor("echo | hello"))
      terminal.type("\u{1A}")
      #expect(terminal.waitFor("Stopped"))
      terminal.type("bg\n")
      #expect(eventually { (try? rig.state(of: "echo")) == "running" })
      // Keys are the shell's.
      terminal.type("echo $((40 + 2)); jobs\n")
      #expect(terminal.waitFor("42\r\n"))
      #expect(terminal.waitFor("Running"))
      #expect(try rig.state(of: "echo") == "running")
      // And the fleet's again.
      terminal.type("fg\n")
      #expect(terminal.waitFor("up\r\n", times: 3))
      terminal.type("\u{1}l")
      #expect(terminal.waitFor(" 1  echo  running"))
      terminal.type("\u{1}x")
      #expect(terminal.waitFor("echo > stopped"))
      #expect(eventually { !rig.isSocketThere })
    }
  #endif

  @Test func isControlledFromOutsideToo() throws {
    let rig = try FleetRig([("echo", TinyGuest.echo, [])])
    let terminal = try rig.terminal(["up"])
    try terminal.start()
    #expect(terminal.waitFor("echo | hello"))
    #expect(try rig.state(of: "echo") == "running")
    let second = try rig.roost("up")
    #expect(second.status == 75)
    #expect(second.errors.contains("runs already"))
    #expect(try rig.roost("down").status == 0)
    #expect(terminal.end() == 0)
  }

  @Test func aReaderThatGoesStopsAll() throws {
    let rig = try FleetRig([("chatter", TinyGuest.chatter, [])])
    let output = Pipe()
    let process = try rig.begin(["up"], output: output)
    _ = output.fileHandleForReading.readData(ofLength: 100)
    try output.fileHandleForReading.close()
    #expect(eventually(seconds: 20) { !process.isRunning })
    #expect(process.terminationStatus == 141)
  }

  // MARK: Bad input

  @Test func everythingWrongWithAFleetFileIsTold() throws {
    let rig = try FleetRig([("a", TinyGuest.pass, ["memroy: 1M", "harts: 99"])])
    let result = try rig.roost("up")
    #expect(result.status == 65)
    #expect(result.errors.split(separator: "\n").count == 2, "\(result.errors)")
    #expect(result.errors.contains("memory"))
    #expect(result.output == "")
  }

  @Test func aMissingFleetFileIsNamed() throws {
    let rig = try FleetRig([("a", TinyGuest.pass, [])])
    let result = try rig.roost("up", "missing.yaml")
    #expect(result.status == 66)
    #expect(result.errors.contains("missing.yaml"))
    #expect(try rig.roost("up", "--exit-code-from", "b").status == 68)
    #expect(try rig.roost("up", "-d", "--abort-on-exit").status == 64)
  }
}
