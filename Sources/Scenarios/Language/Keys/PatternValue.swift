import Harness
import PlainText
import YAMLReading

extension ValueType where Value == Pattern {
  /// A text, `/expression/`, `{regex: expression}` or `{text: text}`.
  static var pattern: Self {
    let words = "a text, or a regular expression such as /ready in [0-9]+ ms/"
    let form = JSONValue.object([
      ("type", .string("object")),
      ("properties", .object([("regex", .text(pattern: ".")), ("text", .text(pattern: "."))])),
      ("minProperties", .number(1)), ("maxProperties", .number(1)), ("additionalProperties", .bool(false)),
    ])
    return Self(words, schema: .anyOf([.text(pattern: "."), form])) { node, key, reading in
      switch node.content {
      case .mapping(let entries):
        guard entries.count == 1, let entry = entries.first, entry.key == "regex" || entry.key == "text" else {
          reading.report(
            .badValue(key: key, found: node.found, expected: words + ", {regex: …} or {text: …}"), at: node.position)
          return nil
        }
        return entry.key == "text"
          ? literal(entry.value, key, reading, words) : expression(entry.value, key, reading, words)
      case .scalar(let text, _)
      where text.utf8.count >= 3 && text.hasPrefix("/") && (text.hasSuffix("/") || text.hasSuffix("/i")):
        let ignoresCase = text.hasSuffix("/i")
        let inner = String(text.dropFirst().dropLast(ignoresCase ? 2 : 1))
        let node = YAMLNode(position: node.position, content: .scalar(inner, isPlain: false))
        return expression(node, key, reading, words, ignoresCase: ignoresCase)
      default: return literal(node, key, reading, words)
      }
    }
  }

  private static func literal(_ node: YAMLNode, _ key: String, _ reading: Reading, _ words: String) -> Pattern? {
    guard let template = reading.template(node, key, words) else { return nil }
    guard !template.parts.isEmpty else {
      reading.report(.badValue(key: key, found: node.found, expected: words), at: node.position)
      return nil
    }
    return Pattern(.literal, template, position: node.position)
  }

  private static func expression(
    _ node: YAMLNode, _ key: String, _ reading: Reading, _ words: String, ignoresCase: Bool = false
  ) -> Pattern? {
    guard let template = reading.template(node, key, words, bracedOnly: true) else { return nil }
    var pattern = Pattern(.regularExpression, template, position: node.position)
    pattern.ignoresCase = ignoresCase
    do throws(HarnessError) {
      // A value could be any text; one letter stands for it.
      let values = Dictionary(template.names.map { ($0, "x") }) { first, _ in first }
      pattern.captures = try pattern.consolePattern(with: values).captureNames
    } catch {
      let reason = if case .notRegularExpression(_, let reason) = error { reason } else { "\(error)" }
      reading.report(.refused(key: key, reason: "not a regular expression: \(reason)"), at: node.position)
      return nil
    }
    for name in pattern.captures where !Template.isName(name) {
      reading.report(
        .refused(
          key: key,
          reason: "captures have names of small letters, digits and '_', such as (?<pid>…); found \(quoted(name))"),
        at: node.position)
    }
    return pattern
  }
}
