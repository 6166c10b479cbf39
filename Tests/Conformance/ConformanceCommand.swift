import ArgumentParser
import ConformanceKit
import Foundation
import ISA

@main
struct ConformanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conformance",
    abstract: "Compares Roost with Spike, instruction by instruction, on generated programs.")

  @Option(help: "Instructions to compare in each group.")
  var budget = 1_000_000

  @Option(help: "Seed of all programs; one seed always gives the same programs.")
  var seed: UInt64 = 1

  @Option(
    parsing: .upToNextOption,
    help: "Groups to run, out of: \(Group.allCases.map(\.rawValue).joined(separator: " ")).")
  var groups: [Group] = Group.allCases

  @Option(help: "Run only the program of this index in each group.")
  var program: Int?

  @Option(help: "The spike executable.")
  var spike: String?

  @Option(help: "Keep every program that shows a difference in this folder.")
  var keep: String?

  @Option(help: "Write what later runs are checked against without Spike to this file: one program of each group.")
  var record: String?

  @Flag(help: "Run the programs on Spike alone, and show what they cover.")
  var survey = false

  mutating func run() throws {
    guard let spikeURL = spike.map(URL.init(fileURLWithPath:)) ?? Spike.find() else {
      throw ValidationError("no Spike found; run 'make oracles' or give --spike PATH")
    }
    let session = Session(
      spike: Spike(executable: spikeURL), isSurvey: survey, seed: seed, budget: budget,
      only: record == nil ? program : 0,
      keep: keep.map(URL.init(fileURLWithPath:)))
    var rows: [GroupResult] = []
    for group in groups {
      rows.append(try session.run(group))
      // What was found shows at once, even where the output is not a terminal.
      fflush(nil)
    }
    if let record { try session.record(groups, in: URL(fileURLWithPath: record)) }
    Report.printTable(rows, showingCoverage: survey)
    if rows.contains(where: { !$0.isGood }) { throw ExitCode.failure }
  }
}

extension Group: ExpressibleByArgument {}
