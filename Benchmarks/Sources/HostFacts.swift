import Foundation

/// The machine and the programs that the numbers hold for.
struct HostFacts: Codable {
  var date: String
  var processor: String
  /// What tells processors of one name apart, and how fast their clocks say they are.
  var processorDetails: String?
  var cores: Int
  /// How many wanted a core, on average over the last minute: more than there are spoil figures.
  var load: Double?
  var memoryMiB: Int
  var system: String
  var commit: String?
  /// The compiler of the guests and of the native programs.
  var compiler: String?
  var versions: [Contender: String]

  init(_ contenders: Contenders) {
    let info = ProcessInfo.processInfo
    date = Date().formatted(.iso8601)
    cores = info.activeProcessorCount
    memoryMiB = Int(info.physicalMemory >> 20)
    system = info.operatingSystemVersionString
    processor = Self.processorName ?? "unknown"
    processorDetails = Self.processorDetails
    load = Self.loadAverage
    compiler = Self.firstLine(of: Invocation(program: "clang", arguments: ["--version"]))
    commit = Self.firstLine(of: Invocation(program: "git", arguments: ["describe", "--always", "--dirty"]))
    versions = contenders.programs.filter { $0.key != .native }.compactMapValues { program in
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
      return processorInformation("model name")
    #endif
  }

  private static var processorDetails: String? {
    let names = ["vendor_id", "cpu family", "model", "stepping", "cpu MHz", "cache size"]
    let known = names.compactMap { name in processorInformation(name).map { "\(name) \($0)" } }
    return known.isEmpty ? nil : known.joined(separator: ", ")
  }

  /// A field of the first processor in Linux's list.
  private static func processorInformation(_ name: String) -> String? {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n")
    let fields = lines?.lazy.map { line in
      line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
    }
    return fields?.first { $0.first == name }?.last
  }

  private static var loadAverage: Double? {
    var load = 0.0
    return getloadavg(&load, 1) == 1 ? load : nil
  }

  private static func firstLine(of invocation: Invocation) -> String? {
    guard let outcome = try? run(invocation, timeout: 10) else { return nil }
    return outcome.text.split(separator: "\n").first.map(String.init)
  }
}
