import PlainText
import YAMLReading

/// An injection while it is read.
struct InjectionDraft: Sendable {
  var memory: Location?
  var register: HartRegister?
  var interrupt: Int?
  var stall: VirtualTime?
  var clock: VirtualTime?
  var bit: Int?
  var hart: Int?
}

extension KeyTable<InjectionDraft> {
  static let injection = KeyTable(
    owner: "an injection", schemaName: "injection",
    keys: [
      Key("memory", .location, "Flips a bit of the byte at this address or symbol.", otherNames: ["flip", "symbol"]) {
        $0.memory = $1
      },
      Key("register", .register, "Flips a bit of this register.", otherNames: ["reg"]) { $0.register = $1 },
      Key("interrupt", .integer(1...95), "Raises this source of the PLIC, and lets it fall.", otherNames: ["irq"]) {
        $0.interrupt = $1
      },
      Key("stall", .virtualTime, "A hart does nothing for so long.") { $0.stall = $1 },
      Key("clock", .virtualTime, "The machine's clock jumps ahead by so much.", otherNames: ["jump", "time"]) {
        $0.clock = $1
      },
      Key("bit", .integer(0...31), "Number of the bit, from 0 for the lowest.", initial: "0") { $0.bit = $1 },
      Key("hart", .integer(0...7), "Number of the hart.", initial: "0") { $0.hart = $1 },
    ])
}

extension InjectionDraft {
  /// The injection; nil if it makes no sense, which is reported.
  func injection(at position: TextPosition, _ reading: Reading) -> Injection? {
    let kinds = [memory != nil, register != nil, interrupt != nil, stall != nil, clock != nil].count { $0 }
    let problem: String? =
      if kinds != 1 {
        "an injection is one of: memory, register, interrupt, stall, clock, power-cut"
      } else if bit != nil, memory == nil, register == nil {
        "'bit' goes with 'memory' and 'register' only"
      } else if memory != nil, bit ?? 0 > 7 {
        "a byte has the bits 0 to 7"
      } else if hart != nil, register == nil, stall == nil {
        "'hart' goes with 'register' and 'stall' only"
      } else {
        nil
      }
    if let problem {
      reading.report(.violation(problem), at: position)
      return nil
    }
    if let memory { return .flipMemory(memory, bit: bit ?? 0) }
    if let register { return .flipRegister(register, bit: bit ?? 0, hart: hart ?? 0) }
    if let interrupt { return .interrupt(interrupt) }
    if let stall { return .stall(stall, hart: hart ?? 0) }
    return clock.map { .clock($0) }
  }
}

extension ValueType where Value == Injection {
  /// `power-cut`, or a mapping.
  static var injection: Self {
    let words = "power-cut, or a mapping such as {interrupt: 10}"
    let schema = JSONValue.anyOf([
      .object([("enum", .array([.string("power-cut")]))]), .reference("injection"),
    ])
    return Self(words, schema: schema) { node, key, reading in
      if case .mapping = node.content {
        var draft = InjectionDraft()
        let errors = reading.count
        KeyTable.injection.read(node, into: &draft, reading)
        return reading.count == errors ? draft.injection(at: node.position, reading) : nil
      }
      guard let text = reading.text(of: node, key: key, expected: words) else { return nil }
      if text == "power-cut" { return .powerCut }
      reading.report(.badValue(key: key, found: quoted(text), expected: words), at: node.position)
      return nil
    }
  }
}

extension ValueType where Value == [Assertion] {
  /// An assertion, or a list of them.
  static var assertions: Self {
    let one = JSONValue.reference("assertion")
    let schema = JSONValue.anyOf([
      one, .object([("type", .string("array")), ("items", one), ("minItems", .number(1))]),
    ])
    let words = "a mapping such as {register: a0, equals: 0}, or a list of them"
    return Self(words, schema: schema) { node, key, reading in
      let nodes: [YAMLNode]
      switch node.content {
      case .sequence(let elements) where !elements.isEmpty: nodes = elements
      case .mapping: nodes = [node]
      case .unknown: return nil
      default:
        reading.report(.badValue(key: key, found: node.found, expected: words), at: node.position)
        return nil
      }
      return nodes.compactMap { node in
        var draft = AssertionDraft()
        let errors = reading.count
        KeyTable.assertion.read(node, into: &draft, reading)
        return reading.count == errors ? draft.assertion(at: node.position, reading) : nil
      }
    }
  }
}
