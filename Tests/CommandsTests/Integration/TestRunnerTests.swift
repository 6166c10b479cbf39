import Foundation
import Testing

/// `roost run --test`, and what else virtual time promises on the command line.
@Suite struct TestRunnerTests {
  /// Runs a guest as a test.
  /// - Parameter arguments: what follows the kernel.
  private func test(
    _ guest: [UInt8], options: [String] = [], arguments: [String] = [], input: [UInt8] = []
  ) throws -> Roost.Result {
    let files = try TemporaryFolder()
    let kernel = try files.file("guest.bin", guest)
    return try Roost.run(["run"] + options + ["--test", kernel.path] + arguments, input: input)
  }

  @Test(
    arguments: [
      (TinyGuest.pass, 0), (TinyGuest.fail(7), 7), (TinyGuest.deadWait, 125), (TinyGuest.selfLoop, 125),
      (TinyGuest.farDeadline, 124),
    ] as [([UInt8], Int32)])
  func theStatusIsTheGuestsVerdict(guest: [UInt8], status: Int32) throws {
    let result = try test(guest)
    #expect(result.status == status)
    let lines = result.errors.split(separator: "\n")
    #expect(status == 0 ? lines.isEmpty : lines.first?.hasPrefix("roost: the guest ") == true, "\(result.errors)")
    // Of a guest that does not end by itself there is more to tell.
    #expect(status < 124 ? lines.count <= 1 : lines.dropFirst().first?.hasPrefix("diagnosis: ") == true)
  }

  @Test func aTestEndsAfter300SecondsOfItsOwnTime() throws {
    let result = try test(TinyGuest.busy, options: ["--clock-rate", "1"])
    #expect(result.status == 124)
    #expect(
      result.errors.hasPrefix("roost: the guest has not ended within 5m (hart 0 at 0x8000000"), "\(result.errors)")
    #expect(try test(TinyGuest.busy, options: ["--timeout", "10ms"]).errors.contains("within 10ms"))
  }

  /// Input and the keys after Ctrl-A are nobody's.
  @Test func aTestHasNoInput() throws {
    let result = try test(TinyGuest.echo, options: ["--timeout", "50ms"], input: Array("q\u{1}x".utf8))
    #expect(result.status == 124 && result.output == "hello\n")
  }

  @Test func whatFollowsTheKernelIsForTheKernel() throws {
    let files = try TemporaryFolder()
    let tree = files.path("tree.dtb")
    let result = try test(
      TinyGuest.pass, options: ["--append", "quiet", "--dump-dtb", tree],
      arguments: ["--nocapture", "--stats", "-x", "some name", "--"])
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    let text = try Data(contentsOf: URL(fileURLWithPath: tree))
    #expect(text.firstRange(of: Data("quiet --nocapture --stats -x some name".utf8)) != nil)
  }

  @Test(
    arguments: [
      ["run"], ["run", "--test"], ["run", "a", "--test", "b"], ["run", "a", "--clock-rate", "5"],
      ["run", "a", "--trace-hash"], ["run", "--clock", "host", "--clock-rate", "5", "--test", "a"],
      ["run", "a", "--clock", "virtual", "--clock-rate", "fast"], ["run", "a", "--seed", "-1"],
    ])
  func wrongUseIsToldInOneLine(arguments: [String]) throws {
    let result = try Roost.run(arguments)
    #expect(result.status == 64)
    #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
  }

  // MARK: Determinism

  private func hash(_ errors: String) throws -> Substring {
    try #require(errors.split(separator: "\n").last { $0.hasPrefix("roost: trace hash ") })
  }

  @Test func equalRunsHaveEqualHashes() throws {
    let options = ["--clock", "virtual", "--trace-hash"]
    let first = try hash(Roost.run(guest: TinyGuest.echo, options, input: Array("abcq".utf8)).errors)
    #expect(try hash(Roost.run(guest: TinyGuest.echo, options, input: Array("abcq".utf8)).errors) == first)
    #expect(try hash(Roost.run(guest: TinyGuest.echo, options, input: Array("abdq".utf8)).errors) != first)
    let statistics = try Roost.run(guest: TinyGuest.echo, ["--clock", "virtual", "--stats"], input: Array("abcq".utf8))
    #expect(try hash(statistics.errors) == first)
  }

  /// The guest's time stands still while there is nothing to read.
  @Test func whenInputArrivesOnTheHostMakesNoDifference() throws {
    let files = try TemporaryFolder()
    let kernel = try files.file("guest.bin", TinyGuest.echo).path
    let hashes = try ["printf abcdefq", "printf a; sleep 0.2; printf bcd; sleep 0.1; printf efq"].map { sender in
      let shell = Process()
      let errors = Pipe()
      shell.executableURL = URL(fileURLWithPath: "/bin/sh")
      shell.arguments = [
        "-c", "(\(sender)) | '\(Roost.executable.path)' run '\(kernel)' --clock virtual --trace-hash > /dev/null",
      ]
      shell.standardError = errors
      try shell.run()
      let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      shell.waitUntilExit()
      #expect(shell.terminationStatus == 0)
      return try hash(text)
    }
    #expect(hashes[0] == hashes[1])
  }

  @Test func theSeedAndTheRateDecideWhatIsSeen() throws {
    let files = try TemporaryFolder()
    func tree(_ options: String...) throws -> Data {
      let path = files.path(options.joined())
      _ = try Roost.run(guest: TinyGuest.pass, options + ["--dump-dtb", path])
      return try Data(contentsOf: URL(fileURLWithPath: path))
    }
    #expect(try tree("--seed", "1") == tree("--clock", "virtual", "--seed", "1"))
    #expect(try tree("--seed", "2") != tree("--seed", "1"))
    #expect(try tree("--clock", "virtual") == tree("--seed", "0"))
  }
}
