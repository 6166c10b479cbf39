import Foundation
import Testing

/// Snapshots on disk, as `roost run`, `inspect` and fleets make and use them.
@Suite struct SnapshotTests {
  private let files: TemporaryFolder
  private var path: String { files.path("guest.snapshot") }

  init() throws { files = try TemporaryFolder() }

  /// Fills 16 MiB, then counts for ever.
  private static let filler = TinyGuest.build {
    $0.load(5, 0x8001_0000)
    $0.load(6, 0x8101_0000)
    $0.load(7, 4096)
    $0.sw(5, 5)
    // add t0, t0, t2
    $0.words(0x0072_82B3)
    $0.branch(equal: false, 5, 6, -8)
    $0.addi(8, 8, 1)
    $0.branch(equal: true, 0, 0, -4)
  }

  /// The arguments that save the filler at a time.
  private func saving(at time: String, to path: String) throws -> [String] {
    let kernel = try files.file("guest.bin", Self.filler)
    return [
      "run", kernel.path, "--memory", "32M", "--clock", "virtual", "--save-at", time, "--snapshot", path, "--timeout",
      "20ms",
    ]
  }

  private func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  // MARK: roost run

  @Test func aRunGoesOnFromWhereItWasSaved() throws {
    let terminal = try PseudoTerminal([
      "run", try files.file("echo.bin", TinyGuest.echo).path, "--timeout", "20s", "--snapshot", path,
    ])
    try terminal.start()
    #expect(terminal.waitFor("hello"))
    terminal.type("\u{1}s")
    #expect(terminal.waitFor("saved \(path)"))
    terminal.type("q")
    #expect(terminal.end() == 0)
    let result = try Roost.run(["run", "--restore", path, "--timeout", "20s"], input: Array("abcq".utf8))
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output == "abcq")
  }

  @Test func whatItIsToldToDoTwiceComesOutTheSame() throws {
    let times = ["10ms", "11ms"]
    var saved: [Data] = []
    for time in times + times {
      let result = try Roost.run(saving(at: time, to: path))
      #expect(result.status == 124, "\(result.errors)")
      saved.append(try contents(path))
    }
    #expect(saved[0] == saved[2] && saved[1] == saved[3] && saved[0] != saved[1])
    // From the one to the other it is a millisecond.
    let later = files.path("later.snapshot")
    try saved[0].write(to: URL(fileURLWithPath: path))
    let result = try Roost.run(
      ["run", "--restore", path, "--save-at", "11ms", "--snapshot", later, "--timeout", "2ms", "--clock", "virtual"])
    #expect(result.status == 124, "\(result.errors)")
    let inspected = try [path, later].map { try Roost.run(["inspect", $0, "--json"]).output }
    let reports = try inspected.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
    #expect(reports.map { $0?["timeNs"] as? Int } == [10_000_000, 11_000_000])
    #expect(reports.map { $0?["memorySize"] as? Int } == [32 << 20, 32 << 20])
    #expect(reports.map { $0?["clock"] as? String } == ["virtual", "virtual"])
    #expect((reports[0]?["harts"] as? [[String: Any]])?.first?["mode"] as? String == "M")
    #expect((reports[0]?["usedBytes"] as? Int).map { $0 > 16 << 20 } == true)
  }

  @Test func optionsThatContradictASnapshotAreRefused() throws {
    #expect(try Roost.run(saving(at: "5ms", to: path)).status == 124)
    for (option, value, saved) in [
      ("--memory", "64M", "32M"), ("--harts", "2", "1"), ("--clock", "host", "virtual"),
      ("--clock-rate", "50MIPS", "100MIPS"), ("--isa", "rv32ima", "rv32ima"), ("--seed", "3", "none"),
    ] {
      let result = try Roost.run(["run", "--restore", path, option, value])
      #expect(result.status == 64, "\(option)")
      #expect(result.errors.contains("\(path): was saved of a machine with \(option) \(saved)"), "\(result.errors)")
    }
    let agreeing = try Roost.run(["run", "--restore", path, "--memory", "32M", "--harts", "1", "--timeout", "1ms"])
    #expect(agreeing.status == 124, "\(agreeing.errors)")
    #expect(try Roost.run(["run", "--restore", path, "kernel"]).status == 64)
    #expect(try Roost.run(["run", "--restore", path, "--append", "x"]).status == 64)
    let booted = try Roost.run(["run", path])
    #expect(booted.status == 65 && booted.errors.contains("--restore"))
  }

  @Test func filesThatAreNoneAreRefusedWithAReason() throws {
    #expect(try Roost.run(saving(at: "5ms", to: path)).status == 124)
    let half = files.path("half")
    try contents(path).prefix(100_000).write(to: URL(fileURLWithPath: half))
    let text = try files.file("text", Array("text".utf8)).path
    for (file, status, words) in [
      (half, Int32(65), "is cut off: it has 100000 bytes"), (text, 65, "is no snapshot"),
      (files.path("none"), 66, "none"),
    ] {
      let result = try Roost.run(["run", "--restore", file])
      #expect(result.status == status, "\(file)")
      #expect(result.errors.contains(words), "\(result.errors)")
    }
  }

  // MARK: Files that are replaced

  @Test func aSaveThatIsKilledLeavesTheOldFileOrTheNewOne() throws {
    let times = ["10ms", "11ms"]
    var whole: [Data] = []
    // How long a save takes, about: what the host has to do besides changes that all the time.
    var longest = 0.0
    for time in times {
      let began = Date()
      #expect(try Roost.run(saving(at: time, to: path)).status == 124)
      longest = max(longest, Date().timeIntervalSince(began))
      whole.append(try contents(path))
    }
    var random = SystemRandomNumberGenerator()
    var (kept, replaced) = (0, 0)
    for _ in 0..<100 {
      let before = try contents(path)
      let process = Process()
      process.executableURL = Roost.executable
      process.arguments = try saving(at: before == whole[0] ? times[1] : times[0], to: path)
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      usleep(UInt32(Double.random(in: 0...longest * 1.2, using: &random) * 1e6))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let after = try contents(path)
      #expect(whole.contains(after))
      if after == before {
        kept += 1
        longest *= 1.1
      } else {
        replaced += 1
        longest /= 1.1
      }
    }
    #expect(kept > 0 && replaced > 0, "\(kept) kept, \(replaced) replaced")
    // At most what was about to be renamed, and nothing that looks like a snapshot of the user's.
    let known = ["guest.bin", "guest.snapshot"]
    #expect(files.names.allSatisfy { known.contains($0) || $0.hasSuffix("~") })
  }

  @Test func aFileThatCannotGrowLeavesTheOldOne() throws {
    #expect(try Roost.run(saving(at: "10ms", to: path)).status == 124)
    let before = try contents(path)
    let rig = try FleetRig([])
    // In units of 512 bytes: 20 MiB, more than RAM has, and less than RAM and the image take together.
    rig.limits = ["-f 40960"]
    let large = TinyGuest.busy + [UInt8](repeating: 1, count: 12 << 20)
    let kernel = try files.file("guest.bin", large)
    let result = try rig.roost([
      "run", kernel.path, "--memory", "16M", "--clock", "virtual", "--save-at", "1ms", "--snapshot", path, "--timeout",
      "2ms",
    ])
    #expect(result.status == 74, "\(result.errors)")
    #expect(result.errors.contains("\(path): cannot be written: File too large"), "\(result.errors)")
    #expect(try contents(path) == before)
    #expect(files.names == ["guest.bin", "guest.snapshot"])
  }

  @Test func aFolderThatIsNotThereIsToldOf() throws {
    let result = try Roost.run(saving(at: "5ms", to: files.path("absent/guest.snapshot")))
    #expect(result.status == 74)
    #expect(result.errors.contains("absent/guest.snapshot: cannot be created: No such file or directory"))
  }

  // MARK: Fleets

  @Test func aGuestOfAFleetIsSavedWhileItRunsAndGoesOnInAnother() throws {
    let rig = try FleetRig([("echo", TinyGuest.echo, [])])
    #expect(try rig.roost("up", "-d").status == 0)
    #expect(try eventually { try rig.roost("logs", "echo").output.contains("hello") })
    let saved = try rig.roost("snapshot", "echo", "echo.snapshot")
    #expect(saved.status == 0, "\(saved.errors)")
    #expect(saved.output == "echo: running (saved)\n")
    #expect(try rig.roost("down").status == 0)

    let file = rig.folder + "/echo.snapshot"
    let alone = try Roost.run(["run", "--restore", file, "--timeout", "20s"], input: Array("xq".utf8))
    #expect(alone.status == 0 && alone.output == "xq", "\(alone.errors)")

    let fleet = """
      name: rig
      defaults: {image: echo.bin, memory: 4M}
      guests:
        a: {snapshot: echo.snapshot}
        b: {snapshot: echo.snapshot, count: 3}
      """
    try Data(fleet.utf8).write(to: URL(fileURLWithPath: rig.folder + "/fleet.yaml"))
    let up = try rig.roost("up", "-d")
    #expect(up.status == 0, "\(up.errors)\(up.output)")
    #expect(try rig.state(of: "a") == "running")
    #expect(try rig.state(of: "b-3") == "running")
    // They have said hello before.
    #expect(try rig.roost("logs").output == "")
    #expect(try rig.roost("reset", "a").status == 0)
    #expect(try eventually { try rig.roost("logs", "a").output.contains("hello") })
    #expect(try rig.roost("restart", "a").status == 0)
    #expect(try rig.roost("down").status == 0)
  }

  @Test func aCloneGoesOnBesideItsOriginal() throws {
    let rig = try FleetRig([("echo", TinyGuest.echo, []), ("done", TinyGuest.pass, [])])
    #expect(try rig.roost("up", "-d").status == 0)
    #expect(try eventually { try rig.roost("logs", "echo").output.contains("hello") })
    let clone = try rig.roost("clone", "echo", "twin")
    #expect(clone.status == 0, "\(clone.errors)")
    #expect(clone.output == "twin: running (goes on from echo)\n")
    #expect(try rig.state(of: "twin") == "running")
    #expect(try rig.roost("logs", "twin").output == "")
    let again = try rig.roost("clone", "echo", "twin")
    #expect(again.status != 0 && again.errors.contains("there is a guest 'twin' already"), "\(again.errors)")
    #expect(try rig.roost("clone", "echo", "../twin").status != 0)
    #expect(try rig.roost("clone", "nobody", "x").status == 68)
    #expect(try rig.roost("clone", "done", "x").status == 75)
    #expect(try rig.roost("restart", "twin").status == 0)
    #expect(try rig.roost("kill", "--all").output.contains("twin: stopped"))
    let ended = try rig.roost("start", "twin")
    #expect(ended.status == 75 && ended.errors.contains("cannot be started again"), "\(ended.errors)")
    #expect(try rig.state(of: "twin") == "stopped")
    #expect(try rig.roost("down").status == 0)
  }

  @Test func whatCannotBeSavedIsToldInWords() throws {
    let rig = try FleetRig([("echo", TinyGuest.echo, []), ("done", TinyGuest.pass, [])])
    #expect(try rig.roost("up", "-d").status == 0)
    #expect(try eventually { try rig.state(of: "done") == "stopped" })
    let stopped = try rig.roost("snapshot", "done", "x")
    #expect(stopped.status == 75 && stopped.errors.contains("cannot save a guest that is stopped"), "\(stopped.errors)")
    let absent = try rig.roost("snapshot", "echo", "absent/x")
    #expect(absent.status != 0 && absent.errors.contains("absent/x: cannot be created"), "\(absent.errors)")
    #expect(try rig.state(of: "echo") == "running")
    #expect(try rig.roost("down").status == 0)
    try Data("name: rig\nguests: {a: {snapshot: none}}\n".utf8).write(
      to: URL(fileURLWithPath: rig.folder + "/fleet.yaml"))
    let up = try rig.roost("up", "-d")
    #expect(up.status != 0 && up.errors.contains("a: \(rig.folder)/none"), "\(up.errors)")
  }
}
