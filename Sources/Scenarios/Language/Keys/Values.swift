import ISA
import PlainText
import YAMLReading

// How the values of a scenario file are written.

/// A word of the file with its place.
struct Named: Equatable, Sendable {
  var name: String
  var position: TextPosition
}

extension ValueType where Value == YAMLNode {
  /// Whatever stands there, to be read later.
  static func later(_ expected: String, schema: JSONValue) -> Self {
    Self(expected, schema: schema) { node, _, _ in node }
  }
}

extension ValueType where Value == Named {
  static var namedGuest: Self { named }

  /// A name, with where it stands.
  static var named: Self {
    let name = ValueType<String>.name
    return Self(name.expected, schema: name.schema) { node, key, reading in
      name.read(node, key, reading).map { Named(name: $0, position: node.position) }
    }
  }
}

extension ValueType where Value == VirtualTime {
  static var virtualTime: Self {
    Self("a time such as 50us, 250ms, 10s or 5m", schema: .text(pattern: "^[0-9]+(us|ms|s|m|h)$")) {
      text, _ throws(Complaint) in
      guard let time = VirtualTime(parsing: text) else { throw .unexpected }
      return time
    }
  }
}

extension ValueType where Value == Template {
  /// A text that may name captures and axes.
  static var template: Self {
    let words = "a text"
    return Self(words, schema: .text()) { node, key, reading in
      reading.template(node, key, words)
    }
  }
}

extension Reading {
  func template(_ node: YAMLNode, _ key: String, _ expected: String, bracedOnly: Bool = false) -> Template? {
    let parts = parts(
      of: node, key: key, expected: expected, bracedOnly: bracedOnly, keeping: Template.isName)
    return parts.map { parts in
      Template(
        parts: parts.map { part in
          switch part {
          case .text(let text): .text(text)
          case .name(let name): .name(name)
          }
        })
    }
  }
}

extension ValueType where Value == Location {
  static let numberSchema = JSONValue.anyOf([
    .object([("type", .string("integer"))]), .text(pattern: "^(-?[0-9]+|0[xX][0-9A-Fa-f]+)$"),
  ])

  /// A number, decimal or with `0x`; a negative one in two's complement.
  static var number: Self {
    Self("a number such as 42 or 0x80000000", schema: numberSchema) { text, _ throws(Complaint) in
      guard let number = Location.number(text) else { throw .unexpected }
      return .number(number)
    }
  }

  /// A number, or a symbol of the kernel with an offset.
  static var location: Self {
    Self(
      "a number such as 0x80000000, or a symbol such as counter or counter+4",
      schema: .anyOf([
        .object([("type", .string("integer"))]),
        .text(pattern: "^(-?[0-9]+|0[xX][0-9A-Fa-f]+|[A-Za-z_.][A-Za-z0-9_.]*([+-][0-9A-Fa-fxX]+)?)$"),
      ])
    ) { text, _ throws(Complaint) in
      guard let location = Location(parsing: text) else { throw .unexpected }
      return location
    }
  }
}

extension Location {
  static func number(_ text: String) -> UInt64? {
    if text.hasPrefix("0x") || text.hasPrefix("0X") {
      return text.utf8.dropFirst(2).first == UInt8(ascii: "+") ? nil : UInt64(text.dropFirst(2), radix: 16)
    }
    guard text.utf8.first.map({ $0 != UInt8(ascii: "+") }) ?? false else { return nil }
    return UInt64(text) ?? Int64(text).map { UInt64(bitPattern: $0) }
  }

  init?(parsing text: String) {
    if let number = Self.number(text) {
      self = .number(number)
      return
    }
    let name = text.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
    guard let first = name.first, !first.isNumber else { return nil }
    let rest = text.dropFirst(name.count)
    guard let sign = rest.first else {
      self = .symbol(String(name), offset: 0)
      return
    }
    guard sign == "+" || sign == "-", let offset = Self.number(String(rest.dropFirst())) else { return nil }
    self = .symbol(String(name), offset: sign == "+" ? offset : 0 &- offset)
  }
}

extension ValueType where Value == HartRegister {
  static var register: Self {
    Self("a register such as a0, x10 or pc", schema: .text(pattern: "^(pc|[a-z]+[0-9]*)$")) {
      text, _ throws(Complaint) in
      if text == "pc" { return .pc }
      if text == "fp" { return .integer(8) }
      for number in UInt8(0)..<32 where text == Register.integer(number) || text == "x\(number)" {
        return .integer(number)
      }
      throw .unexpected
    }
  }
}

extension ValueType where Value == CSR {
  static var csr: Self {
    Self("a CSR such as mstatus or 0x300", schema: .text(pattern: "^([a-z]+[0-9]*[a-z]*|0[xX][0-9A-Fa-f]{1,3})$")) {
      text, _ throws(Complaint) in
      if let csr = CSR(name: text) { return csr }
      if text.lowercased().hasPrefix("0x"), let number = UInt16(text.dropFirst(2), radix: 16), number < 4096 {
        return CSR(rawValue: number)
      }
      let meant = didYouMean(nearest(to: text, among: CSR.named.compactMap(\.name)))
      if meant.isEmpty { throw .unexpected }
      throw .because("there is no CSR \(quoted(text))\(meant)")
    }
  }
}

extension ValueType where Value == [UInt8] {
  /// Bytes in hexadecimal, such as `7f 45 4c 46`.
  static var bytes: Self {
    Self("bytes in hexadecimal such as '7f 45 4c 46'", schema: .text(pattern: "^([0-9A-Fa-f]{2} ?)+$")) {
      text, _ throws(Complaint) in
      let digits = text.filter { $0 != " " }
      var bytes: [UInt8] = []
      var rest = digits[...]
      while !rest.isEmpty {
        guard rest.count >= 2, rest.prefix(2).allSatisfy(\.isHexDigit), let byte = UInt8(rest.prefix(2), radix: 16)
        else {
          throw .unexpected
        }
        bytes.append(byte)
        rest = rest.dropFirst(2)
      }
      guard !bytes.isEmpty else { throw .unexpected }
      return bytes
    }
  }
}

extension ValueType where Value == ExpectedEnd {
  static var end: Self {
    let schema = JSONValue.anyOf([
      .object([("type", .string("integer")), ("minimum", .number(0)), ("maximum", .number(0xFFFF))]),
      .object([("enum", .array([.string("any"), .string("hung")]))]),
    ])
    return Self("a code from 0 to 65535, any, or hung", schema: schema) { text, _ throws(Complaint) in
      switch text {
      case "any": return .any
      case "hung": return .hung
      default:
        guard let code = UInt16(text), text.utf8.first != UInt8(ascii: "+") else { throw .unexpected }
        return .code(UInt32(code))
      }
    }
  }
}
