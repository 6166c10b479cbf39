import Boards
import Harness
import SystemBus
import YAMLReading

/// Does the steps of a scenario to guests. One thread at a time uses it.
final class ScenarioRun {
  let scenario: Scenario
  let variant: Variant
  let bench: TestBench
  /// What has been captured so far.
  private(set) var values: [String: String]
  /// The folder for what tells more of the case; nil to write nothing.
  var artifacts: String?
  /// Paths of the files that were written there.
  var written: [String] = []
  /// Bench time at which it must be done.
  private let limit: Ticks
  /// `HostTime.now` at which it must be done.
  private let hostLimit: UInt64
  /// What no guest may print, and how far each guest's output was looked at.
  private let forbidden: [ConsolePattern]
  private var watches: [OutputSearch]
  /// What `forbidden` names and nobody has captured.
  private let missing: (name: String, position: TextPosition)?
  /// When guests were marked last, as `HostTime.now`, and nanoseconds after which they are again.
  private var lastMark = HostTime.now
  private static let markDistance: UInt64 = 1_000_000_000

  /// - Parameter values: captured before.
  init(
    _ scenario: Scenario, _ variant: Variant, bench: TestBench, values: [String: String],
    limit: Ticks, hostLimit: UInt64
  ) throws(HarnessError) {
    self.scenario = scenario
    self.variant = variant
    self.bench = bench
    self.values = values.merging(variant.values) { $1 }
    self.limit = limit
    self.hostLimit = hostLimit
    let names = self.values
    forbidden = try scenario.forbidden.map { pattern throws(HarnessError) in try pattern.consolePattern(with: names) }
    var missing: (name: String, position: TextPosition)?
    for pattern in scenario.forbidden where missing == nil {
      if let name = pattern.missingName(in: names) { missing = (name, pattern.position) }
    }
    self.missing = missing
    watches = bench.guests.map { OutputSearch(from: $0.transcript.end) }
  }

  /// A run that goes on where another is, with guests of its own.
  convenience init(_ other: ScenarioRun, bench: TestBench) throws(HarnessError) {
    try self.init(
      other.scenario, other.variant, bench: bench, values: other.values, limit: other.limit,
      hostLimit: other.hostLimit)
    watches = other.watches
  }

  /// Does `steps`, none of which is a fork.
  func run(_ steps: [Step]) throws(TestFailure) {
    if let missing { throw failure(Self.nothingCaptured(missing.name), position: missing.position) }
    let lane = Lane(steps, values: values)
    try drive(lane)
    values = lane.values
  }

  private func drive(_ root: Lane) throws(TestFailure) {
    while true {
      try progress(root)
      if root.isDone { return }
      let advance = try bench.advance(until: min(root.deadline, limit), hostLimit: hostLimit) {
        () throws(TestFailure) -> Bool in try self.isReady(root)
      }
      switch advance {
      case .met: break
      case .hostTimeSpent:
        // To look at it once more would take as long again.
        throw hostTimeSpent(at: Self.step(of: root))
      case .timeReached:
        // What is over at the very end of all time is done in time.
        if try isReady(root) { continue }
        try expire(root)
        if bench.now >= limit {
          throw failure("took more than \(scenario.limit) of virtual time, its 'limit'", at: Self.step(of: root))
        }
      }
    }
  }

  private func hostTimeSpent(at step: Step?) -> TestFailure {
    failure(
      "took more than \(scenario.wallLimit / 1_000_000) ms of the host's time, its 'wall-limit'",
      position: step?.position, doesItAgain: false)
  }

  private static func step(of lane: Lane) -> Step? {
    if case .lanes(let lanes)? = lane.wait { return lanes.first { !$0.isDone }.flatMap { step(of: $0) } }
    return lane.current
  }

  // MARK: Waiting

  /// Whether a lane can go on, or something is there that must not be.
  private func isReady(_ lane: Lane) throws(TestFailure) -> Bool {
    try watch(Self.step(of: lane))
    return look(lane)
  }

  /// Whether a lane can go on, or has to look again before it would have.
  private func look(_ lane: Lane) -> Bool {
    switch lane.wait {
    case nil: return true
    case .time(let time, var watches)?:
      for index in watches.indices { watches[index].look(at: bench.now) }
      lane.wait = .time(time, watches)
      return bench.now >= time || watches.contains(where: \.isForbidden)
    case .lanes(let lanes)?:
      // All of them look, whichever can go on.
      let ready = lanes.map { !$0.isDone && look($0) }
      return ready.contains(true)
    case .output(var wait)?:
      let nextLook = wait.nextLook
      wait.look(at: bench.now)
      lane.wait = .output(wait)
      return wait.outcome != nil || wait.nextLook < nextLook
    }
  }

  /// Looks for what no guest may print.
  private func watch(_ step: Step?) throws(TestFailure) {
    guard !forbidden.isEmpty else { return }
    for (index, guest) in bench.guests.enumerated() {
      guard let output = watches[index].begin(in: guest.transcript) else { continue }
      guard let bad = ConsolePattern.first(of: forbidden, in: output.bytes) else { continue }
      throw failure(
        "\(name(guest))printed \(Self.quoted(bad.match.text)), which \(forbidden[bad.number].description) forbids",
        at: step)
    }
  }

  /// Time is up for whatever waits until now.
  private func expire(_ lane: Lane) throws(TestFailure) {
    switch lane.wait {
    case .lanes(let lanes)?: for lane in lanes { try expire(lane) }
    case .output(let wait)? where wait.outcome == nil && bench.now >= wait.deadline:
      switch wait.step.action {
      case .expect(let expectation):
        let patterns = wait.patterns.map(\.description).joined(separator: " or ")
        throw failure("expected \(patterns) from \(wait.guest.name) within \(expectation.within)", at: wait.step)
      case .end(let end, let within):
        throw failure("expected \(end) of \(wait.guest.name) within \(within); it still runs", at: wait.step)
      default: break
      }
    default: break
    }
  }

  // MARK: Going on

  /// Does all that can be done without time passing.
  private func progress(_ lane: Lane) throws(TestFailure) {
    while true {
      if lane.wait != nil {
        guard try isOver(lane) else { return }
        lane.wait = nil
      }
      guard let step = lane.takeStep() else { return }
      try begin(step, lane)
    }
  }

  /// Whether a lane waits no more; carries out what comes of it.
  private func isOver(_ lane: Lane) throws(TestFailure) -> Bool {
    switch lane.wait {
    case nil: return true
    case .time(let time, let watches)?:
      for watch in watches where watch.isForbidden { _ = try isOver(watch, lane) }
      return bench.now >= time
    case .lanes(let lanes)?:
      for inner in lanes { try progress(inner) }
      guard lanes.allSatisfy(\.isDone) else { return false }
      for inner in lanes { lane.merge(inner) }
      return true
    case .output(let wait)?: return try isOver(wait, lane)
    }
  }

  private func isOver(_ wait: OutputWait, _ lane: Lane) throws(TestFailure) -> Bool {
    switch wait.outcome {
    case nil: return false
    case .forbidden(let number, let match)?:
      throw failure(
        "\(name(wait.guest))printed \(Self.quoted(match.text)), which \(wait.forbidden[number].description) forbids",
        at: wait.step)
    case .found(let match, let end)?:
      wait.guest.read(upTo: end)
      lane.capture(wait.patterns.flatMap(\.captureNames), match.namedCaptures)
      return true
    case .finished?:
      switch wait.step.action {
      case .end(let expected, _):
        if let problem = expected.mismatch(of: wait.guest) { throw failure(problem, at: wait.step) }
      default:
        let patterns = wait.patterns.map(\.description).joined(separator: " or ")
        throw failure("expected \(patterns), but \(wait.guest.endInWords)", at: wait.step)
      }
      return true
    }
  }

  private func begin(_ step: Step, _ lane: Lane) throws(TestFailure) {
    // Steps that take no time may be many.
    let now = HostTime.now
    guard now < hostLimit else { throw hostTimeSpent(at: step) }
    try mark(step, now)
    switch step.action {
    case .expect(let expectation):
      try wait(step, lane, for: expectation.alternatives, within: expectation.within)
    case .end(_, let within): try wait(step, lane, for: [], within: within)
    case .after(let time): try wait(step, lane, while: time)
    case .repeat(let count, let steps): lane.push(steps, times: count)
    case .parallel(let lanes):
      lane.wait = .lanes(lanes.map { Lane($0.steps, guest: $0.guest, values: lane.values) })
    case .snapshot, .fork: break
    case .send(let text): try guest(step).type(Array(text.filled(with: lane.values).utf8))
    case .reset:
      let guest = try guest(step)
      guest.reset()
      // What was printed before is of another life.
      guest.read(upTo: guest.transcript.end)
    case .pause: try guest(step).isPaused = true
    case .resume: try guest(step).isPaused = false
    case .assert(let assertions):
      for assertion in assertions {
        let check = AssertionCheck(guest: try guest(step), values: lane.values)
        if let problem = check.problem(with: assertion) { throw failure(problem, position: assertion.position) }
      }
    case .inject(let injection): try inject(injection, step)
    case .save(let name): try save(name, step)
    }
  }

  private func wait(
    _ step: Step, _ lane: Lane, for patterns: [Pattern], within time: VirtualTime
  ) throws(TestFailure) {
    let deadline = deadline(time)
    lane.wait = .output(
      OutputWait(
        step: step, guest: try guest(step), patterns: try consolePatterns(patterns, step, lane),
        canGoOn: patterns.map(\.canGoOn), forbidden: try consolePatterns(step.forbidden, step, lane),
        deadline: deadline, lastLook: min(deadline, limit)))
    _ = look(lane)
  }

  /// Lets time pass in which no guest of the lane prints what the step forbids.
  private func wait(_ step: Step, _ lane: Lane, while time: VirtualTime) throws(TestFailure) {
    let deadline = deadline(time)
    var watches: [OutputWait] = []
    if !step.forbidden.isEmpty {
      for guest in bench.guests where lane.guest == nil || lane.guest == guest.name {
        watches.append(
          OutputWait(
            step: step, guest: guest, patterns: [], forbidden: try consolePatterns(step.forbidden, step, lane),
            deadline: deadline, lastLook: deadline))
      }
    }
    lane.wait = .time(deadline, watches)
    _ = look(lane)
  }

  private func deadline(_ time: VirtualTime) -> Ticks {
    bench.now > .max - time.ticks ? .max : bench.now + time.ticks
  }

  private func consolePatterns(
    _ patterns: [Pattern], _ step: Step, _ lane: Lane
  ) throws(TestFailure) -> [ConsolePattern] {
    var result: [ConsolePattern] = []
    for pattern in patterns {
      if let name = pattern.missingName(in: lane.values) { throw failure(Self.nothingCaptured(name), at: step) }
      do throws(HarnessError) {
        result.append(try pattern.consolePattern(with: lane.values))
      } catch {
        throw failure("\(error)", at: step)
      }
    }
    return result
  }

  private func inject(_ injection: Injection, _ step: Step) throws(TestFailure) {
    let guest = try guest(step)
    let fault: Harness.Injection
    switch injection {
    case .flipMemory(let location, let bit):
      guard let address = guest.value(of: location) else {
        throw failure("\(name(guest))has no symbol for \(location)", at: step)
      }
      fault = .flipMemory(address: UInt32(truncatingIfNeeded: address), bit: bit)
    case .flipRegister(.integer(let number), let bit, let hart):
      fault = .flipRegister(.integer(Int(number)), bit: bit, hart: hart)
    case .flipRegister(.pc, let bit, let hart): fault = .flipRegister(.pc, bit: bit, hart: hart)
    case .interrupt(let source): fault = .interrupt(source: source)
    case .stall(let time, let hart): fault = .stall(hart: hart, ticks: time.ticks)
    case .clock(let time): fault = .clock(ticks: time.ticks)
    case .powerCut: fault = .powerCut
    }
    if !guest.inject(fault) { throw failure("there is no such thing in \(guest.name) to inject into", at: step) }
  }

  /// Has the explanation of a failure go back to here, where the last such point is long past.
  private func mark(_ step: Step, _ now: UInt64) throws(TestFailure) {
    guard now &- lastMark >= Self.markDistance else { return }
    lastMark = now
    do throws(HarnessError) {
      for guest in bench.guests { try guest.mark() }
    } catch {
      throw failure("\(error)", at: step)
    }
  }

  private func save(_ name: String, _ step: Step) throws(TestFailure) {
    guard let artifacts else { return }
    let guest = try guest(step)
    let snapshot: GuestSnapshot
    do throws(HarnessError) {
      snapshot = try guest.snapshot()
    } catch {
      throw failure("\(error)", at: step)
    }
    if let problem = write(snapshot, to: "\(name).snapshot", in: artifacts) { throw failure(problem, at: step) }
  }

  // MARK: Guests and failures

  private func guest(_ step: Step) throws(TestFailure) -> TestGuest {
    guard let guest = bench.guest(named: step.guest) else {
      throw failure("there is no guest '\(step.guest)'", at: step)
    }
    return guest
  }

  /// The guest's name where there are several.
  private func name(_ guest: TestGuest) -> String { bench.guests.count > 1 ? guest.name + " " : "the guest " }

  static func nothingCaptured(_ name: String) -> String { "nothing was captured as '\(name)'" }

  static func quoted(_ text: String) -> String {
    "'\(text.split(whereSeparator: \.isNewline).joined(separator: "\\n").prefix(120))'"
  }
}
