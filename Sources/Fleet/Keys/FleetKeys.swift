import PlainText
import YAMLReading

/// A fleet file while it is read.
struct FleetDraft {
  var name: String?
  var workers: Int?
  var memoryLimit: UInt64?
  var defaults: YAMLNode?
  var guests: YAMLNode?
}

extension KeyTable<FleetDraft> {
  /// Worker threads that a fleet may ask for.
  static let workerLimit = 256

  static let fleet = KeyTable(
    owner: "a fleet", schemaName: "fleet",
    keys: [
      Key(
        "name", optional: .name, \.name, "What the fleet is called; without it, as the folder of the file.",
        otherNames: ["project"]),
      Key(
        "workers", optional: .integer(1...workerLimit), \.workers,
        "Number of threads that run guests; without it, one for each core of the host.", otherNames: ["threads"]),
      Key(
        "memory-limit", optional: .size(1 << 20...1 << 50, example: "4G"), \.memoryLimit,
        "Memory that all guests may have together.", otherNames: ["max-memory"]),
      Key(
        "defaults",
        ValueType<YAMLNode>("keys of a guest", schema: KeyTable<GuestDraft>.guest.reference) { node, _, _ in node },
        "What holds for each guest that does not say otherwise."
      ) { $0.defaults = $1 },
      Key(
        "guests", ValueType<YAMLNode>("a mapping of names to guests", schema: guests) { node, _, _ in node },
        "The guests, by name.", otherNames: ["services", "machines", "vms"]
      ) { $0.guests = $1 },
    ], ignoredPrefix: "x-")

  private static let guests = JSONValue.object([
    ("type", .string("object")),
    ("minProperties", .number(1)),
    ("propertyNames", .name),
    (
      "additionalProperties",
      .anyOf([KeyTable<GuestDraft>.guest.reference, .object([("type", .string("null"))])])
    ),
  ])
}
