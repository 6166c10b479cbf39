import Scenarios
import Foundation
import Testing

@Suite struct SchemaTests {
  private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test func theDocumentIsUpToDate() throws {
    let file = root.appending(path: "docs/scenario.schema.json")
    if ProcessInfo.processInfo.environment["UPDATE_DOCS"] != nil {
      try Data(ScenarioFile.schema.utf8).write(to: file)
    }
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text == ScenarioFile.schema, "UPDATE_DOCS=1 swift test --filter SchemaTests writes it again")
  }

  private func schema() throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(ScenarioFile.schema.utf8)) as? [String: Any])
  }

  @Test func everyReferenceLeadsSomewhere() throws {
    let definitions = try #require(schema()["$defs"] as? [String: Any])
    let parts = ScenarioFile.schema.components(separatedBy: "\"#/$defs/").dropFirst()
    #expect(!parts.isEmpty)
    for part in parts { #expect(definitions[String(part.prefix { $0 != "\"" })] != nil) }
  }

  /// What is said to hold without a key does hold.
  @Test func defaultsAreWhatTheyAreSaidToBe() throws {
    let definitions = try #require(schema()["$defs"] as? [String: [String: Any]])
    let plain = try file("scenarios: {s: {guests: {a: {image: a}}, steps: [{expect: x}]}}")
    var checked = 0
    for (owner, place) in [("guest", "guests: {a: {image: a, KEY}}"), ("scenario", "KEY, guests: {a: {image: a}}")] {
      let properties = try #require(definitions[owner]?["properties"] as? [String: [String: Any]])
      for (key, property) in properties {
        guard let value = property["default"] else { continue }
        let keys = place.replacing("KEY", with: "\(key): \(value)")
        let found = try file("scenarios: {s: {\(keys), steps: [{expect: x}]}}")
        #expect(found.scenarios[0].variants == plain.scenarios[0].variants, "\(key)")
        #expect(found.scenarios[0].limit == plain.scenarios[0].limit, "\(key)")
        #expect(found.scenarios[0].wallLimit == plain.scenarios[0].wallLimit, "\(key)")
        #expect(
          found.scenarios[0].steps.map(\.action.within) == plain.scenarios[0].steps.map(\.action.within), "\(key)")
        checked += 1
      }
    }
    #expect(checked >= 5)
  }

  @Test func theDocumentationNamesEveryKey() throws {
    let text = try String(contentsOf: root.appending(path: "docs/SCENARIOS.md"), encoding: .utf8)
    let definitions = try #require(schema()["$defs"] as? [String: [String: Any]])
    let tables =
      try [schema()]
      + ["guest", "scenario", "step", "assertion", "injection"].map { try #require(definitions[$0]) }
    for table in tables {
      for key in try #require(table["properties"] as? [String: Any]).keys {
        #expect(text.contains("`\(key)`"), "docs/SCENARIOS.md says nothing of \(key)")
      }
    }
  }
}

extension Step.Action {
  fileprivate var within: VirtualTime? {
    if case .expect(let expectation) = self { expectation.within } else { nil }
  }
}
