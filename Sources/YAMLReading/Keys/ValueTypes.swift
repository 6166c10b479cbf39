import Boards
import PlainText

// How the values of all kinds of files are written.

extension ValueType where Value == String {
  package static var text: Self { Self("a text", schema: .text()) { text, _ in text } }

  package static var name: Self {
    Self(
      nameWords,
      schema: .name
    ) { text, _ throws(Complaint) in
      guard isName(text) else { throw .unexpected }
      return text
    }
  }
}

extension JSONValue {
  /// The schema of a name.
  package static var name: JSONValue { .text(pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$") }
}

extension ValueType where Value: FixedWidthInteger & Sendable {
  package static func integer(_ range: ClosedRange<Value>) -> Self {
    let schema = JSONValue.object([
      ("type", .string("integer")), ("minimum", JSONValue(range.lowerBound)), ("maximum", JSONValue(range.upperBound)),
    ])
    return Self("a whole number from \(range.lowerBound) to \(range.upperBound)", schema: schema) {
      text, _ throws(Complaint) in
      guard text.utf8.first.map({ $0 != UInt8(ascii: "+") }) ?? false, let value = Value(text, radix: 10),
        range.contains(value)
      else { throw .unexpected }
      return value
    }
  }

  /// A number of bytes, or of K, M or G.
  package static func size(_ range: ClosedRange<UInt64>, pages: Bool = false, example: String) -> Self {
    let limits = "from \(ByteSize(bytes: range.lowerBound)) to \(ByteSize(bytes: range.upperBound))"
    let words = "a size \(limits)\(pages ? " in pages of \(MemoryLimits.page)" : ""), such as \(example)"
    let number = JSONValue.object([
      ("type", .string("integer")), ("minimum", JSONValue(range.lowerBound)), ("maximum", JSONValue(range.upperBound)),
    ])
    let schema = JSONValue.anyOf([number, .text(pattern: "^[0-9]+([KMGkmg]([Ii][Bb])?)?$")])
    return Self(words, schema: schema) { text, _ throws(Complaint) in
      let size = try? ByteSize(parsing: text)
      guard let bytes = size?.bytes, range.contains(bytes), !pages || bytes % MemoryLimits.page.bytes == 0,
        let value = Value(exactly: bytes)
      else { throw .unexpected }
      return value
    }
  }
}

extension ValueType where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
  package static var choice: Self {
    let names = Value.allCases.map(\.rawValue)
    let schema = JSONValue.object([("enum", .array(names.map { .string($0) }))])
    return Self(names.joined(separator: " or "), schema: schema) { text, _ throws(Complaint) in
      guard let value = Value(rawValue: text) else { throw .unexpected }
      return value
    }
  }
}

extension ValueType where Value == UInt64 {
  /// Milliseconds.
  package static var time: Self {
    Self("a time such as 500ms, 30s or 5m", schema: .text(pattern: "^[0-9]+(ms|s|m|h)$")) { text, _ throws(Complaint) in
      guard let limit = try? TimeLimit(parsing: text) else { throw .unexpected }
      return limit.nanoseconds / 1_000_000
    }
  }
}
