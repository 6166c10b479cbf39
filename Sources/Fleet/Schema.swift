import Monitor

extension Fleet {
  /// The JSON schema (draft 2020-12) of a fleet file, which ends with a newline; docs/fleet.schema.json is a copy.
  public static let schema: String = {
    let variable = JSONValue.object([
      ("type", .string("string")), ("pattern", .string("[$]")),
      ("description", .string("A text with variables of the environment in it, such as ${NAME:-default}.")),
    ])
    var members: [(name: String, value: JSONValue)] = [
      ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
      ("title", .string("Fleet file of roost")),
    ]
    members += KeyTable.fleet.schemaMembers + [("required", .array([.string("guests")]))]
    members.append(
      (
        "$defs",
        .object([
          KeyTable.guest.definition, KeyTable.console.definition, KeyTable.stop.definition,
          KeyTable.dependency.definition, KeyTable.condition.definition, ("variable", variable),
        ])
      ))
    return JSONValue.object(members).text + "\n"
  }()
}

extension KeyTable {
  /// How the schema names it.
  var reference: JSONValue { .object([("$ref", .string("#/$defs/\(schemaName)"))]) }

  fileprivate var definition: (name: String, value: JSONValue) { (schemaName, .object(schemaMembers)) }

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
