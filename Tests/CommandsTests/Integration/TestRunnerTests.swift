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
    #expect(status == 0 ? result.errors == "" : result.errors.hasPrefix("roost: the guest "), "\(result.errors)")
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
      ["run", "a", "--trace-hash"], ["run", "a", "--record-input", "f"],
      ["run", "--clock", "host", "--clock-rate", "5", "--test", "a"],
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

  /// What was recorded, on whichever host and however slowly it was typed, is repeated to the instruction.
  @Test func aRecordOfTheInputRepeatsTheRun() throws {
    let files = try TemporaryFolder()
    let kernel = try files.file("guest.bin", TinyGuest.echo).path
    let record = files.path("input")
    let sender = "(sleep 0.1; printf ab; sleep 0.2; printf cd; sleep 0.1; printf q)"
    func run(_ command: String) throws -> (errors: String, output: String) {
      let shell = Process()
      let (errors, output) = (Pipe(), Pipe())
      shell.executableURL = URL(fileURLWithPath: "/bin/sh")
      shell.arguments = ["-c", command]
      (shell.standardError, shell.standardOutput) = (errors, output)
      try shell.run()
      let text = [output, errors].map { String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) }
      shell.waitUntilExit()
      #expect(shell.terminationStatus == 0, "\(text)")
      return (text[1], text[0])
    }
    let roost = "'\(Roost.executable.path)' run '\(kernel)' --clock virtual --trace-hash"
    let first = try run("\(sender) | \(roost) --record-input '\(record)'")
    #expect(first.output == "hello\nabcdq")
    for _ in 0..<3 {
      let again = try run("\(roost) --replay-input '\(record)'")
      #expect(again.output == first.output)
      #expect(try hash(again.errors) == hash(first.errors))
    }
  }

  @Test func aBadRecordIsToldOfWithItsLine() throws {
    let files = try TemporaryFolder()
    let record = try files.file("input", Array("roost input 1\n5 61\n4 61\n".utf8)).path
    let result = try Roost.run(guest: TinyGuest.echo, ["--clock", "virtual", "--replay-input", record])
    #expect(result.status == 65 && result.errors.hasPrefix("roost: \(record):3: expected a time no earlier"))
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
