import PlainText

/// How a kind of value is written, told to people, told to a schema, and read.
package struct ValueType<Value>: Sendable {
  /// What is expected, in words that complete 'expected …'.
  package let expected: String
  package let schema: JSONValue
  /// Reads the value of a key; nil if it is none, which is reported.
  package let read: @Sendable (_ value: YAMLNode, _ key: String, Reading) -> Value?

  package init(
    _ expected: String, schema: JSONValue, read: @escaping @Sendable (YAMLNode, String, Reading) -> Value?
  ) {
    self.expected = expected
    self.schema = schema
    self.read = read
  }

  /// One that is written as a single text.
  package init(
    _ expected: String, schema: JSONValue,
    parse: @escaping @Sendable (_ text: String, Reading) throws(Complaint) -> Value
  ) {
    self.init(expected, schema: .orVariable(schema)) { node, key, reading in
      guard let text = reading.text(of: node, key: key, expected: expected) else { return nil }
      do throws(Complaint) {
        return try parse(text, reading)
      } catch {
        switch error {
        case .unexpected:
          reading.report(.badValue(key: key, found: quoted(text), expected: expected), at: node.position)
        case .because(let reason): reading.report(.refused(key: key, reason: reason), at: node.position)
        }
        return nil
      }
    }
  }

  /// One that may also be `null`, for none; so is a variable that is set to nothing.
  package var orNull: ValueType<Value?> {
    let read = read
    return ValueType<Value?>(expected, schema: .anyOf([schema, .object([("type", .string("null"))])])) {
      node, key, reading -> Value?? in
      if node.isNull || reading.isEmptied(node) { return .some(nil) }
      return read(node, key, reading).map { .some($0) }
    }
  }

  /// A list of such values, or just one.
  package func list(limit: Int) -> ValueType<[Value]> {
    let element = self
    let words = "a list of at most \(limit): \(expected)"
    let schema = JSONValue.anyOf([
      schema,
      .object([("type", .string("array")), ("items", schema), ("maxItems", .number(Int64(limit)))]),
    ])
    return ValueType<[Value]>(words, schema: schema) { node, key, reading in
      guard case .sequence(let elements) = node.content else { return element.read(node, key, reading).map { [$0] } }
      guard elements.count <= limit else {
        reading.report(
          .badValue(key: key, found: "\(elements.count) of them", expected: words), at: node.position)
        return nil
      }
      return elements.compactMap { element.read($0, key, reading) }
    }
  }
}

/// Why a text is not accepted.
package enum Complaint: Error {
  /// It is not what was expected.
  case unexpected
  case because(String)
}

extension JSONValue {
  /// Any of `schemas`, of which those that are choices themselves are taken apart.
  package static func anyOf(_ schemas: [JSONValue]) -> JSONValue {
    let choices = schemas.flatMap { schema in
      if case .object(let members) = schema, members.count == 1, case ("anyOf", .array(let choices)) = members[0] {
        return choices
      }
      return [schema]
    }
    return .object([("anyOf", .array(choices))])
  }

  /// What a scalar may also be as long as nobody has put its variables in.
  package static func orVariable(_ schema: JSONValue) -> JSONValue {
    .anyOf([schema, .object([("$ref", .string("#/$defs/variable"))])])
  }

  /// What the schema defines as `name`.
  package static func reference(_ name: String) -> JSONValue { .object([("$ref", .string("#/$defs/\(name)"))]) }

  package static func text(pattern: String? = nil) -> JSONValue {
    .object([("type", .string("string"))] + (pattern.map { [("pattern", .string($0))] } ?? []))
  }
}
