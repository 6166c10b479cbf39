import Scenarios
import Testing
import YAMLReading

/// Reads a scenario file that is in /scenarios/demo.
func file(_ yaml: String, _ environment: Environment = [:]) throws(YAMLErrors) -> ScenarioFile {
  try ScenarioFile(yaml: yaml.utf8, path: "/scenarios/demo/x.yaml", environment: environment)
}

private let head = "guests: {a: {image: a.elf}}\nscenarios:\n  s:\n    steps:\n"

/// The steps of a scenario with one guest, `a`, each line of `steps` being part of the list.
func steps(_ steps: String, _ environment: Environment = [:]) throws -> [Step] {
  let found = try file(head + indented(steps), environment)
  return try #require(found.scenarios.first).steps
}

/// The action of the only step.
func action(_ step: String, _ environment: Environment = [:]) throws -> Step.Action {
  let found = try steps(step, environment)
  try #require(found.count == 1)
  return found[0].action
}

/// What is wrong with a file, a line each, without the name of the file.
func errors(_ yaml: String, _ environment: Environment = [:]) throws -> [String] {
  let errors = try #require(throws: YAMLErrors.self) { try file(yaml, environment) }
  return errors.description.split(separator: "\n").map { String($0).replacing("/scenarios/demo/x.yaml:", with: "") }
}

/// What is wrong with steps, the first of which is in line 1.
func stepErrors(_ steps: String) throws -> [String] {
  try errors(head + indented(steps)).map { line in
    let parts = line.split(separator: ":", maxSplits: 1)
    return "\((parts.first.flatMap { Int($0) } ?? 0) - 4):\(parts.last ?? "")"
  }
}

private func indented(_ steps: String) -> String {
  steps.split(separator: "\n", omittingEmptySubsequences: false).map { "      \($0)\n" }.joined()
}

extension Step.Action {
  /// The alternatives of an `expect`.
  var patterns: [Scenarios.Pattern] {
    if case .expect(let expectation) = self { expectation.alternatives } else { [] }
  }
}
