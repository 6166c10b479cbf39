// Steps as texts that are equal exactly if the steps do the same, wherever they stand in the file.

extension Step {
  /// What it does.
  var content: String {
    let about = "\(guest) not \(forbidden.map(\.content))"
    switch action {
    case .expect(let expectation):
      return "expect \(expectation.alternatives.map(\.content)) within \(expectation.within) of \(about)"
    case .send(let text): return "send \(text.parts) to \(about)"
    case .after(let time): return "after \(time) \(about)"
    case .snapshot: return "snapshot"
    case .fork(let branches): return "fork \(branches.map { [$0.name] + $0.steps.map(\.content) })"
    case .assert(let assertions): return "assert \(assertions.map(\.content)) of \(about)"
    case .inject(let injection): return "inject \(injection) into \(about)"
    case .reset: return "reset \(about)"
    case .pause: return "pause \(about)"
    case .resume: return "resume \(about)"
    case .save(let name): return "save \(name) of \(about)"
    case .end(let end, let within): return "end \(end) within \(within) of \(about)"
    case .repeat(let count, let steps): return "repeat \(count) \(steps.map(\.content))"
    case .parallel(let lanes): return "parallel \(lanes.map { [$0.guest] + $0.steps.map(\.content) })"
    }
  }
}

extension Pattern {
  /// What it finds.
  var content: String { "\(form) \(template.parts) \(ignoresCase)" }
}

extension Assertion {
  fileprivate var content: String {
    switch check {
    case .console(let pattern, let isPresent): "console \(pattern.content) \(isPresent)"
    case .diagnosis(let pattern): "diagnosis \(pattern.content)"
    default: "\(check)"
    }
  }
}
