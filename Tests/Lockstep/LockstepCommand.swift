import ArgumentParser
import Boards
import ConformanceKit
import Foundation
import HartEngine

@main
struct LockstepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lockstep",
    abstract:
      "Runs random programs, or a kernel, on two engines at once and looks for the first instruction that differs.",
    discussion: "A program is a function of its seed: 'lockstep --seed S --programs 1' shows a difference again.")

  @Option(
    parsing: .upToNextOption,
    help: "The engine to compare others with, and the others, one of them for each program.")
  var engines = [EngineChoice.interpreter, .translator, .auto]

  @Option(help: "Seed of the first program; others follow it.")
  var seed: UInt64 = 1

  @Option(help: "Programs to run; without it and --seconds, 20.")
  var programs: Int?

  @Option(help: "Go on for so many seconds.")
  var seconds: Int?

  @Option(help: "Instructions of each program, over all harts. Without it the seed decides.")
  var instructions: UInt64?

  @Option(help: "Harts: 1 to 4. Without it the seed decides.")
  var harts: Int?

  @Option(help: "Processes to use.")
  var jobs = 1

  @Option(help: "Give up after so many programs that differ.")
  var failures = 3

  @Option(help: "Most instructions between two comparisons.")
  var slice = 20_000

  @Option(
    help: "A file of seeds that are run before all others: on each line a seed, and if need be harts and instructions.")
  var kept: String?

  @Flag(help: "Run the second machine in pieces of its own, of which it must show nothing.")
  var recut = false

  @Flag(help: "Tell what the programs make a machine do, by running them one instruction at a time.")
  var coverage = false

  @Option(help: .init("Turn a bit of the second machine around: REGISTER:BIT@INSTRUCTION.", visibility: .private))
  var plant: PlantedFault?

  @Flag(help: .init("Take programs from standard input.", visibility: .private))
  var worker = false

  @OptionGroup var kernelOptions: KernelOptions

  var setting: LockstepSetting {
    var setting = LockstepSetting()
    setting.engines = engines
    setting.recuts = recut
    setting.fault = plant
    setting.longestSlice = slice
    return setting
  }

  func validate() throws {
    guard engines.count >= 2 else { throw ValidationError("--engines takes two engines or more") }
    guard (1...LockstepLayout.hartLimit).contains(harts ?? 1), jobs > 0, slice > 0, failures > 0 else {
      throw ValidationError("harts are 1 to \(LockstepLayout.hartLimit); jobs, slice and failures are at least 1")
    }
  }

  func run() throws {
    if worker { return try Worker(setting: setting).serve() }
    if let kernel = kernelOptions.kernel {
      return try KernelComparison(kernel, kernelOptions, setting, harts: harts ?? 1).run()
    }
    let cases = CaseList(
      kept: try kept.map(LockstepCase.read) ?? [], first: seed, limit: programs ?? (seconds == nil ? 20 : nil),
      harts: harts, instructions: instructions)
    if coverage { return try CoverageReport(cases, setting).run() }
    let session = Session(
      cases: cases, setting: setting, jobs: jobs, seconds: seconds, patience: failures, arguments: workerArguments)
    guard try session.run() else { throw ExitCode.failure }
  }

  /// What a worker process is started with.
  private var workerArguments: [String] {
    var arguments = ["--worker", "--slice", "\(slice)", "--engines"] + engines.map(\.rawValue)
    if recut { arguments.append("--recut") }
    if let plant { arguments += ["--plant", plant.defaultValueDescription] }
    return arguments
  }
}

extension EngineChoice: ExpressibleByArgument {}

extension PlantedFault: ExpressibleByArgument {
  public init?(argument: String) {
    let parts = argument.split(whereSeparator: { ":@".contains($0) }).compactMap { UInt64($0.drop { $0 == "x" }) }
    guard parts.count == 3, parts[0] < 32, parts[1] < 32 else { return nil }
    self.init(.register(hart: 0, number: Int(parts[0])), bit: Int(parts[1]), after: parts[2])
  }

  public var defaultValueDescription: String {
    guard case .register(_, let number) = place else { return "" }
    return "x\(number):\(bit)@\(time)"
  }
}
