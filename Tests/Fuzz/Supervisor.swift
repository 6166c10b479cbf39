import Foundation

/// Runs a worker process for each target, and begins a new one behind the case at which one crashed or hung.
final class Supervisor {
  /// A case that takes longer than this hangs.
  private static let patience = 20.0
  private static let pause = 0.2

  private final class Job {
    let target: FuzzTarget
    let path: String
    let file: ProgressFile
    let messages: Pipe
    var process: Process?
    var last: UInt64 = .max
    var since = Date()
    var failures = 0

    init(_ target: FuzzTarget) throws {
      self.target = target
      let name = "fuzz-\(target.rawValue)-\(ProcessInfo.processInfo.processIdentifier)"
      path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
      file = try ProgressFile(path: path)
      messages = Pipe()
    }
  }

  private let seed: UInt64
  private let seconds: Int
  private let jobs: [Job]

  init(targets: [FuzzTarget], seed: UInt64, seconds: Int) throws {
    self.seed = seed
    self.seconds = seconds
    jobs = try targets.map { try Job($0) }
  }

  /// True if nothing was found.
  func run() throws -> Bool {
    let start = Date()
    for job in jobs { try begin(job, at: 0) }
    defer {
      for job in jobs {
        job.process?.terminate()
        job.process?.waitUntilExit()
        unlink(job.path)
      }
    }
    while Date().timeIntervalSince(start) < Double(seconds) {
      Thread.sleep(forTimeInterval: Self.pause)
      for job in jobs { try look(at: job) }
    }
    let elapsed = Date().timeIntervalSince(start)
    print("target            cases   cases/s  findings")
    for job in jobs {
      let rate = String(format: "%10.1f", Double(job.file.number) / elapsed)
      print(
        job.target.rawValue.padding(toLength: 12, withPad: " ", startingAt: 0)
          + String(format: "%11llu", job.file.number) + rate + String(format: "%10d", job.failures))
    }
    return jobs.allSatisfy { $0.failures == 0 }
  }

  private func begin(_ job: Job, at number: UInt64) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
    process.arguments = [
      "--target", job.target.rawValue, "--seed", "\(seed)", "--first", "\(number)", "--progress", job.path,
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    job.process = process
    job.file.number = number
    job.last = number
    job.since = Date()
  }

  private func look(at job: Job) throws {
    guard let process = job.process else { return }
    let number = job.file.number
    if !process.isRunning {
      try note(job, number, process.terminationReason == .uncaughtSignal ? "crashed" : "found a broken promise")
    } else if number != job.last {
      job.last = number
      job.since = Date()
    } else if Date().timeIntervalSince(job.since) > Self.patience {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      try note(job, number, "hangs")
    }
  }

  private func note(_ job: Job, _ number: UInt64, _ what: String) throws {
    job.failures += 1
    print("\(job.target.rawValue): \(what): fuzz --target \(job.target.rawValue) --seed \(seed) --case \(number)")
    fflush(nil)
    try begin(job, at: number + 1)
  }
}
