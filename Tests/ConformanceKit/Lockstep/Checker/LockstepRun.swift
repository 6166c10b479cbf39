import Boards
import HartEngine

/// How a run in lockstep has ended.
public struct LockstepResult: Sendable {
  public var instructions: UInt64 = 0
  public var statistics = MachineStatistics()
  /// Blocks and regions that the second machine has translated; of them, regions and those of them that were dropped.
  public var translated = 0
  public var regions = 0
  public var invalidated = 0
  /// Why the machines could do nothing more before the end; nil if they could.
  public var end: String?
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
  private let longestSlice: Int
  /// Per mille of slices after which something is typed.
  private let typing: Int

  public init(_ plan: LockstepPlan, setting: LockstepSetting, limit: UInt64) {
    self.plan = plan
    self.setting = setting
    self.limit = limit
    random = RandomSource(seed: ~plan.seed)
    longestSlice = min(random.pick([100, 1000, 5000, 5000, 20_000]), setting.longestSlice)
    typing = random.pick([0, 0, 5, 50])
  }

  public mutating func run() throws -> LockstepResult {
    let pair = try LockstepPair(setting, plan.machine)
    for machine in pair.machines { machine.translator?.complaints = [] }
    var steps: [LockstepAdvance] = []
    var target: UInt64 = 0
    var (stateDue, memoryDue) = (setting.stateInterval, setting.memoryInterval)
    var result = LockstepResult()
    while target < limit, !pair.hasEnded {
      target = min(target + slice(), limit)
      steps.append(.instructions(target))
      pair.advance(.instructions(target))
      // Time passes in idle machines as well.
      let isLast = target == limit || pair.hasEnded || pair.executed < target
      let checksMemory = target >= memoryDue || isLast
      let checksState = target >= stateDue || checksMemory
      if checksMemory { memoryDue = target + setting.memoryInterval }
      if checksState { stateDue = target + setting.stateInterval }
      if !(checksState ? pair.isSame(includingMemory: checksMemory) : pair.registersAreSame) {
        let title = "seed \(plan.seed), \(plan.configuration.harts) harts"
        result.report = try LockstepInvestigation(title, setting: setting, steps: steps, make: plan.machine)
          .report()
        break
      }
      if pair.executed < target { break }
      if random.below(1000) < typing {
        let input = LockstepAdvance.input((0...random.below(4)).map { _ in UInt8(random.below(256)) })
        steps.append(input)
        pair.advance(input)
      }
    }
    let complaints = pair.machines.flatMap { $0.translator?.complaints ?? [] }
    if result.report == nil, let complaint = complaints.first {
      result.report = ["seed \(plan.seed): \(complaints.count) faults in the intermediate representation: \(complaint)"]
    }
    result.instructions = pair.executed
    if pair.executed < limit { result.end = pair.machines[0].end.map { "\($0)" } ?? "all harts wait" }
    result.statistics = pair.machines[0].statistics
    if let translator = pair.machines[1].translator?.statistics {
      result.translated = translator.blocks + translator.regions
      result.regions = translator.regions
      result.invalidated = translator.invalidations
    }
    return result
  }

  /// Instructions until the next comparison: mostly many, at times very few.
  private mutating func slice() -> UInt64 {
    let most = random.pick([8, 200, 1000, longestSlice, longestSlice, longestSlice, longestSlice])
    return UInt64(1 + random.below(min(most, longestSlice)))
  }
}
