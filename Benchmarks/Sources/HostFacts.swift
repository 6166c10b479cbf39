import Foundation

/// The machine and the programs that the numbers hold for.
struct HostFacts: Codable {
  var date: String
  var processor: String
  var cores: Int
  var memoryMiB: Int
  var system: String
  var commit: String?
  var versions: [Contender: String]

  init(_ contenders: Contenders) {
    let info = ProcessInfo.processInfo
    date = Date().formatted(.iso8601)
    cores = info.activeProcessorCount
    memoryMiB = Int(info.physicalMemory >> 20)
    system = info.operatingSystemVersionString
    processor = Self.processorName ?? "unknown"
    commit = Self.firstLine(of: Invocation(program: "git", arguments: ["describe", "--always", "--dirty"]))
    versions = contenders.programs.compactMapValues { program in
      Self.firstLine(of: Invocation(program: program, arguments: ["--version"]))
    }
    // Spike has no --version; its help text starts with its name.
    versions[.spike] = contenders.programs[.spike].flatMap {
      Self.firstLine(of: Invocation(program: $0, arguments: ["--help"]))
    }
  }

  private static var processorName: String? {
    #if canImport(Darwin)
      return firstLine(of: Invocation(program: "sysctl", arguments: ["-n", "machdep.cpu.brand_string"]))
    #else
      let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n")
      return lines?.first { $0.hasPrefix("model name") }?.split(separator: ":").last.map {
        $0.trimmingCharacters(in: .whitespaces)
      }
    #endif
  }

  private static func firstLine(of invocation: Invocation) -> String? {
    guard let outcome = try? run(invocation, timeout: 10) else { return nil }
    return outcome.text.split(separator: "\n").first.map(String.init)
  }
}
