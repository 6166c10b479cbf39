import Boards
import HartEngine

/// How a run in lockstep has ended.
public struct LockstepResult: Sendable {
  public var instructions: UInt64 = 0
  public var statistics = MachineStatistics()
  /// Whether the machines could do nothing more before the end.
  public var endedEarly = false
  /// What was found, ready to be printed; nil if nothing was.
  public var report: [String]?
}

/// Runs a plan on two machines, comparing them as it goes.
public struct LockstepRun {
  public let plan: LockstepPlan
  public let setting: LockstepSetting
  /// Instructions to execute.
  public let limit: UInt64
  private var random: RandomSource

  public init(_ plan: LockstepPlan, setting: LockstepSetting, limit: UInt64) {
    self.plan = plan
    self.setting = setting
    self.limit = limit
    random = RandomSource(seed: ~plan.seed)
  }

  public mutating func run() throws -> LockstepResult {
    let pair = try LockstepPair(setting, plan.machine)
    var targets: [UInt64] = []
    var target: UInt64 = 0
    var memoryDue = setting.memoryInterval
    var result = LockstepResult()
    while target < limit, !pair.hasEnded {
      target = min(target + slice(), limit)
      targets.append(target)
      pair.run(to: target)
      // Time passes in idle machines as well.
      let isLast = target == limit || pair.hasEnded || pair.executed < target
      let checksMemory = target >= memoryDue || isLast
      if checksMemory { memoryDue = target + setting.memoryInterval }
      if !pair.isSame(includingMemory: checksMemory) {
        let title = "seed \(plan.seed), \(plan.configuration.harts) harts"
        result.report = try LockstepInvestigation(title, setting: setting, targets: targets, make: plan.machine)
          .report()
        break
      }
      if pair.executed < target { break }
    }
    result.instructions = pair.executed
    result.endedEarly = pair.executed < limit
    result.statistics = pair.machines[0].statistics
    return result
  }

  /// Instructions until the next comparison: mostly many, at times very few.
  private mutating func slice() -> UInt64 {
    let most = [8, 200, 200, 1000, 5000, 5000, 5000, 5000][random.below(8)]
    return UInt64(1 + random.below(min(most, setting.longestSlice)))
  }
}
