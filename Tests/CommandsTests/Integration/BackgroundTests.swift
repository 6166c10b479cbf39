import Control
import Foundation
import Testing

/// `roost up -d` and the commands that control what it starts.
@Suite struct BackgroundTests {
  private func rig(_ guests: [(name: String, image: [UInt8], keys: [String])]) throws -> FleetRig {
    let rig = try FleetRig(guests)
    let result = try rig.roost("up", "-d")
    #expect(result.status == 0, "\(result.errors)\(result.output)")
    return rig
  }

  private var echo: (name: String, image: [UInt8], keys: [String]) { ("echo", TinyGuest.echo, []) }

  @Test func comesUpAndGoesDown() throws {
    let rig = try rig([echo, ("done", TinyGuest.pass, [])])
    let monitor = try #require(rig.monitor)
    #expect(monitor != getpid())
    #expect(getsid(monitor) == monitor)
    #expect(try rig.state(of: "echo") == "running")
    #expect(try eventually { try rig.state(of: "done") == "stopped" })
    let list = try rig.roost("list", "--json")
    let fleets = try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]]
    #expect(fleets?.first?["process"] as? Int32 == monitor)
    #expect(fleets?.first?["guests"] as? [String] == ["echo", "done"])
    let down = try rig.roost("down")
    #expect(down.status == 0, "\(down.errors)")
    #expect(down.output == "rig: down\n")
    #expect(!rig.isSocketThere)
    #expect(eventually { kill(monitor, 0) != 0 })
    #expect(try rig.roost("ps").status == 69)
  }

  #if os(Linux)
    @Test(arguments: [["ps"], ["stats", "--json"], ["top", "--once"], ["logs"]])
    func anAnswerThatCannotBeWrittenIsAnError(arguments: [String]) throws {
      let rig = try rig([("hello", TinyGuest.hello, [])])
      #expect(try eventually { try rig.roost("logs").output == "hello | hello\n" })
      let process = try rig.begin(arguments, output: FileHandle(forWritingAtPath: "/dev/full"))
      process.waitUntilExit()
      #expect(process.terminationStatus == 74)
      #expect(try rig.roost("down").status == 0)
    }
  #endif

  @Test func aMonitorThatDoesNotAnswerIsNotTakenForNone() throws {
    let rig = try rig([echo])
    defer { _ = try? rig.roost("down", "--fleet", "rig") }
    // It listens, and never says hello.
    let mute = try UnixSocket.listen(at: rig.folder + "/run/mute.sock")
    rig.directory = rig.folder + "/run"
    let list = try rig.roost("list")
    #expect(list.status == 75)
    #expect(list.output.contains("rig "))
    #expect(list.errors == "roost: fleet 'mute': the monitor is too busy to answer; try again in a while\n")
    // To look at the one that answers does no harm.
    #expect(try rig.roost("ps").status == 0)
    let stop = try rig.roost("stop", "--all")
    #expect(stop.status == 75, "\(stop.errors)")
    #expect(try rig.state(of: "echo") == "running")
    #expect(try rig.roost("down", "--fleet", "rig").status == 0)
    let ps = try rig.roost("ps")
    #expect(ps.status == 75)
    #expect(ps.errors.hasPrefix("roost: fleet 'mute': "))
    withExtendedLifetime(mute) {}
  }

  @Test func upTellsOfGuestsThatCannotBeStarted() throws {
    let rig = try FleetRig([echo, ("huge", TinyGuest.pass, [])])
    try Data("text, no kernel".utf8).write(to: URL(fileURLWithPath: rig.folder + "/huge.bin"))
    let result = try rig.roost("up", "-d")
    #expect(result.status == 1)
    #expect(result.output.contains("echo   running"))
    #expect(result.output.contains("huge   failed"))
    #expect(result.output.contains("huge.bin"))
    #expect(try rig.roost("down").status == 0)
  }

  @Test func upTellsOfAFleetFileThatIsWrong() throws {
    let rig = try FleetRig([("a", TinyGuest.pass, ["nonsense: 1"])])
    let result = try rig.roost("up", "-d")
    #expect(result.status == 65)
    #expect(result.errors.contains("nonsense"))
    #expect(!rig.isSocketThere)
  }

  // MARK: Actions

  @Test func guestsArePausedResumedStoppedAndStarted() throws {
    let rig = try rig([echo, ("busy", TinyGuest.busy, [])])
    for (command, state) in [
      ("pause", "paused"), ("resume", "running"), ("reset", "running"), ("restart", "running"), ("stop", "stopped"),
      ("start", "running"), ("kill", "stopped"),
    ] {
      let result = try rig.roost(command, "busy")
      #expect(result.status == 0, "\(command): \(result.errors)")
      #expect(result.output == "busy: \(state)\n", "\(command)")
    }
    #expect(try rig.state(of: "echo") == "running")
    #expect(try rig.roost("logs", "echo").output == "echo | hello\n")
    #expect(try rig.roost("down").status == 0)
  }

  @Test func whatCannotBeDoneIsToldWithItsOwnExitCode() throws {
    let rig = try rig([echo])
    let paused = try rig.roost("resume", "echo")
    #expect(paused.status == 75)
    #expect(paused.errors == "roost: echo: cannot resume a guest that is running\n")
    let unknown = try rig.roost("pause", "ecko")
    #expect(unknown.status == 68)
    #expect(unknown.errors.contains("did you mean 'echo'?"))
    #expect(try rig.roost("pause").status == 64)
    #expect(try rig.roost("ps", "--fleet", "other").status == 69)
    #expect(try rig.roost("ps", "--fleet", "../other").status == 64)
    #expect(try rig.roost("up", "-d").status == 75)
    #expect(try rig.roost("down").status == 0)
  }

  @Test func whatHasEndedAlreadyNeedsNoStop() throws {
    let rig = try rig([echo, ("done", TinyGuest.pass, [])])
    #expect(try eventually { try rig.state(of: "done") == "stopped" })
    for command in ["stop", "kill"] {
      let result = try rig.roost(command, "done")
      #expect(result.status == 0, "\(command): \(result.errors)")
      #expect(result.output == "done: stopped (had ended already)\n")
    }
    let all = try rig.roost("stop", "--all")
    #expect(all.status == 0, "\(all.errors)")
    #expect(all.output == "echo: stopped\ndone: stopped (had ended already)\n")
    #expect(try rig.roost("down").status == 0)
  }

  @Test func whatChangesSomethingFallsOnNoOtherFleet() throws {
    let rig = try rig([echo])
    let other = try TemporaryFolder()
    _ = try other.file("fleet.yaml", Array("name: other\nguests: {}\n".utf8))
    rig.directory = other.url.path
    for command in [["down"], ["kill", "--all"], ["stop", "--all"]] {
      let result = try rig.roost(command)
      #expect(result.status == 69, "\(command): \(result.output)")
      #expect(result.errors.contains("fleet.yaml: no monitor runs this fleet; what runs is rig"))
    }
    // Looking is another matter.
    #expect(try rig.roost("ps", "-q").output == "echo\n")
    #expect(try rig.state(of: "echo") == "running")
    #expect(try rig.roost("down", "--fleet", "rig").status == 0)
  }

  // MARK: Looking

  @Test func statisticsAreWritten() throws {
    let rig = try rig([echo, ("busy", TinyGuest.busy, [])])
    let hasRun = try eventually {
      let result = try rig.roost("stats", "--json", "busy")
      let guests = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]]
      return guests?.count == 1 && (guests?.first?["instructions"] as? Int ?? 0) > 1_000_000
    }
    #expect(hasRun)
    let top = try rig.roost("top", "--once", "--interval", "100ms")
    #expect(top.status == 0)
    #expect(top.output.contains("busy   running"))
    #expect(try rig.roost("stats").output.contains("echo"))
    #expect(try rig.roost("top").status == 64)
    #expect(try rig.roost("ps", "-q").output == "echo\nbusy\n")
    #expect(try rig.roost("down").status == 0)
  }

  @Test func logsAreCutToTheirLastLines() throws {
    let talker = TinyGuest.build {
      $0.say("1\n2\n3\n")
      $0.addi(5, 5, 1)
      $0.branch(equal: true, 0, 0, -4)
    }
    let rig = try rig([("talker", talker, [])])
    #expect(try eventually { try rig.roost("logs").output == "talker | 1\ntalker | 2\ntalker | 3\n" })
    #expect(try rig.roost("logs", "-n", "2", "--no-log-prefix").output == "2\n3\n")
    #expect(try rig.roost("logs", "-n", "0").output == "")
    #expect(try rig.roost("down").status == 0)
  }

  @Test func attachIsTheGuestsTerminal() throws {
    let rig = try rig([echo])
    let terminal = try rig.terminal(["attach", "echo"])
    try terminal.start()
    #expect(terminal.waitFor("hello"))
    #expect(eventually { terminal.isRaw })
    terminal.type("typed\u{3}")
    #expect(terminal.waitFor("typed\u{3}"))
    terminal.type("\u{1}d")
    #expect(terminal.end() == 0)
    #expect(terminal.isRestored)
    #expect(try rig.state(of: "echo") == "running")
    // Again, until the guest ends.
    let again = try rig.terminal(["attach", "echo"])
    try again.start()
    #expect(again.waitFor("typed"))
    again.type("q")
    #expect(again.end() == 0)
    #expect(try rig.state(of: "echo") == "stopped")
    #expect(try rig.roost("down").status == 0)
  }

  @Test func topIsLiveAndRestoresTheTerminal() throws {
    let rig = try rig([echo])
    let terminal = try rig.terminal(["top"])
    terminal.resize(columns: 100, lines: 20)
    try terminal.start()
    #expect(terminal.waitFor("echo   running"))
    #expect(terminal.text.contains("\u{1B}[?1049h"))
    terminal.resize(columns: 40, lines: 6)
    terminal.signal(SIGWINCH)
    terminal.type("n")
    #expect(terminal.waitFor("by name"))
    terminal.type("q")
    #expect(terminal.end() == 0)
    #expect(terminal.isRestored)
    #expect(terminal.waitFor("\u{1B}[?1049l"))
    #expect(try rig.roost("down").status == 0)
  }

  // MARK: Deaths

  @Test func killingClientsLeavesGuestsAndMonitorBe() throws {
    let rig = try rig([echo, ("chatter", TinyGuest.chatter, [])])
    let monitor = try #require(rig.monitor)
    for arguments in [["logs", "-f"], ["attach", "chatter"], ["stats", "--stream", "--json"]] {
      // Nobody reads the pipe: the client blocks, and the monitor must not.
      let output = Pipe()
      let client = try rig.begin(arguments, output: output)
      _ = output.fileHandleForReading.readData(ofLength: 10)
      #expect(try rig.state(of: "chatter") == "running")
      kill(client.processIdentifier, SIGKILL)
      client.waitUntilExit()
    }
    let top = try rig.terminal(["top"])
    try top.start()
    #expect(top.waitFor("chatter"))
    top.signal(SIGKILL)
    #expect(top.end() == -SIGKILL)
    #expect(rig.monitor == monitor)
    #expect(try rig.state(of: "echo") == "running")
    #expect(try rig.roost("down").status == 0)
  }

  @Test func aKilledMonitorIsNoObstacle() throws {
    let rig = try rig([echo])
    let monitor = try #require(rig.monitor)
    kill(monitor, SIGKILL)
    #expect(eventually { kill(monitor, 0) != 0 })
    #expect(rig.isSocketThere)
    #expect(try rig.roost("ps").status == 69)
    #expect(try rig.roost("list").output.split(separator: "\n").count == 1)
    #expect(try rig.roost("up", "-d").status == 0)
    #expect(try #require(rig.monitor) != monitor)
    #expect(try rig.state(of: "echo") == "running")
    #expect(try rig.roost("down").status == 0)
  }

  @Test func aSignalStopsAllInOrder() throws {
    let stop = ["stop: {send: q, grace: 20s}"]
    let rig = try rig([
      ("base", TinyGuest.echo, stop), ("user", TinyGuest.echo, stop + ["depends-on: [base]"]),
    ])
    let monitor = try #require(rig.monitor)
    kill(monitor, SIGTERM)
    #expect(eventually { kill(monitor, 0) != 0 })
    #expect(!rig.isSocketThere)
    let log = try String(contentsOfFile: rig.folder + "/run/rig.log", encoding: .utf8)
    let order = log.split(separator: "\n").compactMap { line in line.split(separator: " ", maxSplits: 1).last }
    let userStopping = try #require(order.firstIndex(of: "user: stopping"))
    let baseStopping = try #require(order.firstIndex(of: "base: stopping"))
    #expect(userStopping < baseStopping, "\(log)")
    #expect(order.contains("user: stopped"))
    #expect(order.last == "base: stopped")
  }

  // MARK: Shells

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionScripts(shell: String) throws {
    let result = try Roost.run(["completions", shell])
    #expect(result.status == 0)
    #expect(result.output.contains("roost"))
    #expect(result.output.contains("attach"))
    #expect(!result.output.contains("background-monitor") || shell == "bash")
  }
}
