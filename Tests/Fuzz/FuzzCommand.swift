import ArgumentParser
import ConformanceKit
import Foundation

@main
struct FuzzCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fuzz",
    abstract:
      "Feeds random input to what a guest or its files control, and reports crashes, hangs and broken promises.",
    discussion: "Each case is a function of target, seed and number: '--target T --seed S --case N' shows it again.")

  @Option(help: "How long to go on, in seconds.")
  var seconds = 60

  @Option(help: "What to fuzz: all, or one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")).")
  var target = "all"

  @Option(help: "Seed of all cases.")
  var seed: UInt64 = 1

  @Option(name: .customLong("case"), help: "Run this one case of the target in this process.")
  var number: UInt64?

  @Option(help: .init("Run cases from this number on and note them in the progress file.", visibility: .private))
  var first: UInt64 = 0

  @Option(help: .init("Where a worker notes which case it is at.", visibility: .private))
  var progress: String?

  func validate() throws {
    guard target == "all" ? number == nil : FuzzTarget(rawValue: target) != nil else {
      throw ValidationError("no target '\(target)'; a single case needs one")
    }
  }

  func run() throws {
    if let chosen = FuzzTarget(rawValue: target) {
      if let number { return try chosen.run(seed: seed, number: number) }
      if let progress { return try Worker(target: chosen, seed: seed, progress: progress).run(from: first) }
    }
    let targets = FuzzTarget(rawValue: target).map { [$0] } ?? FuzzTarget.allCases
    let isClean = try Supervisor(targets: targets, seed: seed, seconds: seconds).run()
    if !isClean { throw ExitCode.failure }
  }
}

/// A promise that did not hold.
struct BrokenPromise: Error, CustomStringConvertible {
  var description: String
}

/// What can be fuzzed.
enum FuzzTarget: String, CaseIterable {
  case loader, dtb, instructions, devices

  /// Runs one case. It must end soon, and throws only if something promised does not hold.
  func run(seed: UInt64, number: UInt64) throws {
    var random = RandomSource(seed: seed &+ number &* 0x9E37_79B9_7F4A_7C15)
    switch self {
    case .loader: try fuzzLoader(&random)
    case .dtb: try fuzzDeviceTree(&random)
    case .instructions: try fuzzInstructions(&random)
    case .devices: try fuzzDevices(&random)
    }
  }
}
