import Boards
import ConformanceKit
import Foundation

/// What came of one program.
struct CaseOutcome: Codable {
  var instructions: UInt64 = 0
  var traps: UInt64 = 0
  var interrupts: UInt64 = 0
  /// Blocks and regions; of them, regions and those that were dropped.
  var translated = 0
  var regions = 0
  var invalidated = 0
  /// Why the machines could do nothing more, if they could not.
  var end: String?
  /// What was found.
  var report: [String]?
}

/// Runs programs.
struct Worker {
  let setting: LockstepSetting

  func run(_ program: LockstepCase) throws -> CaseOutcome {
    let plan = LockstepPlan(seed: program.seed, harts: program.harts)
    var setting = setting
    let others = setting.engines.dropFirst()
    setting.engines = [setting.engines[0], others[1 + Int(program.seed % UInt64(others.count))]]
    var run = LockstepRun(plan, setting: setting, limit: program.instructions ?? plan.length)
    let result = try run.run()
    return CaseOutcome(
      instructions: result.instructions, traps: result.statistics.traps.reduce(0, +),
      interrupts: result.statistics.interrupts.reduce(0, +), translated: result.translated,
      regions: result.regions, invalidated: result.invalidated, end: result.end, report: result.report)
  }

  /// Runs the programs that standard input names, one a line, and answers each with one line of JSON.
  func serve() throws {
    let encoder = JSONEncoder()
    while let line = readLine() {
      guard let program = LockstepCase(line[...]) else { continue }
      print(String(decoding: try encoder.encode(try run(program)), as: UTF8.self))
      fflush(nil)
    }
  }
}
