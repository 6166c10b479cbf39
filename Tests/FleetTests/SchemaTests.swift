import Fleet
import Foundation
import Testing

@Suite struct SchemaTests {
  private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  @Test func theDocumentIsUpToDate() throws {
    let file = root.appending(path: "docs/fleet.schema.json")
    if ProcessInfo.processInfo.environment["UPDATE_DOCS"] != nil {
      try Data(Fleet.schema.utf8).write(to: file)
    }
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text == Fleet.schema, "UPDATE_DOCS=1 swift test --filter SchemaTests writes it again")
  }

  private func schema() throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(Fleet.schema.utf8)) as? [String: Any])
  }

  @Test func everyReferenceLeadsSomewhere() throws {
    let definitions = try #require(schema()["$defs"] as? [String: Any])
    let parts = Fleet.schema.components(separatedBy: "\"#/$defs/").dropFirst()
    #expect(!parts.isEmpty)
    for part in parts { #expect(definitions[String(part.prefix { $0 != "\"" })] != nil) }
  }

  /// What is said to hold without a key does hold.
  @Test func defaultsAreWhatTheyAreSaidToBe() throws {
    let definitions = try #require(schema()["$defs"] as? [String: [String: Any]])
    var checked = 0
    for (owner, prefix) in [("guest", ""), ("console", "console"), ("stop", "stop")] {
      let properties = try #require(definitions[owner]?["properties"] as? [String: [String: Any]])
      for (key, property) in properties {
        guard let value = property["default"] else { continue }
        let line = prefix.isEmpty ? "\(key): \(value)" : "\(prefix): {\(key): \(value)}"
        #expect(try guest(line) == guest(""), "\(line)")
        checked += 1
      }
    }
    #expect(checked >= 11)
  }

  @Test func theDocumentationNamesEveryKey() throws {
    let text = try String(contentsOf: root.appending(path: "docs/FLEET.md"), encoding: .utf8)
    let definitions = try #require(schema()["$defs"] as? [String: [String: Any]])
    let tables = try [schema()] + ["guest", "console", "stop"].map { try #require(definitions[$0]) }
    for table in tables {
      for key in try #require(table["properties"] as? [String: Any]).keys {
        #expect(text.contains("| `\(key)` |"), "docs/FLEET.md says nothing of \(key)")
      }
    }
  }
}
