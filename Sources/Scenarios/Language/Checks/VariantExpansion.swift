import Harness
import PlainText
import YAMLReading

/// The combinations of the values of a matrix.
struct VariantExpansion {
  private struct Axis {
    var name: String
    /// Whether it is a key of the guests.
    var isKey: Bool
    var values: [(text: String, node: YAMLNode)]
  }

  let reading: Reading
  let guests: [GuestSetup]
  /// What the scenario starts from.
  let parent: Scenario?
  /// Names that its values have in steps, those of the parent included.
  private(set) var axes: Set<String> = []

  init(reading: Reading, guests: [GuestSetup], parent: Scenario?) {
    self.reading = reading
    self.guests = guests
    self.parent = parent
    axes = Set(parent?.variants.first?.values.keys ?? [:].keys)
  }

  /// The variants of a scenario, at least one; those of the parent outermost.
  /// - Parameter caseCount: cases of the file so far, to which those of the scenario are added.
  mutating func variants(of draft: ScenarioDraft, caseCount: inout Int) -> [Variant] {
    let variants = combinations(of: draft)
    let ways = draft.steps.wayCount
    let count = variants.count * ways
    let hadRoom = caseCount <= ScenarioFile.caseLimit
    caseCount += count
    if count > ScenarioFile.stepLimit {
      let parts = "\(variants.count) variants with \(ways) branches each"
      reading.report(
        .violation("'\(draft.name)' is \(count) cases, \(parts); at most \(ScenarioFile.stepLimit) can be"),
        at: draft.position)
    } else if caseCount <= ScenarioFile.caseLimit {
      return variants
    } else if hadRoom {
      reading.report(
        .violation("with '\(draft.name)' the file has more than \(ScenarioFile.caseLimit) cases; split it"),
        at: draft.position)
    }
    // The file is refused; what follows needs guests, and no more.
    return Array(variants.prefix(1))
  }

  private mutating func combinations(of draft: ScenarioDraft) -> [Variant] {
    var variants = parent?.variants ?? [Variant(name: "", values: [:], guests: guests)]
    for axis in axes(of: draft) {
      guard variants.count * axis.values.count <= ScenarioFile.stepLimit else {
        reading.report(
          .violation("the matrix has more than \(ScenarioFile.stepLimit) combinations"),
          at: draft.matrix?.position ?? draft.position)
        return variants
      }
      variants = variants.flatMap { variant in axis.values.map { applied(axis, $0, to: variant) } }
    }
    return variants
  }

  private func applied(_ axis: Axis, _ value: (text: String, node: YAMLNode), to variant: Variant) -> Variant {
    var result = variant
    result.name += (variant.name.isEmpty ? "" : ",") + "\(axis.name)=\(value.text)"
    result.values[axis.name] = value.text
    guard axis.isKey, let key = KeyTable.setup.keys.first(where: { $0.name == axis.name }) else { return result }
    for index in result.guests.indices { key.read(value.node, &result.guests[index], reading) }
    return result
  }

  private mutating func axes(of draft: ScenarioDraft) -> [Axis] {
    guard let node = draft.matrix, !node.isUnknown else { return [] }
    guard case .mapping(let entries) = node.content, !entries.isEmpty else {
      reading.report(
        .badValue(key: "matrix", found: node.found, expected: "a mapping of axes to lists of values"),
        at: node.position)
      return []
    }
    return entries.compactMap { axis($0, of: draft) }
  }

  private mutating func axis(_ entry: YAMLNode.Entry, of draft: ScenarioDraft) -> Axis? {
    let isKey = KeyTable.setup.keys.contains { $0.name == entry.key }
    guard isKey || Template.isName(entry.key) else {
      reading.report(
        .badValue(
          key: "matrix", found: quoted(entry.key),
          expected: "a key of a guest, or a name of small letters, digits and '_'"), at: entry.position)
      return nil
    }
    if isKey, let parent {
      reading.report(
        .violation("'\(draft.name)' has the machine of '\(parent.name)'; give that the axis '\(entry.key)'"),
        at: entry.position)
      return nil
    }
    if !axes.insert(entry.key).inserted {
      reading.report(.violation("'\(parent?.name ?? "")' has an axis '\(entry.key)' already"), at: entry.position)
      return nil
    }
    guard case .sequence(let elements) = entry.value.content, !elements.isEmpty else {
      if !entry.value.isUnknown {
        reading.report(
          .badValue(key: entry.key, found: entry.value.found, expected: "a list of values, at least one"),
          at: entry.value.position)
      }
      return nil
    }
    let values = elements.compactMap { node in
      reading.text(of: node, key: entry.key, expected: "a value").map { (text: $0, node: node) }
    }
    for (index, value) in values.enumerated() where values[..<index].contains(where: { $0.text == value.text }) {
      reading.report(
        .violation("the axis '\(entry.key)' has \(quoted(value.text)) twice; remove one"), at: value.node.position)
    }
    return Axis(name: entry.key, isKey: isKey, values: values)
  }
}

extension [StepDraft] {
  /// How many ways there are through the forks at its end.
  fileprivate var wayCount: Int {
    guard case .fork(let branches)? = last?.action else { return 1 }
    return branches.reduce(0) { $0 + $1.steps.wayCount }
  }
}
