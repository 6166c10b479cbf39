import YAMLReading

extension Fleet {
  /// The JSON schema (draft 2020-12) of a fleet file, which ends with a newline; docs/fleet.schema.json is a copy.
  public static let schema = YAMLReading.schema(
    title: "Fleet file of roost", KeyTable.fleet, required: ["guests"],
    definitions: [
      KeyTable.guest.definition, KeyTable.console.definition, KeyTable.stop.definition,
      KeyTable.dependency.definition, KeyTable.condition.definition,
    ])
}
