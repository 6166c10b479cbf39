import ISA
import PlainText
import YAMLReading

/// An assertion while it is read.
struct AssertionDraft: Sendable {
  var register: HartRegister?
  var csr: CSR?
  var memory: Location?
  var counter: Counter?
  var console: Pattern?
  var absent: Pattern?
  var end: ExpectedEnd?
  var diagnosis: Pattern?
  var hart: Int?
  var width: Int?
  var bytes: [UInt8]?
  var text: Template?
  var comparison = Assertion.Comparison()
  var hasMask = false
  /// All that the number is compared with.
  var literals: [Literal] = []

  /// What a number is compared with, and how it is written.
  struct Literal: Sendable {
    let location: Location
    let key: String
    /// What stands there, for a message.
    let found: String
    let position: TextPosition
  }

  mutating func compare(_ literal: Literal, _ path: WritableKeyPath<Assertion.Comparison, Location?>) {
    comparison[keyPath: path] = literal.location
    literals.append(literal)
  }

  /// How many subjects it has.
  var subjects: Int {
    [
      register != nil, csr != nil, memory != nil, counter != nil, console != nil, absent != nil, end != nil,
      diagnosis != nil,
    ]
    .count { $0 }
  }
}

extension KeyTable<AssertionDraft> {
  static let assertion = KeyTable(
    owner: "an assertion", schemaName: "assertion", keys: subjects + details)

  static let subjectNames = ["register", "csr", "memory", "counter", "console", "absent", "exit", "diagnosis"]

  private static let subjects: [Key<AssertionDraft>] = [
    Key("register", .register, "A register of a hart.", otherNames: ["reg"]) { $0.register = $1 },
    Key("csr", .csr, "A control and status register of a hart.") { $0.csr = $1 },
    Key(
      "memory", .location, "What is in memory at an address or symbol: a number, bytes or a text.",
      otherNames: ["symbol", "address"]
    ) { $0.memory = $1 },
    Key("counter", .choice, "What the machine counts.") { $0.counter = $1 },
    Key("console", .pattern, "What the guest printed since its start has this in it.", otherNames: ["output"]) {
      $0.console = $1
    },
    Key("absent", .pattern, "What the guest printed since its start does not have this in it.") { $0.absent = $1 },
    Key("exit", .end, "The guest has ended, like this.", otherNames: ["end", "code"]) { $0.end = $1 },
    Key("diagnosis", .pattern, "What is said of why the guest does not go on has this in it.", otherNames: ["why"]) {
      $0.diagnosis = $1
    },
  ]

  private static let details: [Key<AssertionDraft>] = [
    Key("hart", .integer(0...7), "Number of the hart.", initial: "0") { $0.hart = $1 },
    Key("width", .width, "Bytes of a number in memory: 1, 2, 4 or 8.", initial: "4", otherNames: ["size"]) {
      $0.width = $1
    },
    Key("equals", .literalOrSymbol, "It is this number, or the address of this symbol.", otherNames: ["is", "value"]) {
      $0.compare($1, \.equals)
    },
    Key("differs", .literalOrSymbol, "It is not this number.", otherNames: ["not", "not-equals"]) {
      $0.compare($1, \.differs)
    },
    Key("at-least", .literalOrSymbol, "It is this number or more, unsigned.", otherNames: ["min", "above"]) {
      $0.compare($1, \.atLeast)
    },
    Key("at-most", .literalOrSymbol, "It is this number or less, unsigned.", otherNames: ["max", "below"]) {
      $0.compare($1, \.atMost)
    },
    Key("mask", .literalNumber, "Bits that are compared; without it, all.") {
      if case .number(let mask) = $1.location { $0.comparison.mask = mask }
      $0.literals.append($1)
      $0.hasMask = true
    },
    Key("bytes", .bytes, "What is in memory, in hexadecimal.") { $0.bytes = $1 },
    Key("text", .template, "What is in memory, as a text.", otherNames: ["string"]) { $0.text = $1 },
  ]
}

extension ValueType where Value == Int {
  static var width: Self {
    let schema = JSONValue.object([("enum", .array([1, 2, 4, 8].map { .number($0) }))])
    return Self("1, 2, 4 or 8", schema: schema) { text, _ throws(Complaint) in
      guard let width = ["1": 1, "2": 2, "4": 4, "8": 8][text] else { throw .unexpected }
      return width
    }
  }
}

extension ValueType where Value == AssertionDraft.Literal {
  /// A number.
  static var literalNumber: Self { placed(.number) }

  /// A number, or a symbol with an offset.
  static var literalOrSymbol: Self { placed(.location) }

  private static func placed(_ type: ValueType<Location>) -> Self {
    Self(type.expected, schema: type.schema) { node, key, reading in
      type.read(node, key, reading).map {
        AssertionDraft.Literal(location: $0, key: key, found: node.found, position: node.position)
      }
    }
  }
}

extension UInt64 {
  /// Whether a number of so many bytes is it, unsigned or as a negative one in two's complement.
  func fits(inBytes count: Int) -> Bool {
    guard count < 8 else { return true }
    return self >> UInt64(count * 8) == 0 || Int64(bitPattern: self) >> Int64(count * 8 - 1) == -1
  }
}

extension AssertionDraft {
  private var hasComparison: Bool {
    comparison.equals != nil || comparison.differs != nil || comparison.atLeast != nil || comparison.atMost != nil
  }

  /// The assertion; nil if it makes no sense, which is reported.
  func assertion(at position: TextPosition, _ reading: Reading) -> Assertion? {
    guard subjects == 1 else {
      reading.report(
        .violation("an assertion is about one of: \(KeyTable<AssertionDraft>.subjectNames.joined(separator: ", "))"),
        at: position)
      return nil
    }
    if let problem {
      reading.report(.violation(problem), at: position)
      return nil
    }
    let size = counter != nil ? 8 : memory != nil ? width ?? 4 : 4
    for literal in literals {
      guard case .number(let number) = literal.location, !number.fits(inBytes: size) else { continue }
      let reason = "\(literal.found) does not fit into \(size) \(size == 1 ? "byte" : "bytes")"
      reading.report(.refused(key: literal.key, reason: reason), at: literal.position)
    }
    return check.map { Assertion($0, position: position) }
  }

  private var problem: String? {
    let isNumber = register != nil || csr != nil || counter != nil || memory != nil
    let hasContent = bytes != nil || text != nil
    if memory == nil, hasContent || width != nil { return "'bytes', 'text' and 'width' go with 'memory' only" }
    if register == nil, csr == nil, hart != nil { return "'hart' goes with 'register' and 'csr' only" }
    if !isNumber, hasComparison || hasMask { return "there is no number to compare here" }
    if hasContent, hasComparison || hasMask || width != nil || bytes != nil && text != nil {
      return "compare memory with a number, with 'bytes' or with 'text': one of them"
    }
    if isNumber, !hasContent, !hasComparison {
      return
        "what is it to be? add 'equals', 'differs', 'at-least' or 'at-most'\(memory != nil ? ", or 'bytes' or 'text'" : "")"
    }
    return nil
  }

  private var check: Assertion.Check? {
    if let register { return .number(.register(register, hart: hart ?? 0), comparison) }
    if let csr { return .number(.csr(csr, hart: hart ?? 0), comparison) }
    if let counter { return .number(.counter(counter), comparison) }
    if let memory {
      if let bytes { return .bytes(memory, bytes) }
      if let text { return .text(memory, text) }
      return .number(.memory(memory, width: width ?? 4), comparison)
    }
    if let console { return .console(console, isPresent: true) }
    if let absent { return .console(absent, isPresent: false) }
    if let diagnosis { return .diagnosis(diagnosis) }
    return end.map { .end($0) }
  }
}
