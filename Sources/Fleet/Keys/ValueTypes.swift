import Boards
import GuestImage
import ISA
import Monitor

// How the values of a fleet file are written.

extension ValueType where Value == String {
  static var text: Self { Self("a text", schema: .text()) { text, _ in text } }

  static var name: Self {
    Self(
      "a name of letters, digits, '.', '_' and '-', at most 63, a letter or digit first",
      schema: .text(pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")
    ) { text, _ throws(Complaint) in
      guard GuestDescription.isValid(name: text) else { throw .unexpected }
      return text
    }
  }

  /// A file, whose path may start from the fleet file's folder.
  static var path: Self {
    Self("a file", schema: .text(pattern: ".")) { text, reading throws(Complaint) in
      guard !text.isEmpty else { throw .unexpected }
      return reading.absolute(text)
    }
  }

  /// `FILE` or `FILE@ADDRESS`.
  static var image: Self {
    Self("a file, or FILE@ADDRESS", schema: .text(pattern: ".")) { text, reading throws(Complaint) in
      guard !text.isEmpty else { throw .unexpected }
      do throws(ImageError) { _ = try ImageArgument(text) } catch { throw .because("\(error)") }
      return reading.absolute(text)
    }
  }

  static var firmware: Self {
    Self("none, builtin, or a file", schema: .text(pattern: ".")) { text, reading throws(Complaint) in
      guard !text.isEmpty else { throw .unexpected }
      return text == "none" || text == "builtin" ? text : reading.absolute(text)
    }
  }

  static var isa: Self {
    Self("an ISA string such as rv32imac_zicsr", schema: .text(pattern: "^[Rr][Vv]32")) { text, _ throws(Complaint) in
      do throws(ISAError) { _ = try ISAConfiguration(parsing: text) } catch { throw .because("\(error)") }
      return text
    }
  }
}

extension ValueType where Value: FixedWidthInteger & Sendable {
  static func integer(_ range: ClosedRange<Value>) -> Self {
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
  static func size(_ range: ClosedRange<UInt64>, pages: Bool = false, example: String) -> Self {
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
  static var choice: Self {
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
  static var time: Self {
    Self("a time such as 500ms, 30s or 5m", schema: .text(pattern: "^[0-9]+(ms|s|m|h)$")) { text, _ throws(Complaint) in
      guard let limit = try? TimeLimit(parsing: text) else { throw .unexpected }
      return limit.nanoseconds / 1_000_000
    }
  }
}

extension ValueType where Value == ClockRate {
  static var clockRate: Self {
    let number = JSONValue.object([("type", .string("number")), ("minimum", .number(1)), ("maximum", .number(100_000))])
    let schema = JSONValue.anyOf([number, .text(pattern: "^[0-9]+([.][0-9]+)? *([MmGg][Ii][Pp][Ss])?$")])
    return Self("a speed from 1MIPS to 100GIPS, such as 62.5MIPS", schema: schema) { text, _ throws(Complaint) in
      do throws(QuantityError) { return try ClockRate(parsing: text) } catch { throw .unexpected }
    }
  }
}

extension ValueType where Value == ProcessorCap {
  /// `50%` of a core, or `20 MIPS`.
  static var cap: Self {
    Self(
      "a part of a core such as 50% (at most 100%), or a speed such as 20 MIPS",
      schema: .text(pattern: "^[0-9]+([.][0-9]+)? ?(%|MIPS)$")
    ) { text, _ throws(Complaint) in
      let number = text.prefix { "0123456789.".contains($0) }
      let unit = text.dropFirst(number.count).drop { $0 == " " }
      guard number.first != ".", number.last != ".", let amount = Double(number), amount > 0 else { throw .unexpected }
      switch unit {
      case "%" where amount <= 100: return .percent(amount)
      case "MIPS" where amount.isFinite: return .mips(amount)
      default: throw .unexpected
      }
    }
  }
}

extension ValueType where Value == RestartPolicy {
  static var restart: Self {
    Self(
      "never, on-failure, on-failure:5 (at most so many times in a row) or always",
      schema: .text(pattern: "^(never|no|always|on-failure(:[0-9]+)?)$")
    ) { text, _ throws(Complaint) in
      let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      switch (parts.first, parts.dropFirst().first) {
      case ("never", nil), ("no", nil): return .never
      case ("always", nil): return .always
      case ("on-failure", nil): return .onFailure(limit: nil)
      case ("on-failure", let count?):
        guard count.utf8.first != UInt8(ascii: "+"), let limit = UInt32(count) else { throw .unexpected }
        return .onFailure(limit: limit)
      default: throw .unexpected
      }
    }
  }
}
