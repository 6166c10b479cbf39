import ConformanceKit

/// Says what programs make a machine do.
struct CoverageReport {
  private var cases: CaseList
  private let setting: LockstepSetting

  init(_ cases: CaseList, _ setting: LockstepSetting) {
    self.cases = cases
    self.setting = setting
  }

  func run() throws {
    var cases = cases
    let coverage = LockstepCoverage()
    while let program = cases.next() {
      let plan = LockstepPlan(seed: program.seed, harts: program.harts)
      try coverage.add(plan, limit: program.instructions ?? plan.length)
    }
    for line in coverage.lines { print(line) }
  }
}
