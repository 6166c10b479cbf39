import PlainText
import YAMLReading

/// Which scenario starts from which.
struct StartPlan {
  /// Of each scenario; nil for power-on.
  private(set) var starts: [Start?] = []
  /// All scenarios, each behind the one that it starts from.
  private(set) var order: [Int] = []

  init(_ drafts: [ScenarioDraft], _ reading: Reading) {
    let targets = Self.targets(drafts, reading)
    starts = drafts.map { draft in draft.start.flatMap { Self.start(of: draft, $0, targets, drafts, reading) } }
    breakCircles(drafts, reading)
    var isPlaced = Array(repeating: false, count: drafts.count)
    for index in drafts.indices {
      var chain: [Int] = []
      var next: Int? = index
      while let current = next, !isPlaced[current] {
        isPlaced[current] = true
        chain.append(current)
        next = starts[current]?.scenario
      }
      order += chain.reversed()
    }
  }

  /// Everything that can be started from, by name.
  private static func targets(_ drafts: [ScenarioDraft], _ reading: Reading) -> [String: Start] {
    var targets: [String: Start] = [:]
    for (index, draft) in drafts.enumerated() { targets[draft.name] = Start(scenario: index) }
    for (index, draft) in drafts.enumerated() {
      for (number, step) in draft.steps.enumerated() {
        guard case .snapshot(let name)? = step.action else { continue }
        if targets.updateValue(Start(scenario: index, step: number), forKey: name) != nil {
          reading.report(
            .violation("there is a scenario or snapshot '\(name)' already; give each its own name"), at: step.position)
        }
      }
    }
    return targets
  }

  private static func start(
    of draft: ScenarioDraft, _ name: Named, _ targets: [String: Start], _ drafts: [ScenarioDraft], _ reading: Reading
  ) -> Start? {
    guard let start = targets[name.name] else {
      let meant = didYouMean(nearest(to: name.name, among: targets.keys.sorted()))
      reading.report(
        .violation("there is no scenario or snapshot \(quoted(name.name)) to start from\(meant)"), at: name.position)
      return nil
    }
    if let guests = draft.guests {
      reading.report(
        .violation("'\(draft.name)' starts from '\(name.name)', and has the guests of that; remove 'guests'"),
        at: guests.position)
    }
    if start.step == nil, case .fork? = drafts[start.scenario].steps.last?.action {
      reading.report(
        .violation(
          "'\(name.name)' ends in several ways, since it forks; put a 'snapshot' before the fork and start from that"),
        at: name.position)
    }
    return start
  }

  private mutating func breakCircles(_ drafts: [ScenarioDraft], _ reading: Reading) {
    // 0 for not looked at, 1 for on the way that is followed, 2 for known to be good.
    var marks = Array(repeating: 0, count: drafts.count)
    for index in drafts.indices {
      var way: [Int] = []
      var next: Int? = index
      while let current = next, marks[current] == 0 {
        marks[current] = 1
        way.append(current)
        next = starts[current]?.scenario
      }
      if let closing = next, marks[closing] == 1, let begin = way.firstIndex(of: closing), let last = way.last {
        let names = way[begin...].map { drafts[$0].name } + [drafts[closing].name]
        reading.report(
          .violation("scenarios start from each other: \(names.joined(separator: " -> "))"),
          at: drafts[last].start?.position ?? drafts[last].position)
        starts[last] = nil
      }
      for current in way { marks[current] = 2 }
    }
  }
}
