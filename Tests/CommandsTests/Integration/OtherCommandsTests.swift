import Foundation
import Testing

@Suite struct OtherCommandsTests {
  private let files: TemporaryFolder
  private let guest: String

  init() throws {
    files = try TemporaryFolder()
    guest = try files.file("guest.bin", TinyGuest.pass).path
  }

  @Test func versionAndHelpGoToStandardOutput() throws {
    let version = try Roost.run(["--version"])
    #expect(version.status == 0)
    #expect(!version.output.isEmpty)
    let help = try Roost.run(["help", "run"])
    #expect(help.status == 0)
    for word in ["--memory", "--harts", "--isa", "--initrd", "--append", "--trace", "124", "Ctrl-A x"] {
      #expect(help.output.contains(word), "\(word)")
    }
  }

  @Test func inspectTellsHowAnImageWouldBoot() throws {
    let result = try Roost.run(["inspect", guest])
    #expect(result.status == 0)
    #expect(result.output.contains("raw binary"))
    #expect(result.output.contains("in M-mode without firmware at 0x80000000"))
    #expect(result.output.contains("the device tree at 0x"))
  }

  @Test func inspectWritesJSON() throws {
    let result = try Roost.run(["inspect", guest + "@0x80400000", "--json", "--append", "quiet"])
    let report = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(report["kind"] as? String == "raw")
    #expect(report["size"] as? Int == TinyGuest.pass.count)
    let boot = try #require(report["boot"] as? [String: Any])
    #expect(boot["mode"] as? String == "S")
    #expect(boot["firmware"] as? String == "builtin")
    #expect(boot["kernelEntry"] as? Int == 0x8040_0000)
    #expect(boot["arguments"] as? String == "quiet")
  }

  @Test func inspectTellsWhyAnImageDoesNotBoot() throws {
    let text = try files.file("text", Array("nothing to boot here".utf8)).path
    let result = try Roost.run(["inspect", text])
    #expect(result.status == 0)
    #expect(result.output.contains("does not boot"))
  }

  @Test func disassemblesARawBinary() throws {
    let result = try Roost.run(["disassemble", guest + "@0x80001000"])
    #expect(result.status == 0)
    #expect(result.output.contains("80001000:  001002b7  lui t0, 0x100\n"))
    #expect(result.output.contains("sw t1, 0x0(t0)\n"))
  }

  @Test func disassemblesARange() throws {
    let result = try Roost.run(["disassemble", guest, "--start", "0x80000004", "--stop", "2147483656"])
    #expect(result.output.contains("80000004:"))
    #expect(!result.output.contains("80000000:"))
    #expect(!result.output.contains("80000008:"))
  }

  @Test func disassembleRefusesBadRanges() throws {
    let result = try Roost.run(["disassemble", guest, "--start", "here"])
    #expect(result.status == 64)
    #expect(result.errors.contains("--start"))
    #expect(try Roost.run(["disassemble", guest, "--symbol", "main"]).status == 65)
  }

  #if os(Linux)
    @Test(arguments: [
      ["--help"], ["run", "--help"], ["--version"], ["completions", "bash"], ["inspect", "guest.bin"],
      ["inspect", "guest.bin", "--json"], ["disassemble", "guest.bin"], ["up"], ["list"],
    ])
    func anAnswerThatCannotBeWrittenIsAnError(arguments: [String]) throws {
      let rig = try FleetRig([("guest", TinyGuest.hello, [])])
      let errors = Pipe()
      let process = try rig.begin(arguments, output: FileHandle(forWritingAtPath: "/dev/full"), errors: errors)
      let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 74)
      #expect(words == "roost: standard output: cannot be written: No space left on device\n")
    }
  #endif
}
