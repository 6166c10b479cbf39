import Boards
import Harness
import PlainText
import YAMLReading

/// Makes scenarios of what the file says of them: guests, defaults, starts, the matrix, and steps that know what they
/// are about.
struct ScenarioAssembly {
  let reading: Reading
  /// In the order of the file.
  private var shared: [GuestSetup] = []
  private var stepCount = 0
  private var caseCount = 0

  init(reading: Reading) { self.reading = reading }

  /// The scenarios of the file, as far as nothing is wrong with them.
  mutating func scenarios(of file: FileDraft) -> [Scenario] {
    if let guests = file.guests { readGuests(guests) }
    var defaults = ScenarioDraft()
    if let node = file.defaults { KeyTable.defaults.read(node, into: &defaults, reading) }
    let drafts = file.scenarios.map { read($0, defaults: defaults) } ?? []
    let starts = StartPlan(drafts, reading)
    var scenarios = drafts.map { draft in
      var scenario = Scenario(
        name: draft.name, summary: draft.summary, position: draft.position, needs: draft.needs, limit: draft.limit,
        wallLimit: draft.wallLimit.multipliedReportingOverflow(by: 1_000_000).partialValue)
      scenario.forbidden = draft.forbidden
      return scenario
    }
    var scopes = Array(repeating: Set<String>(), count: drafts.count)
    for index in starts.order {
      let draft = drafts[index]
      let start = starts.starts[index]
      let parent = start.map { scenarios[$0.scenario] }
      scenarios[index].start = start
      let guests = parent.map { _ in [] } ?? guests(of: draft)
      var expansion = VariantExpansion(reading: reading, guests: guests, parent: parent)
      scenarios[index].variants = expansion.variants(of: draft, caseCount: &caseCount)
      var resolver = StepResolver(
        reading: reading, variants: scenarios[index].variants, timeout: draft.timeout, axes: expansion.axes,
        scope: start.map { inherited(from: $0, in: drafts, scopes) } ?? [], stepCount: stepCount)
      scenarios[index].steps = resolver.resolve(draft.steps)
      for pattern in draft.forbidden { resolver.check(pattern) }
      stepCount = resolver.stepCount
      scopes[index] = resolver.scope
    }
    checkAxes(of: drafts)
    return scenarios
  }

  // MARK: Guests

  private mutating func readGuests(_ node: YAMLNode) {
    if node.isUnknown { return }
    guard case .mapping(let entries) = node.content else {
      reading.report(
        .badValue(key: "guests", found: node.found, expected: "a mapping of names to guests"), at: node.position)
      return
    }
    for entry in entries { shared.append(contentsOf: setup(entry).map { [$0] } ?? []) }
  }

  /// A guest as the file has it, on top of the shared one of that name if there is one.
  private func setup(_ entry: YAMLNode.Entry) -> GuestSetup? {
    guard isName(entry.key) else {
      reading.report(.badName(name: entry.key), at: entry.position)
      return nil
    }
    let known = shared.first { $0.name == entry.key }
    var setup = known ?? GuestSetup(name: entry.key, boot: BootDescription(kernel: ""))
    if entry.value.isMissing || entry.value.isNull, known != nil { return known }
    KeyTable.setup.read(entry.value, into: &setup, reading)
    if case .mapping = entry.value.content, known == nil, entry.value["image"] == nil {
      reading.report(.missingKey(key: "image", owner: "guest '\(entry.key)'"), at: entry.position)
    }
    return setup
  }

  private func guests(of draft: ScenarioDraft) -> [GuestSetup] {
    guard let node = draft.guests else {
      if shared.count == 1 { return shared }
      let names = shared.map(\.name).joined(separator: ", ")
      reading.report(
        .violation(
          shared.isEmpty
            ? "scenario '\(draft.name)' has no guest; add 'guests: {NAME: {image: FILE}}'"
            : "scenario '\(draft.name)' names none of the guests \(names); add 'guests: NAME'"), at: draft.position)
      return []
    }
    switch node.content {
    case .unknown: return []
    case .mapping(let entries) where !entries.isEmpty: return entries.compactMap { setup($0) }
    case .sequence(let elements) where !elements.isEmpty:
      let guests = elements.compactMap { named($0) }
      for (index, guest) in guests.enumerated() where guests[..<index].contains(where: { $0.name == guest.name }) {
        reading.report(.violation("guest '\(guest.name)' is there twice; remove one"), at: node.position)
      }
      return guests
    default: return named(node).map { [$0] } ?? []
    }
  }

  private func named(_ node: YAMLNode) -> GuestSetup? {
    guard let name = ValueType<Named>.named.read(node, "guests", reading) else { return nil }
    if let guest = shared.first(where: { $0.name == name.name }) { return guest }
    let meant = didYouMean(nearest(to: name.name, among: shared.map(\.name)))
    reading.report(.violation("there is no guest \(quoted(name.name)) in the file\(meant)"), at: name.position)
    return nil
  }

  // MARK: Scenarios

  private func read(_ node: YAMLNode, defaults: ScenarioDraft) -> [ScenarioDraft] {
    if node.isUnknown { return [] }
    guard case .mapping(let entries) = node.content, !entries.isEmpty else {
      reading.report(
        .badValue(key: "scenarios", found: node.found, expected: "a mapping of names to scenarios, at least one"),
        at: node.position)
      return []
    }
    return entries.compactMap { entry in
      guard isName(entry.key) else {
        reading.report(.badName(name: entry.key), at: entry.position)
        return nil
      }
      var draft = defaults
      // What starts from another scenario has the guests of that.
      if entry.value["start-from"] != nil { draft.guests = nil }
      draft.name = entry.key
      draft.position = entry.position
      KeyTable.scenario.read(entry.value, into: &draft, reading)
      if case .mapping = entry.value.content, entry.value["steps"] == nil {
        reading.report(.missingKey(key: "steps", owner: "scenario '\(entry.key)'"), at: entry.position)
      }
      return draft
    }
  }

  /// What is captured when a scenario starts.
  private func inherited(from start: Start, in drafts: [ScenarioDraft], _ scopes: [Set<String>]) -> Set<String> {
    guard let step = start.step else { return scopes[start.scenario] }
    // Behind the snapshot more may be captured, which is not known yet there.
    let later = drafts[start.scenario].steps.dropFirst(step + 1).flatMap(\.captures)
    return scopes[start.scenario].subtracting(later)
  }

  /// Reports axes that change nothing.
  private func checkAxes(of drafts: [ScenarioDraft]) {
    let used = Set(drafts.flatMap { $0.steps.flatMap(\.names) + $0.forbidden.flatMap(\.template.names) })
    let keys = KeyTable.setup.keys.map(\.name)
    for draft in drafts {
      guard case .mapping(let entries)? = draft.matrix?.content else { continue }
      for entry in entries where !keys.contains(entry.key) && !used.contains(entry.key) {
        let meant = didYouMean(nearest(to: entry.key, among: keys))
        reading.report(
          .violation("the axis \(quoted(entry.key)) is no key of a guest, and no step uses ${\(entry.key)}\(meant)"),
          at: entry.position)
      }
    }
  }
}
