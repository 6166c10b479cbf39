import Harness
import SystemBus

/// Runs the cases of one variant of a scenario: what they share once, then each branch from there.
final class RunOfCases {
  private let run: TestRun
  private let runner: ScenarioRunner
  private let tell: @Sendable (TestEvent) -> Void
  private let scenario: Scenario
  /// Bench time at which the scenario began, in ticks.
  private var origin: Ticks = 0
  /// When what is told next began, as `HostTime.now`.
  private var hostStart: UInt64 = 0

  init(_ run: TestRun, _ runner: ScenarioRunner, _ tell: @escaping @Sendable (TestEvent) -> Void) {
    self.run = run
    self.runner = runner
    self.tell = tell
    scenario = runner.plan.scenario(of: run)
  }

  /// Runs all of them.
  func start() {
    hostStart = HostTime.now
    if let first = run.cases.first { tell(.started(first)) }
    do throws(StartFailure) {
      let scenarioRun = try runner.begin(file: run.file, scenario: run.scenario, variant: run.variant)
      origin = scenarioRun.bench.now
      scenarioRun.artifacts = run.cases.first.flatMap { runner.artifacts(of: $0) }
      execute(scenario.steps, scenarioRun, run.cases, depth: 0)
      runner.giveUp(on: run, because: "'\(scenario.name)', which it starts from, failed")
    } catch {
      switch error {
      case .missing(let reason): skip(run.cases, because: reason)
      case .elsewhere(let reason): skip(run.cases, because: reason)
      case .failed(let failure): fail(run.cases, failure, nil)
      }
      runner.giveUp(on: run, because: "'\(scenario.name)', which it starts from, was not run to its end")
    }
  }

  /// Does `steps`, and then the branches of a fork that lead to `cases`.
  private func execute(_ steps: [Step], _ scenarioRun: ScenarioRun, _ cases: [Int], depth: Int) {
    do throws(TestFailure) {
      guard case .fork(let branches)? = steps.last?.action else {
        try perform(steps, scenarioRun, isScenario: depth == 0)
        if depth == 0 { try keep(nil, scenarioRun) }
        for one in cases { finish(one, .passed, scenarioRun) }
        return
      }
      try perform(Array(steps.dropLast()), scenarioRun, isScenario: depth == 0)
      for branch in branches {
        let own = cases.filter { runner.plan.cases[$0].branches.dropFirst(depth).first == branch.name }
        guard let first = own.first else { continue }
        if first != run.cases.first { tell(.started(first)) }
        do throws(TestFailure) {
          let fork = try scenarioRun.fork()
          fork.artifacts = runner.artifacts(of: first)
          execute(branch.steps, fork, own, depth: depth + 1)
        } catch {
          fail(own, error, scenarioRun)
        }
      }
    } catch {
      fail(cases, error, scenarioRun)
    }
  }

  /// Does `steps`, none of which is a fork; keeps what others start from.
  private func perform(_ steps: [Step], _ scenarioRun: ScenarioRun, isScenario: Bool) throws(TestFailure) {
    var begin = 0
    if isScenario {
      for (index, step) in steps.enumerated() {
        guard case .snapshot = step.action else { continue }
        try scenarioRun.run(Array(steps[begin...index]))
        begin = index + 1
        try keep(index, scenarioRun)
      }
    }
    try scenarioRun.run(Array(steps[begin...]))
  }

  private func keep(_ step: Int?, _ scenarioRun: ScenarioRun) throws(TestFailure) {
    let point = StartPoint(file: run.file, scenario: run.scenario, variant: run.variant, step: step)
    if runner.isWanted(point) { runner.keep(try scenarioRun.state(), at: point) }
  }

  // MARK: Results

  private func finish(_ testCase: Int, _ verdict: TestResult.Verdict, _ scenarioRun: ScenarioRun?) {
    var result = TestResult(testCase: testCase, verdict: verdict)
    if let scenarioRun {
      result.virtualTime = VirtualTime(ticks: scenarioRun.bench.now &- origin)
      result.traceHash = scenarioRun.bench.traceHash
      result.artifacts = scenarioRun.written
    }
    let now = HostTime.now
    result.hostTime = now &- hostStart
    hostStart = now
    tell(.finished(result))
  }

  /// The first of `cases` has failed, and with it what the others share.
  private func fail(_ cases: [Int], _ failure: TestFailure, _ scenarioRun: ScenarioRun?) {
    guard let first = cases.first else { return }
    finish(first, .failed(failure), scenarioRun)
    let name = runner.plan.cases[first].name
    skip(Array(cases.dropFirst()), because: "'\(name)' failed in steps that it shares")
  }

  private func skip(_ cases: [Int], because reason: String) {
    for one in cases { finish(one, .skipped(reason), nil) }
  }
}

extension ScenarioRun {
  /// Another run that goes on from here.
  func fork() throws(TestFailure) -> ScenarioRun {
    do throws(HarnessError) {
      return try ScenarioRun(self, bench: try bench.fork())
    } catch {
      throw failure("\(error)", at: nil)
    }
  }

  /// What another scenario can start from.
  func state() throws(TestFailure) -> StartState {
    do throws(HarnessError) {
      return StartState(bench: try bench.snapshot(), values: values)
    } catch {
      throw failure("\(error)", at: nil)
    }
  }
}
