import Foundation
import Testing

#if arch(x86_64) && os(Linux)
  /// Options of `roost run` that tell about host code.
  @Suite struct HostCodeTests {
    @Test(arguments: ["--perf-map"])
    func withoutHostCodeThereIsNothingToTell(option: String) throws {
      let result = try Roost.run(guest: TinyGuest.pass, ["--engine", "interpreter", option])
      #expect(result.status == 64)
      #expect(result.errors.hasPrefix("roost: \(option): there is no host code"), "\(result.errors)")
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
