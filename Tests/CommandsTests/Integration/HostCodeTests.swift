import Foundation
import Testing

#if arch(x86_64) && os(Linux)
  /// Options of `roost run` that tell about host code.
  @Suite struct HostCodeTests {
    @Test(arguments: ["--perf-map", "--dump-code=0x80000000"])
    func withoutHostCodeThereIsNothingToTell(option: String) throws {
      let result = try Roost.run(guest: TinyGuest.pass, ["--engine", "interpreter", option])
      #expect(result.status == 64)
      #expect(
        result.errors.hasPrefix("roost: \(option.prefix { $0 != "=" }): there is no host code"), "\(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1)
    }

    private let timeout = ["--timeout", "100ms", "--engine", "auto"]

    @Test func codeIsWrittenSideBySide() throws {
      let result = try Roost.run(guest: TinyGuest.busy, timeout + ["--dump-code", "0x80000004"])
      #expect(result.status == 124)
      let lines = result.errors.split(separator: "\n").map(String.init)
      #expect(
        lines.contains { $0.hasPrefix("roost: host code of the region at 0x80000000: 1 blocks, 2 instructions, ") })
      let row = try #require(lines.first { $0.hasPrefix("  80000000  addi t0, t0, 0x1 ") })
      let columns = row.split(separator: "|")
      #expect(columns.count == 3 && columns[1] == " t0 = add t0, 1                          ")
      // Bytes where there is no disassembler.
      #expect(columns.last?.contains("add ") == true || columns.last?.contains("83 c") == true, "\(row)")
      #expect(lines.contains { $0.hasPrefix("  80000004  beq zero, zero, 0x80000000 ") })
      #expect(lines.contains { $0.hasPrefix("  budget spent 80000000 ") })
    }

    @Test func statisticsTellOfTheEngine() throws {
      let result = try Roost.run(guest: TinyGuest.busy, timeout + ["--stats"])
      for start in ["host code: ", "translating: first tier ", "accesses out of line: ", "time: host code "] {
        #expect(result.errors.contains("\nroost: " + start), "\(start)")
      }
      #expect(result.errors.contains(" look-ups; host code left "))
      let interpreted = try Roost.run(guest: TinyGuest.pass, ["--engine", "interpreter", "--stats"])
      #expect(!interpreted.errors.contains("translating"))
    }

    @Test(arguments: [("0x80000000", "it is cold"), ("0x90000000", "it has not been run")])
    func whyThereIsNoHostCodeIsTold(address: String, reason: String) throws {
      let result = try Roost.run(guest: TinyGuest.hello, ["--engine", "auto", "--dump-code", address])
      #expect(result.status == 0)
      #expect(result.errors.hasPrefix("roost: no host code of \(address): \(reason)"), "\(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1)
    }

    @Test(arguments: [("12x", 64 as Int32), ("0x180000000", 64), ("nowhere", 65)])
    func whatIsNoAddressIsRefused(address: String, status: Int32) throws {
      let result = try Roost.run(guest: TinyGuest.hello, ["--engine", "auto", "--dump-code", address])
      #expect(result.status == status)
      #expect(result.output == "" && result.errors.contains(address), "\(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1)
    }

    @Test func perfMapNamesHostCode() throws {
      let files = try TemporaryFolder()
      let process = Process()
      process.executableURL = Roost.executable
      process.arguments = [
        "run", try files.file("guest.bin", TinyGuest.busy).path, "--perf-map", "--timeout", "100ms", "--engine", "auto",
      ]
      process.standardInput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 124)
      let path = "/tmp/perf-\(process.processIdentifier).map"
      defer { try? FileManager.default.removeItem(atPath: path) }
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      for line in lines {
        let fields = line.split(separator: " ", maxSplits: 2)
        #expect(
          fields.count == 3 && UInt(fields[0], radix: 16) != nil && UInt(fields[1], radix: 16) ?? 0 > 0, "\(line)")
      }
      for name in ["enter and leave", "0x80000000 [block, M-mode]", "0x80000000 [region, M-mode]"] {
        #expect(lines.contains { $0.hasSuffix(" roost:\(name)") }, "\(name)")
      }
    }
  }
#endif
