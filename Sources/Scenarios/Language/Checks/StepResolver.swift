import Harness
import PlainText
import YAMLReading

/// Makes steps of drafts: which guest each is about, what has been captured before it, and whether it may stand there.
struct StepResolver {
  /// What the steps are part of.
  private enum Place: Equatable {
    case scenario
    case branch
    case `repeat`
    case lane
  }

  let reading: Reading
  let variants: [Variant]
  let timeout: VirtualTime
  let axes: Set<String>
  /// Names of what has been captured.
  private(set) var scope: Set<String>
  /// Steps of the file so far.
  private(set) var stepCount: Int

  private var guests: [String] { variants.first?.guests.map(\.name) ?? [] }

  init(
    reading: Reading, variants: [Variant], timeout: VirtualTime, axes: Set<String>, scope: Set<String>, stepCount: Int
  ) {
    self.reading = reading
    self.variants = variants
    self.timeout = timeout
    self.axes = axes
    self.scope = scope
    self.stepCount = stepCount
  }

  /// The steps of a scenario.
  mutating func resolve(_ drafts: [StepDraft]) -> [Step] { resolve(drafts, in: .scenario, guest: nil) }

  private mutating func resolve(_ drafts: [StepDraft], in place: Place, guest: String?) -> [Step] {
    var steps: [Step] = []
    for (index, draft) in drafts.enumerated() {
      stepCount += 1
      guard stepCount <= ScenarioFile.stepLimit else {
        reading.report(.violation("more than \(ScenarioFile.stepLimit) steps"), at: draft.position)
        return steps
      }
      checkDetails(of: draft)
      if let problem = misplacement(of: draft, in: place, isLast: index == drafts.count - 1) {
        reading.report(.violation(problem), at: draft.position)
      }
      if let step = step(draft, in: place, guest: guest) { steps.append(step) }
    }
    return steps
  }

  private mutating func step(_ draft: StepDraft, in place: Place, guest: String?) -> Step? {
    let about = self.guest(of: draft, in: guest)
    for pattern in draft.forbidden { check(pattern) }
    guard let action = action(draft, in: place, guest: guest) else { return nil }
    var step = Step(action, guest: about ?? guests.first ?? "", position: draft.position)
    step.forbidden = draft.forbidden
    return step
  }

  private mutating func action(_ draft: StepDraft, in place: Place, guest: String?) -> Step.Action? {
    let within = draft.within ?? timeout
    switch draft.action {
    case .expect(let patterns)?:
      for pattern in patterns { check(pattern) }
      for pattern in patterns { define(pattern) }
      return .expect(Step.Expectation(patterns, within: within))
    case .send(let text)?:
      check(text.names, at: draft.position)
      return .send(text)
    case .after(let time)?: return .after(time)
    case .snapshot(let name)?: return .snapshot(name)
    case .assert(let assertions)?:
      for assertion in assertions { check(assertion, guest: self.guest(of: draft, in: guest)) }
      return .assert(assertions)
    case .inject(let injection)?:
      if let hart = injection.hart { check(hart: hart, guest: self.guest(of: draft, in: guest), at: draft.position) }
      return .inject(injection)
    case .reset?: return .reset
    case .pause?: return .pause
    case .resume?: return .resume
    case .save(let name)?: return .save(name)
    case .end(let end)?: return .end(end, within: within)
    case .repeat(let count)?: return .repeat(count, resolve(draft.steps ?? [], in: .repeat, guest: guest))
    case .fork(let groups)?: return fork(groups)
    case .parallel(let groups)?: return parallel(groups)
    case nil: return nil
    }
  }

  private mutating func fork(_ groups: [StepDraft.Group]) -> Step.Action {
    let before = scope
    let branches = groups.map { group in
      scope = before
      return Step.Branch(name: group.name.name, steps: resolve(group.steps, in: .branch, guest: nil))
    }
    return .fork(branches)
  }

  private mutating func parallel(_ groups: [StepDraft.Group]) -> Step.Action {
    let before = scope
    var after = scope
    let lanes = groups.map { group in
      scope = before
      checkGuest(group.name)
      let steps = resolve(group.steps, in: .lane, guest: group.name.name)
      after.formUnion(scope)
      return Step.Lane(guest: group.name.name, steps: steps)
    }
    scope = after
    return .parallel(lanes)
  }

  // MARK: Where steps may stand

  private func misplacement(of draft: StepDraft, in place: Place, isLast: Bool) -> String? {
    switch draft.action {
    case .fork? where place == .repeat || place == .lane: "'fork' cannot stand in 'repeat' and 'parallel'"
    case .fork? where !isLast: "'fork' must be the last step; move what follows into its branches"
    case .snapshot? where place != .scenario: "'snapshot' must be a step of the scenario itself"
    case .parallel? where place == .lane: "'parallel' cannot stand in 'parallel'"
    default: nil
    }
  }

  /// Reports details that the step has no use for.
  private func checkDetails(of draft: StepDraft) {
    var hasTime = false
    var hasForbidden = false
    var hasSteps = false
    switch draft.action {
    case .expect?, .end?: (hasTime, hasForbidden) = (true, true)
    case .after?: hasForbidden = true
    case .repeat?: hasSteps = true
    default: break
    }
    let problem: String? =
      if draft.within != nil, !hasTime {
        "'within' goes with 'expect' and 'exit' only"
      } else if !draft.forbidden.isEmpty, !hasForbidden {
        "'not' goes with 'expect', 'exit' and 'after' only"
      } else if draft.steps != nil, !hasSteps {
        "'steps' goes with 'repeat' only"
      } else if draft.steps == nil, hasSteps {
        "'repeat' needs 'steps' beside it, the list of what is repeated"
      } else {
        nil
      }
    if let problem { reading.report(.violation(problem), at: draft.position) }
  }

  // MARK: Guests

  /// The guest that a step is about; nil for one about all.
  private func guest(of draft: StepDraft, in lane: String?) -> String? {
    switch draft.action {
    case .after?, .snapshot?, .fork?, .repeat?, .parallel?, nil:
      if let guest = draft.guest {
        reading.report(.violation("'guest' does not go with a step that is about all guests"), at: guest.position)
      }
      return lane
    default: break
    }
    if let guest = draft.guest {
      checkGuest(guest)
      if let lane, guest.name != lane {
        reading.report(.violation("in 'parallel' the steps of '\(lane)' are about that guest only"), at: guest.position)
      }
      return guest.name
    }
    if lane == nil, guests.count > 1 {
      reading.report(
        .violation("which guest? add 'guest: NAME'; there are: \(guests.joined(separator: ", "))"),
        at: draft.position)
    }
    return lane ?? guests.first
  }

  private func checkGuest(_ guest: Named) {
    // Without guests that is what is wrong, and reported.
    guard !guests.isEmpty, !guests.contains(guest.name) else { return }
    let meant = didYouMean(nearest(to: guest.name, among: guests))
    reading.report(
      .violation("there is no guest \(quoted(guest.name)) in the scenario\(meant)"), at: guest.position)
  }

  private func check(hart: Int, guest: String?, at position: TextPosition) {
    let harts = variants.flatMap(\.guests).filter { $0.name == guest }.map(\.machine.harts).max() ?? hart + 1
    if hart >= harts {
      reading.report(
        .violation("there is no hart \(hart); '\(guest ?? "")' has the harts 0 to \(harts - 1)"), at: position)
    }
  }

  // MARK: Names

  private func check(_ assertion: Assertion, guest: String?) {
    switch assertion.check {
    case .number(.register(_, let hart), _), .number(.csr(_, let hart), _):
      check(hart: hart, guest: guest, at: assertion.position)
    case .number, .bytes, .end: break
    case .text(_, let text): check(text.names, at: assertion.position)
    case .console(let pattern, _), .diagnosis(let pattern): check(pattern)
    }
  }

  /// Reports names in a pattern that stand for nothing.
  func check(_ pattern: Pattern) { check(pattern.template.names, at: pattern.position) }

  private func check(_ names: [String], at position: TextPosition) {
    for name in names where !scope.contains(name) && !axes.contains(name) {
      let meant = didYouMean(nearest(to: name, among: (scope.union(axes)).sorted()))
      reading.report(
        .violation(
          "nothing before this captured '\(name)' and no axis is called so\(meant.isEmpty ? "; write $$ for a dollar" : meant)"
        ),
        at: position)
    }
  }

  private mutating func define(_ pattern: Pattern) {
    for name in pattern.captures {
      if axes.contains(name) {
        reading.report(
          .violation("'\(name)' is an axis of the matrix; capture under another name"), at: pattern.position)
      }
      scope.insert(name)
    }
  }
}

extension Injection {
  /// The hart that it is about, if it is about one.
  fileprivate var hart: Int? {
    switch self {
    case .flipRegister(_, _, let hart), .stall(_, let hart): hart
    default: nil
    }
  }
}

extension StepDraft {
  /// All that it captures, what is inside of it included.
  var captures: [String] {
    switch action {
    case .expect(let patterns)?: patterns.flatMap(\.captures)
    case .repeat?: (steps ?? []).flatMap(\.captures)
    case .fork(let groups)?, .parallel(let groups)?: groups.flatMap { $0.steps.flatMap(\.captures) }
    default: []
    }
  }

  /// All names in it.
  var names: [String] {
    let own: [String] =
      switch action {
      case .expect(let patterns)?: patterns.flatMap(\.template.names)
      case .send(let text)?: text.names
      case .assert(let assertions)?: assertions.flatMap(\.names)
      case .fork(let groups)?, .parallel(let groups)?: groups.flatMap { $0.steps.flatMap(\.names) }
      default: []
      }
    return own + forbidden.flatMap(\.template.names) + (steps ?? []).flatMap(\.names)
  }
}

extension Assertion {
  fileprivate var names: [String] {
    switch check {
    case .text(_, let text): text.names
    case .console(let pattern, _), .diagnosis(let pattern): pattern.template.names
    case .number, .bytes, .end: []
    }
  }
}
