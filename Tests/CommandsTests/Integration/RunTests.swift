import DeviceTree
import Foundation
import Testing

@Suite struct RunTests {
  // MARK: How a guest ends

  @Test(
    arguments: [
      (TinyGuest.pass, 0), (TinyGuest.fail(7), 7), (TinyGuest.fail(0), 1), (TinyGuest.fail(255), 255),
      (TinyGuest.fail(300), 255), (TinyGuest.deadWait, 125), (TinyGuest.selfLoop, 125), (TinyGuest.trapLoop, 125),
    ] as [([UInt8], Int32)])
  func exitCodeSaysHowTheGuestEnded(guest: [UInt8], status: Int32) throws {
    let result = try Roost.run(guest: guest)
    #expect(result.status == status)
    let lines = result.errors.split(separator: "\n")
    #expect(status == 0 ? lines.isEmpty : lines.first?.hasPrefix("roost: the guest ") == true, "\(result.errors)")
    // Only for a guest that hangs is there more to tell.
    #expect(status == 125 ? lines.dropFirst().first?.hasPrefix("diagnosis: hart 0 ") == true : lines.count <= 1)
  }

  @Test func namesTheGuestsOwnCode() throws {
    #expect(try Roost.run(guest: TinyGuest.fail(300)).errors == "roost: the guest failed with code 300\n")
  }

  @Test(arguments: [["--timeout", "100ms"], ["--timeout", "100ms", "--clock", "virtual"]])
  func timeoutEndsABusyGuest(options: [String]) throws {
    let result = try Roost.run(guest: TinyGuest.busy, options)
    #expect(result.status == 124)
    #expect(result.errors.hasPrefix("roost: the guest has not ended within 100ms (hart 0 at 0x8000000"))
    let lines = result.errors.split(separator: "\n")
    #expect(lines.first?.hasSuffix(" in M-mode)") == true)
    #expect(
      lines.dropFirst().first?.hasPrefix("diagnosis: nothing wrong was found; hart 0 computes, at 0x8000000") == true)
  }

  @Test func aDeadlineCenturiesAheadIsOnlyATimeout() throws {
    let result = try Roost.run(guest: TinyGuest.farDeadline, ["--timeout", "5s", "--clock", "virtual"])
    #expect(result.status == 124, "\(result.errors)")
  }

  @Test func timeoutTellsOfEveryHart() throws {
    let result = try Roost.run(guest: TinyGuest.busy, ["--timeout", "50ms", "--harts", "3"])
    #expect(result.errors.contains("hart 2 at 0x8000000"))
  }

  // MARK: The console

  @Test func writesWhatTheGuestSays() throws {
    let result = try Roost.run(guest: TinyGuest.hello)
    #expect(result.output == "hello\n")
    #expect(result.errors == "")
  }

  @Test func sendsInputToTheGuestWithoutLoss() throws {
    let text = (0..<3000).map { UInt8(0x41 + $0 % 26) } + Array("\u{1}xq".utf8)
    let result = try Roost.run(guest: TinyGuest.echo, input: text)
    #expect(result.status == 0)
    #expect(result.output == "hello\n" + String(decoding: text, as: UTF8.self))
  }

  @Test func aClosedInputIsAnEmptyOne() throws {
    let files = try TemporaryFolder()
    let kernel = try files.file("guest.bin", TinyGuest.echo).path
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", "\"$0\" run \"$1\" --timeout 300ms <&- >/dev/null 2>&1", Roost.executable.path, kernel]
    try shell.run()
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 124)
  }

  @Test func endOfInputDoesNotEndTheGuest() throws {
    let result = try Roost.run(guest: TinyGuest.echo, ["--timeout", "300ms"], input: Array("abc".utf8))
    #expect(result.output == "hello\nabc")
    #expect(result.status == 124)
  }

  /// Whether a run whose output nobody reads can still be ended.
  @Test(arguments: [[], ["--trace", "-"]])
  func aReaderThatDoesNotReadHoldsNothingUpForEver(options: [String]) throws {
    let files = try TemporaryFolder()
    let process = Process()
    process.executableURL = Roost.executable
    process.arguments = ["run", try files.file("guest.bin", TinyGuest.chatter).path, "--timeout", "300ms"] + options
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 124)
  }

  @Test func aReaderThatGoesEndsTheRun() throws {
    let files = try TemporaryFolder()
    let process = Process()
    process.executableURL = Roost.executable
    process.arguments = ["run", try files.file("guest.bin", TinyGuest.chatter).path, "--timeout", "20s"]
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    _ = output.fileHandleForReading.readData(ofLength: 100)
    try output.fileHandleForReading.close()
    process.waitUntilExit()
    #expect(process.terminationStatus == 141)
  }

  @Test func virtualTimeMakesRunsAlike() throws {
    let options = ["--clock", "virtual", "--trace", "-", "--timeout", "1ms"]
    let first = try Roost.run(guest: TinyGuest.echo, options, input: Array("abc".utf8))
    #expect(first.output.split(separator: "\n").count > 1000)
    #expect(try Roost.run(guest: TinyGuest.echo, options, input: Array("abc".utf8)).output == first.output)
  }

  // MARK: What a run leaves behind

  @Test func tracesInSpikesForm() throws {
    let files = try TemporaryFolder()
    let result = try Roost.run(guest: TinyGuest.pass, ["--trace", files.path("trace")])
    #expect(result.status == 0)
    let lines = try String(contentsOfFile: files.path("trace"), encoding: .utf8).split(separator: "\n")
    #expect(lines.last == "core   0: 3 0x80000010 (0x0062a023) mem 0x00100000 0x00005555")
    #expect(lines.contains("core   0: 3 0x80000008 (0x00005337) x6  0x00005000"))
  }

  @Test func tellsStatistics() throws {
    let result = try Roost.run(guest: TinyGuest.pass, ["--stats", "--harts", "2"])
    #expect(result.errors.contains(" MIPS; "))
    #expect(result.errors.contains("roost: hart 1: "))
  }

  @Test func dumpsADeviceTreeInsteadOfRunning() throws {
    let files = try TemporaryFolder()
    let initrd = try files.file("initrd", Array(repeating: 1, count: 5000))
    let result = try Roost.run(
      guest: TinyGuest.hello,
      ["--dump-dtb", files.path("tree.dtb"), "--initrd", initrd.path, "--append", "one two", "--harts", "2"])
    #expect(result.status == 0)
    #expect(result.output == "")
    #expect(files.names == ["initrd", "tree.dtb"])
    let tree = try DeviceTreeDocument(flattened: Array(Data(contentsOf: URL(fileURLWithPath: files.path("tree.dtb")))))
    let chosen = try #require(tree.root.node(at: "/chosen"))
    #expect(chosen.text("bootargs") == "one two")
    let start = try #require(chosen.cell("linux,initrd-start"))
    #expect(chosen.cell("linux,initrd-end") == start + 5000)
    #expect(tree.root.node(at: "/cpus/cpu@1") != nil)
  }

  @Test func usesTheUsersDeviceTree() throws {
    let files = try TemporaryFolder()
    var tree = DeviceTreeDocument()
    tree.root.set("model", "mine")
    let dtb = try files.file("mine.dtb", tree.flattened())
    let result = try Roost.run(
      guest: TinyGuest.pass, ["--dtb", dtb.path, "--append", "quiet", "--dump-dtb", files.path("out.dtb")])
    #expect(result.status == 0)
    let out = try DeviceTreeDocument(flattened: Array(Data(contentsOf: URL(fileURLWithPath: files.path("out.dtb")))))
    #expect(out.root.text("model") == "mine")
    #expect(out.root.node(at: "/chosen")?.text("bootargs") == "quiet")
  }

  @Test func loadsRawBinariesAtAnAddress() throws {
    let files = try TemporaryFolder()
    let data = try files.file("data", Array("x".utf8))
    let kernel = try files.file("kernel", TinyGuest.pass)
    let result = try Roost.run([
      "run", kernel.path + "@0x80010000", "--firmware", "none", "--load", data.path + "@0x80020000", "--timeout", "20s",
    ])
    #expect(result.status == 0, "\(result.errors)")
  }
}
