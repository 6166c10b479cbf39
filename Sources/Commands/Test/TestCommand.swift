import ArgumentParser
import Monitor
import PlainText
import Scenarios
import SystemBus
import YAMLReading

/// `roost test`: runs scenarios.
struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Run scenarios: guests, what is typed, and what must come of it.",
    discussion: """
      docs/SCENARIOS.md tells how to write them. Times in them are virtual, so that a result does not depend on how busy \
      the host is.

      EXIT STATUS
        0   every case passed or was skipped
        1   at least one failed
        64  wrong use of the command line, or no case has such a name
        65  a scenario file with mistakes
        66  a file that is missing or cannot be read
        73  a report that cannot be written, where no case failed
      """)

  @Argument(
    help: ArgumentHelp("Scenario files, or folders of them.", valueName: "path"),
    completion: .file(extensions: ["yaml", "yml"]))
  var paths: [String]

  @Option(name: .shortAndLong, help: ArgumentHelp("Scenarios at a time (default: one a core).", valueName: "n"))
  var jobs: Int?

  @Option(
    help: ArgumentHelp(
      "Only cases whose 'FILE:NAME' has this in it; '=NAME' for one, '/…/' for a regular expression.",
      valueName: "text"))
  var filter: String?

  @Option(
    name: .customLong("repeat"),
    help: ArgumentHelp(
      "Run everything so often; a case that does not do the same each time has failed.", valueName: "times"))
  var times = 1

  @Flag(help: "List the cases, and run none.")
  var list = false

  @Option(help: ArgumentHelp("Write the results as JUnit's XML.", valueName: "file"))
  var junit: String?

  @Flag(help: "Write the results as TAP, version 14.")
  var tap = false

  @Flag(help: "Write the results as JSON.")
  var json = false

  @Option(help: ArgumentHelp("What tells more of failures is written here.", valueName: "folder"))
  var artifacts = "test-artifacts"

  @Flag(help: "Make the states that scenarios start from anew, where the cache has them.")
  var updateSnapshots = false

  func validate() throws {
    if let jobs, !(1...256).contains(jobs) { throw ValidationError("--jobs: expected 1 to 256, not \(jobs)") }
    if !(1...1_000_000).contains(times) { throw ValidationError("--repeat: expected 1 to 1000000, not \(times)") }
    if tap && json { throw ValidationError("--tap and --json both want standard output; give one of them") }
  }

  func run() throws {
    let plan = try plan()
    if list {
      let names = plan.cases.map { TextSanitizer.line("\(plan.files[$0.file].path): \($0.name)") + "\n" }
      return try StandardOutput.write(names.joined())
    }
    guard !plan.cases.isEmpty else {
      throw ValidationError("no case of these files \(filter.map { "has \(quoted($0)) in its name" } ?? "")")
    }
    var options = RunOptions()
    if let jobs { options.jobs = jobs }
    // Where each time is to begin at power-on, nothing is taken from before.
    options.cache = times > 1 ? nil : .standard
    options.onCacheFailure = { StandardError.report("snapshots are not kept: \($0)") }
    options.updatesSnapshots = updateSnapshots
    options.artifacts = artifacts
    let started = HostTime.now
    let progress = TestProgress(plan: plan, isQuiet: tap || json)
    var results = ScenarioRunner.run(plan, options: options, times: times) { progress.take($0) }
    progress.finish()
    let bare = TestSummary(plan: plan, results: results, hostTime: HostTime.now - started)
    var problems = writeArtifacts(&results, bare)
    let summary = TestSummary(plan: plan, results: results, hostTime: bare.hostTime)
    if let junit {
      do throws(CommandError) {
        try OutputFile.write(Array(summary.junit.utf8), to: junit)
      } catch {
        problems.append(error)
      }
    }
    // What cannot be written is told, and keeps nothing else from being.
    for problem in problems { StandardError.report("\(problem)") }
    try StandardOutput.write(tap ? summary.tap : json ? summary.json : progress.text(of: summary))
    if summary.failed > 0 { throw ExitCode(1) }
    if !problems.isEmpty { throw ExitCode(ExitStatus.cannotCreate.code) }
  }

  /// Writes what tells more of failures, and adds it to the results.
  /// - Returns: why something could not be written, each reason once.
  private func writeArtifacts(_ results: inout [TestResult], _ summary: TestSummary) -> [CommandError] {
    let folder = ArtifactFolder(path: artifacts)
    var problems: [CommandError] = []
    for index in results.indices {
      let written = folder.write(results[index], summary)
      results[index].artifacts = written.files
      for problem in written.problems where !problems.contains(problem) { problems.append(problem) }
    }
    return problems
  }

  /// What the command line asks for. All files are read and checked before anything runs.
  private func plan() throws -> TestPlan {
    let chosen = try filter.map { text throws(TestFilterError) in try TestFilter(parsing: text) } ?? .all
    var files: [ScenarioFile] = []
    for path in paths {
      let found = ScenarioFiles.find(path)
      if found.isEmpty { throw YAMLErrors([.absent("\(path): there is no scenario file (*.yaml) in it")]) }
      for file in found where !files.contains(where: { $0.path == file }) {
        files.append(try ScenarioFile.load(path: file))
      }
    }
    return TestPlan(files, filter: chosen)
  }
}

extension TestFilterError: ReportedError {
  public var exitStatus: ExitStatus { .usage }
}
