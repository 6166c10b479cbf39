/// A case: one way through a scenario.
public struct TestCase: Equatable, Sendable {
  /// Number of the file in the plan.
  public var file: Int
  /// Numbers in the file.
  public var scenario: Int
  public var variant: Int
  /// The branches it takes where the scenario forks, by name.
  public var branches: [String]
  /// Such as `boots`, `boots[harts=4]`, `ends/poweroff`.
  public var name: String
}

/// A point that scenarios start from.
struct StartPoint: Hashable, Sendable {
  var file: Int
  var scenario: Int
  var variant: Int
  /// Number of the step after which it is; nil for the end.
  var step: Int?
}

/// Cases that are run together: those of one variant of a scenario, which share all before they fork.
struct TestRun: Equatable, Sendable {
  var file: Int
  var scenario: Int
  var variant: Int
  /// Numbers of its cases in the plan.
  var cases: [Int]
}

/// What is run.
public struct TestPlan: Sendable {
  public let files: [ScenarioFile]
  /// In the order of the files.
  public private(set) var cases: [TestCase] = []
  /// Each behind the one that it starts from.
  private(set) var runs: [TestRun] = []
  /// Cases whose folders of artifacts need more than their names.
  private(set) var ambiguous: Set<Int> = []

  public init(_ files: [ScenarioFile], filter: TestFilter = .all) {
    self.files = files
    for (number, file) in files.enumerated() {
      var own: [TestRun] = []
      for (scenario, description) in file.scenarios.enumerated() {
        for variant in description.variants.indices {
          let run = self.run(file: number, scenario, variant, description, filter)
          if !run.cases.isEmpty { own.append(run) }
        }
      }
      let depths = file.scenarios.indices.map { Self.depth(of: $0, in: file) }
      let sorted = own.enumerated().sorted {
        (depths[$0.element.scenario], $0.offset) < (depths[$1.element.scenario], $1.offset)
      }
      runs += sorted.map(\.element)
    }
    ambiguous = casesOfTheSameName()
  }

  private mutating func run(
    file: Int, _ scenario: Int, _ variant: Int, _ description: Scenario, _ filter: TestFilter
  ) -> TestRun {
    var run = TestRun(file: file, scenario: scenario, variant: variant, cases: [])
    let suffix = description.variants[variant].name
    let name = description.name + (suffix.isEmpty ? "" : "[\(suffix)]")
    for branches in description.steps.branchPaths {
      let one = TestCase(
        file: file, scenario: scenario, variant: variant, branches: branches,
        name: ([name] + branches).joined(separator: "/"))
      guard filter.accepts(file: files[file].path, name: one.name) else { continue }
      run.cases.append(cases.count)
      cases.append(one)
    }
    return run
  }

  /// How many scenarios come before it.
  private static func depth(of scenario: Int, in file: ScenarioFile) -> Int {
    var depth = 0
    var next = file.scenarios[scenario].start?.scenario
    while let current = next {
      depth += 1
      next = file.scenarios[current].start?.scenario
    }
    return depth
  }

  func scenario(of run: TestRun) -> Scenario { files[run.file].scenarios[run.scenario] }

  /// What a run starts from; nil for power-on.
  func start(of run: TestRun) -> StartPoint? {
    start(file: run.file, scenario: run.scenario, variant: run.variant)
  }

  func start(file: Int, scenario: Int, variant: Int) -> StartPoint? {
    let description = files[file].scenarios[scenario]
    guard let start = description.start else { return nil }
    let parent = files[file].scenarios[start.scenario]
    // The variants of the other are outermost.
    let ratio = max(description.variants.count / max(parent.variants.count, 1), 1)
    return StartPoint(file: file, scenario: start.scenario, variant: variant / ratio, step: start.step)
  }
}

extension [Step] {
  /// The ways through the forks at its end; a single one without branches if there is none.
  var branchPaths: [[String]] {
    guard case .fork(let branches)? = last?.action else { return [[]] }
    return branches.flatMap { branch in branch.steps.branchPaths.map { [branch.name] + $0 } }
  }
}
