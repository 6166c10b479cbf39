import PlainText

/// The JSON schema (draft 2020-12) of a kind of file, which ends with a newline.
/// - Parameters:
///   - root: Keys of the whole file, of which `required` must be there.
///   - definitions: What `root` refers to, as `KeyTable.definition` gives it.
package func schema<Root>(
  title: String, _ root: KeyTable<Root>, required: [String], definitions: [(name: String, value: JSONValue)]
) -> String {
  let variable = JSONValue.object([
    ("type", .string("string")), ("pattern", .string("[$]")),
    ("description", .string("A text with variables of the environment in it, such as ${NAME:-default}.")),
  ])
  var members: [(name: String, value: JSONValue)] = [
    ("$schema", .string("https://json-schema.org/draft/2020-12/schema")), ("title", .string(title)),
  ]
  members += root.schemaMembers
  members.append(("required", .array(required.map { .string($0) })))
  members.append(("$defs", .object(definitions + [("variable", variable)])))
  return JSONValue.object(members).text + "\n"
}

extension KeyTable {
  /// How the schema names it.
  package var reference: JSONValue { .reference(schemaName) }

  /// What the schema defines under that name.
  package var definition: (name: String, value: JSONValue) { (schemaName, .object(schemaMembers)) }

  fileprivate var schemaMembers: [(name: String, value: JSONValue)] {
    var members: [(name: String, value: JSONValue)] = [
      ("type", .string("object")),
      ("properties", .object(keys.map { ($0.name, $0.property) })),
      ("additionalProperties", .bool(false)),
    ]
    if let ignoredPrefix {
      members.append(("patternProperties", .object([("^\(ignoredPrefix)", .bool(true))])))
    }
    return members
  }
}

extension Key {
  /// What the schema says of it: its description, its default, and its type.
  fileprivate var property: JSONValue {
    var members: [(name: String, value: JSONValue)] = [("description", .string(summary))]
    if let initial { members.append(("default", Int64(initial).map { .number($0) } ?? .string(initial))) }
    if case .object(let type) = schema { members += type }
    return .object(members)
  }
}
