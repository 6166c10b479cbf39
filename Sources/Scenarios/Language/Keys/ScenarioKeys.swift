import PlainText
import YAMLReading

/// A file while it is read.
struct FileDraft {
  var guests: YAMLNode?
  var defaults: YAMLNode?
  var scenarios: YAMLNode?
}

/// A scenario while it is read, or what holds for those that do not say otherwise.
struct ScenarioDraft {
  var name = ""
  var position = TextPosition()
  var summary: String?
  var guests: YAMLNode?
  var needs: [String] = []
  var start: Named?
  var timeout = VirtualTime.seconds(30)
  var limit = VirtualTime.seconds(600)
  /// Milliseconds.
  var wallLimit: UInt64 = 300_000
  var forbidden: [Pattern] = []
  var matrix: YAMLNode?
  var steps: [StepDraft] = []
}

extension KeyTable<FileDraft> {
  static let file = KeyTable(
    owner: "a scenario file", schemaName: "file",
    keys: [
      Key(
        "guests", .later("a mapping of names to guests", schema: map(of: .reference("guest"))),
        "Guests that scenarios name.", otherNames: ["machines", "vms"]
      ) { $0.guests = $1 },
      Key(
        "defaults", .later("keys of a scenario", schema: .reference("defaults")),
        "What holds for each scenario that does not say otherwise."
      ) { $0.defaults = $1 },
      Key(
        "scenarios", .later("a mapping of names to scenarios", schema: map(of: .reference("scenario"))),
        "The scenarios, by name.", otherNames: ["tests", "cases"]
      ) { $0.scenarios = $1 },
    ], ignoredPrefix: "x-")

  private static func map(of value: JSONValue) -> JSONValue {
    .object([
      ("type", .string("object")), ("minProperties", .number(1)), ("propertyNames", .name),
      ("additionalProperties", value),
    ])
  }
}

extension KeyTable<ScenarioDraft> {
  static let defaults = KeyTable(owner: "the defaults", schemaName: "defaults", keys: shared)

  static let scenario = KeyTable(
    owner: "a scenario", schemaName: "scenario",
    keys: [
      Key("description", optional: .text, \.summary, "What it is about.", otherNames: ["summary", "title"]),
      Key(
        "start-from", .named, "The scenario at whose end it starts, or the name that a 'snapshot' of one has.",
        otherNames: ["requires", "from", "after", "depends-on"]
      ) { $0.start = $1 },
      Key(
        "matrix", .later("a mapping of axes to lists of values", schema: matrix),
        "Values of which each combination is a case: keys of its guests, or names that steps use as ${name}."
      ) { $0.matrix = $1 },
      Key("steps", .steps, "What is done, in this order.") { $0.steps = $1 },
    ] + shared)

  private static let shared: [Key<ScenarioDraft>] = [
    Key(
      "guests", .later("a guest, a list of guests, or a mapping of names to guests", schema: guests),
      "The guests: names of some in the file, or mappings of names to guests; without it, the file's only one.",
      otherNames: ["guest", "machine", "vm"]
    ) { $0.guests = $1 },
    Key(
      "needs", ValueType.path.list(limit: 64), \.needs, "Files without which it is skipped, and not failed.",
      otherNames: ["requires-files"]),
    Key(
      "timeout", .virtualTime, \.timeout, "Virtual time that a step has that does not say otherwise.",
      initial: "30s"),
    Key("limit", .virtualTime, \.limit, "Virtual time that all of it has.", initial: "10m"),
    Key(
      "wall-limit", .time, \.wallLimit, "Time of the host that all of it has, so that no host is kept busy for ever.",
      initial: "5m"),
    Key(
      "not", ValueType.pattern.list(limit: 64), \.forbidden,
      "What makes it fail at once if a guest prints it, such as a panic.", otherNames: ["forbid", "fail-on"]),
  ]

  private static let guests = JSONValue.anyOf([
    .name,
    .object([("type", .string("array")), ("items", .name), ("minItems", .number(1))]),
    .object([
      ("type", .string("object")), ("minProperties", .number(1)), ("propertyNames", .name),
      ("additionalProperties", .anyOf([.reference("guest"), .object([("type", .string("null"))])])),
    ]),
  ])

  private static let matrix = JSONValue.object([
    ("type", .string("object")), ("minProperties", .number(1)),
    (
      "additionalProperties",
      .object([
        ("type", .string("array")), ("minItems", .number(1)),
        ("items", .object([("type", .array([.string("string"), .string("number"), .string("boolean")]))])),
      ])
    ),
  ])
}
