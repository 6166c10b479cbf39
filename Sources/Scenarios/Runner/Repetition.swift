import SystemBus

extension ScenarioRunner {
  /// Runs everything several times, from power-on each time, and compares: a case whose guests do not do exactly the same each
  /// time has failed, even if all it expects was there.
  /// - Parameters:
  ///   - times: at least 1.
  ///   - report: told of all that happens in the last time.
  /// - Returns: a result for each case of the plan, in its order: its first failure, or else the last result with the time of
  ///   the host that all took together.
  public static func run(
    _ plan: TestPlan, options: RunOptions, times: Int, report: @escaping @Sendable (TestEvent) -> Void
  ) -> [TestResult] {
    var first: [TestResult] = []
    var kept: [TestResult] = []
    for time in 1...max(times, 1) {
      let isLast = time >= times
      var results = ScenarioRunner(plan, options: options).run { event in
        if isLast { report(event) }
      }
      if first.isEmpty { first = results }
      for index in results.indices {
        compare(&results[index], with: first[index], time: time)
        guard !kept.isEmpty else { continue }
        results[index].hostTime &+= kept[index].hostTime
        if case .failed = kept[index].verdict { results[index].verdict = kept[index].verdict }
      }
      kept = results
    }
    return kept
  }

  /// A case that passed must have done what it did the first time.
  package static func compare(_ result: inout TestResult, with first: TestResult, time: Int) {
    guard case .passed = result.verdict, case .passed = first.verdict, result.traceHash != first.traceHash else {
      return
    }
    func hash(_ result: TestResult) -> String { "0x" + String(result.traceHash ?? 0, radix: 16) }
    let message = "did not do the same the \(time). time: trace hash \(hash(result)), the first time \(hash(first))"
    result.verdict = .failed(TestFailure(message, position: nil, time: result.virtualTime))
  }
}
