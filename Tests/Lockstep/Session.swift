import ConformanceKit
import Foundation
import Synchronization

/// Runs programs in some processes until there are no more, the time is up or enough has been found.
final class Session: Sendable {
  private struct State {
    var cases: CaseList
    var programs = 0
    var instructions: UInt64 = 0
    var traps: UInt64 = 0
    var interrupts: UInt64 = 0
    var translated = 0
    var regions = 0
    var invalidated = 0
    var early = 0
    var differences = 0
    var lastReport = Date()
    var error: (any Error)?
  }

  private let state: Mutex<State>
  private let setting: LockstepSetting
  private let jobs: Int
  private let patience: Int
  private let arguments: [String]
  private let start = Date()
  private let end: Date?

  init(cases: CaseList, setting: LockstepSetting, jobs: Int, seconds: Int?, patience: Int, arguments: [String]) {
    state = Mutex(State(cases: cases))
    self.setting = setting
    self.jobs = jobs
    self.patience = patience
    self.arguments = arguments
    end = seconds.map { Date(timeIntervalSinceNow: Double($0)) }
  }

  /// True if nothing was found.
  func run() throws -> Bool {
    signal(SIGPIPE, SIG_IGN)
    let group = DispatchGroup()
    for _ in 0..<jobs { DispatchQueue.global().async(group: group) { self.work() } }
    group.wait()
    return try state.withLock { state in
      if let error = state.error { throw error }
      let share = state.instructions == 0 ? 0 : state.traps * 1000 / state.instructions
      print(
        "\(share) traps and \(state.instructions == 0 ? 0 : state.interrupts * 1000 / state.instructions) "
          + "interrupts in a thousand instructions; \(state.early) programs ended early; \(speed(state)) MIPS")
      print(
        "\(state.translated) pieces of code translated, \(state.regions) of them regions; "
          + "\(state.invalidated) dropped because they were overwritten")
      print("\(state.instructions) instructions in \(state.programs) programs, \(state.differences) differences")
      return state.differences == 0
    }
  }

  private func work() {
    do {
      var process = try WorkerProcess(arguments: arguments)
      defer { process.stop() }
      while let program = next() {
        switch try process.run(program) {
        case .outcome(let outcome): note(program, outcome)
        case .crashed(let signal):
          note(program, CaseOutcome(report: ["seed \(program.seed) ends the emulator (signal \(signal))"]))
          process = try WorkerProcess(arguments: arguments)
        case .hung:
          note(program, CaseOutcome(report: ["seed \(program.seed) keeps the emulator from coming back"]))
          process = try WorkerProcess(arguments: arguments)
        }
      }
    } catch {
      state.withLock { $0.error = error }
    }
  }

  private func next() -> LockstepCase? {
    state.withLock { state in
      guard state.differences < patience, state.error == nil else { return nil }
      if let end, end.timeIntervalSinceNow < 0 { return nil }
      return state.cases.next()
    }
  }

  private func note(_ program: LockstepCase, _ outcome: CaseOutcome) {
    state.withLock { state in
      state.programs += 1
      state.instructions += outcome.instructions
      state.traps += outcome.traps
      state.interrupts += outcome.interrupts
      state.translated += outcome.translated
      state.regions += outcome.regions
      state.invalidated += outcome.invalidated
      if let end = outcome.end, outcome.report == nil {
        state.early += 1
        print("seed \(program.seed) could not go on after \(outcome.instructions) instructions: \(end)")
      }
      if let report = outcome.report {
        state.differences += 1
        for line in report { print(line) }
        print("\nagain: \(program.command(arguments))\n")
      } else if state.lastReport.timeIntervalSinceNow < -10 {
        state.lastReport = Date()
        print("\(state.programs) programs, \(state.instructions) instructions, \(speed(state)) MIPS")
      }
      fflush(nil)
    }
  }

  private func speed(_ state: State) -> String {
    String(format: "%.1f", Double(state.instructions) / max(-start.timeIntervalSinceNow, 0.001) / 1e6)
  }
}
