/// A JSON document (RFC 8259).
package indirect enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case number(Int64)
  case string(String)
  case array([JSONValue])
  /// Members in this order.
  case object([(name: String, value: JSONValue)])

  package init(_ text: String?) { self = text.map { .string($0) } ?? .null }
  package init(_ number: (some BinaryInteger)?) { self = number.map { .number(Int64(clamping: $0)) } ?? .null }

  /// The document, indented by two spaces a level.
  package var text: String { text(indentation: 0) }

  private func text(indentation: Int) -> String {
    switch self {
    case .null: return "null"
    case .bool(let value): return "\(value)"
    case .number(let value): return "\(value)"
    case .string(let value): return Self.quoted(value)
    case .array(let elements):
      return Self.block("[", elements.map { $0.text(indentation: indentation + 1) }, "]", indentation)
    case .object(let members):
      let lines = members.map { Self.quoted($0.name) + ": " + $0.value.text(indentation: indentation + 1) }
      return Self.block("{", lines, "}", indentation)
    }
  }

  private static func block(_ open: String, _ lines: [String], _ close: String, _ indentation: Int) -> String {
    guard !lines.isEmpty else { return open + close }
    let margin = String(repeating: "  ", count: indentation)
    return open + "\n" + lines.map { margin + "  " + $0 }.joined(separator: ",\n") + "\n" + margin + close
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        result += (scalar.value < 0x10 ? "\\u000" : "\\u00") + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
