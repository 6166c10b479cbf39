import Scenarios
import Synchronization
import SystemBus

/// Tells people how a test run goes: a line for each case that is done, below them on a terminal what runs.
final class TestProgress: Sendable {
  private struct State {
    var done = 0
    var running: [Int] = []
    /// Whether the last line of the terminal says what runs.
    var hasStatus = false
    var lastStatus: UInt64 = 0
  }

  private let plan: TestPlan
  private let isQuiet: Bool
  private let isTerminal: Bool
  private let style: TextStyle
  private let state = Mutex(State())

  init(plan: TestPlan, isQuiet: Bool) {
    self.plan = plan
    self.isQuiet = isQuiet
    isTerminal = FileDescriptor.standardOutput.isTerminal
    style = TextStyle(isColored: isTerminal, columns: nil)
  }

  func take(_ event: TestEvent) {
    guard !isQuiet else { return }
    state.withLock { state in
      var text = clear(&state)
      switch event {
      case .started(let number): state.running.append(number)
      case .finished(let result):
        state.running.removeAll { $0 == result.testCase }
        state.done += 1
        text += line(result)
      }
      if isTerminal, let first = state.running.first {
        let status = "[\(state.done)/\(plan.cases.count)] \(name(first))"
        let more = state.running.count > 1 ? " and \(state.running.count - 1) more" : ""
        text += "\r\(style.dimmed(String((status + more).prefix(78))))"
        state.hasStatus = true
      }
      _ = FileDescriptor.standardOutput.write(Array(text.utf8))
    }
  }

  /// Everything is done.
  func finish() {
    state.withLock { state in _ = FileDescriptor.standardOutput.write(Array(clear(&state).utf8)) }
  }

  private func clear(_ state: inout State) -> String {
    defer { state.hasStatus = false }
    return state.hasStatus ? "\r\u{1B}[K" : ""
  }

  private func name(_ number: Int) -> String {
    let one = plan.cases[number]
    return TextSanitizer.line("\(plan.files[one.file].path): \(one.name)")
  }

  private func line(_ result: TestResult) -> String {
    let name = name(result.testCase)
    switch result.verdict {
    case .passed:
      let times = "\(TestSummary.seconds(result.hostTime)), \(result.virtualTime.seconds) virtual"
      return "\(style.good("ok"))      \(name) \(style.dimmed("(\(times))"))\n"
    case .skipped(let reason): return "\(style.dimmed("skipped")) \(name): \(TextSanitizer.line(reason))\n"
    case .failed(let failure):
      return "\(style.bad("FAILED"))  \(name): \(TextSanitizer.line(failure.message))\n"
    }
  }

  /// What is told at the end: each failure, and how many there are.
  func text(of summary: TestSummary) -> String {
    var text = ""
    for result in summary.results {
      guard case .failed(let failure) = result.verdict else { continue }
      text += "\n\(style.bad("FAILED")) \(style.bold(name(result.testCase)))\n"
      for line in summary.explanation(of: failure, result.testCase) { text += "  \(TextSanitizer.line(line))\n" }
      if let file = result.artifacts.first {
        text += "  more: \(TextSanitizer.line(String(file.prefix(upTo: file.lastIndex(of: "/") ?? file.endIndex))))/\n"
      }
    }
    let counts = [(summary.passed, "passed"), (summary.failed, "failed"), (summary.skipped, "skipped")]
      .filter { $0.0 > 0 || $0.1 == "passed" }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    let total = "\(counts) in \(TestSummary.seconds(summary.hostTime))"
    return text + (text.isEmpty ? "" : "\n") + (summary.failed > 0 ? style.bad(total) : style.good(total)) + "\n"
  }
}

extension TextStyle {
  fileprivate func good(_ text: String) -> String { isColored ? "\u{1B}[32m\(text)\u{1B}[0m" : text }
  fileprivate func bad(_ text: String) -> String { isColored ? "\u{1B}[31m\(text)\u{1B}[0m" : text }
}
