import PlainText
import YAMLReading

/// A dependency as the file has it.
struct DependencyDraft: Sendable {
  var position: TextPosition
  /// Name of a guest, or of one that there are several of.
  var guest = ""
  var line: String?
}

extension KeyTable<DependencyDraft> {
  private static let line = Key<DependencyDraft>(
    "line", optional: .text, \.line, "Text that a line of its output must contain first.",
    otherNames: ["condition", "prints", "output"])

  /// Of an element of a list.
  static let dependency = KeyTable(
    owner: "a dependency", schemaName: "dependency",
    keys: [Key("guest", .name, \.guest, "The other guest.", otherNames: ["name", "service"]), line])

  /// Of what stands under a guest's name.
  static let condition = KeyTable(owner: "a dependency", schemaName: "condition", keys: [line])
}

extension ValueType<[DependencyDraft]> {
  /// A name, a list of names and mappings, or a mapping of names to conditions.
  static var dependencies: Self {
    let name = ValueType<String>.name.schema
    let listed = JSONValue.anyOf([name, KeyTable.dependency.reference])
    let schema = JSONValue.anyOf([
      name,
      .object([("type", .string("array")), ("items", listed)]),
      .object([
        ("type", .string("object")),
        (
          "additionalProperties",
          .anyOf([KeyTable.condition.reference, .object([("type", .string("null"))])])
        ),
      ]),
    ])
    return Self("a list of guests, or a mapping of guests to what they must print first", schema: schema) {
      node, key, reading in
      switch node.content {
      case .scalar, .unknown: element(node, key, reading).map { [$0] }
      case .sequence(let elements): elements.compactMap { Self.element($0, key, reading) }
      case .mapping(let entries): entries.map { condition($0, reading) }
      }
    }
  }

  private static func element(_ node: YAMLNode, _ key: String, _ reading: Reading) -> DependencyDraft? {
    var draft = DependencyDraft(position: node.position)
    guard case .mapping = node.content else {
      guard let name = ValueType<String>.name.read(node, key, reading) else { return nil }
      draft.guest = name
      return draft
    }
    KeyTable.dependency.read(node, into: &draft, reading)
    if !draft.guest.isEmpty { return draft }
    if node["guest"] == nil {
      reading.report(.missingKey(key: "guest", owner: KeyTable.dependency.owner), at: node.position)
    }
    return nil
  }

  private static func condition(_ entry: YAMLNode.Entry, _ reading: Reading) -> DependencyDraft {
    var draft = DependencyDraft(position: entry.position, guest: entry.key)
    if !entry.value.isMissing, !entry.value.isNull { KeyTable.condition.read(entry.value, into: &draft, reading) }
    return draft
  }
}
