import PlainText
import YAMLReading

extension ScenarioFile {
  /// The JSON schema (draft 2020-12) of a scenario file, which ends with a newline; docs/scenario.schema.json is a copy.
  public static let schema = YAMLReading.schema(
    title: "Scenario file of roost", KeyTable.file, required: ["scenarios"],
    definitions: [
      KeyTable.setup.definition, KeyTable.defaults.definition, KeyTable.scenario.definition,
      ("steps", ValueType<[StepDraft]>.stepsSchema), KeyTable.step.definition, KeyTable.assertion.definition,
      KeyTable.injection.definition,
    ])
}
