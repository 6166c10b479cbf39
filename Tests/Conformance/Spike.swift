import ConformanceKit
import Foundation

/// Starts Spike with a program and gives its trace.
struct Spike {
  let executable: URL

  func start(isa: String, program: URL) throws -> Run {
    let process = Process()
    process.executableURL = executable
    process.arguments = [
      "--isa=\(isa)", "--priv=msu", "--pmpregions=16",
      "-m0x80000000:0x\(String(Layout.memorySize, radix: 16))", "--log-commits",
      "--log=/dev/stdout", program.path,
    ]
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    return Run(process: process, output: output)
  }

  /// Spike at work. Its trace may be read once.
  struct Run {
    let process: Process
    let output: Pipe

    func lines() -> LineReader {
      LineReader(descriptor: dup(output.fileHandleForReading.fileDescriptor))
    }

    /// Ends the process, which may have more to say than anyone reads.
    func stop() {
      try? output.fileHandleForReading.close()
      process.terminate()
      process.waitUntilExit()
    }
  }

  /// The one that `make oracles` installs, or the one in `PATH`.
  static func find() -> URL? {
    let environment = ProcessInfo.processInfo.environment
    let cache = environment["ROOST_CACHE"] ?? NSHomeDirectory() + "/.cache/roost"
    let library = cache + "/oracles/lib"
    let files = FileManager.default
    for python in (try? files.contentsOfDirectory(atPath: library)) ?? [] {
      // The package's `bin/spike` is a script around this one.
      let path = "\(library)/\(python)/site-packages/riscv/data/bin/spike"
      if files.isExecutableFile(atPath: path) { return URL(fileURLWithPath: path) }
    }
    for folder in (environment["PATH"] ?? "").split(separator: ":") {
      let path = "\(folder)/spike"
      if files.isExecutableFile(atPath: path) { return URL(fileURLWithPath: path) }
    }
    return nil
  }
}
