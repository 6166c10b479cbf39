import PlainText
import YAMLReading

/// A step while it is read.
struct StepDraft: Sendable {
  /// What a step can do.
  enum Verb: String, CaseIterable, Sendable {
    case expect, send, sendline, after, snapshot, fork, assert, inject, reset, pause, resume, save, exit, `repeat`
    case parallel
  }

  indirect enum Action: Sendable {
    case expect([Pattern])
    case send(Template)
    case after(VirtualTime)
    case snapshot(String)
    case fork([Group])
    case assert([Assertion])
    case inject(Injection)
    case reset
    case pause
    case resume
    case save(String)
    case end(ExpectedEnd)
    case `repeat`(Int)
    case parallel([Group])
  }

  /// A branch, or the lane of a guest.
  struct Group: Sendable {
    var name: Named
    var steps: [StepDraft]
  }

  var position: TextPosition
  var action: Action?
  /// How often an action was read.
  var actions = 0
  var guest: Named?
  var within: VirtualTime?
  var forbidden: [Pattern] = []
  /// Of `repeat`; nil if there are none.
  var steps: [StepDraft]?

  mutating func act(_ action: Action) {
    self.action = action
    actions += 1
  }
}

extension KeyTable<StepDraft> {
  static let step = KeyTable(
    owner: "a step", schemaName: "step", keys: console + state + others + details)

  private static let console: [Key<StepDraft>] = [
    Key(
      "expect", ValueType.pattern.list(limit: 64),
      "Waits until the guest prints this, or one of these, behind what was found before.",
      otherNames: ["wait-for", "expects"]
    ) { $0.act(.expect($1)) },
    Key("send", .template, "Types this on the guest's console.", otherNames: ["type"]) { $0.act(.send($1)) },
    Key("sendline", .template, "Types this and a line feed on the guest's console.", otherNames: ["send-line"]) {
      $0.act(.send(Template(parts: $1.parts + [.text("\n")])))
    },
    Key("exit", .end, "Waits until the guest has ended, like this.", otherNames: ["end", "poweroff"]) {
      $0.act(.end($1))
    },
    Key(
      "after", .virtualTime, "Lets so much virtual time pass.", otherNames: ["sleep", "wait", "delay"]
    ) { $0.act(.after($1)) },
  ]

  private static let state: [Key<StepDraft>] = [
    Key("assert", .assertions, "What must hold at this point.", otherNames: ["check"]) { $0.act(.assert($1)) },
    Key("inject", .injection, "What happens to the guest from outside.", otherNames: ["fault"]) {
      $0.act(.inject($1))
    },
    Key("reset", .guestOrNothing, "Switches the guest off and on.", otherNames: ["reboot"], store: acts(.reset)),
    Key("pause", .guestOrNothing, "No time passes for the guest until it is resumed.", store: acts(.pause)),
    Key("resume", .guestOrNothing, "The guest goes on.", otherNames: ["continue"], store: acts(.resume)),
    Key("snapshot", .name, "Names this point, for scenarios that start from it.", otherNames: ["checkpoint"]) {
      $0.act(.snapshot($1))
    },
    Key("save", .name, "Writes a snapshot of this name to the folder of artifacts.") { $0.act(.save($1)) },
  ]

  private static let others: [Key<StepDraft>] = [
    Key(
      "fork", .groups("a mapping of names to lists of steps, at least one"),
      "Runs each of these lists from here, as a case of its own. It is the last step.", otherNames: ["branches"]
    ) { $0.act(.fork($1)) },
    Key(
      "parallel", .groups("a mapping of guests to lists of steps, at least one"),
      "Steps of several guests at the same time.", otherNames: ["concurrently"]
    ) { $0.act(.parallel($1)) },
    Key("repeat", .integer(1...1_000_000), "Does its 'steps' so often.", otherNames: ["times", "loop"]) {
      $0.act(.repeat($1))
    },
  ]

  private static let details: [Key<StepDraft>] = [
    Key("steps", .steps, "What is repeated.") { $0.steps = $1 },
    Key("guest", .namedGuest, "Which guest it is about, when there are several.", otherNames: ["on"]) { $0.guest = $1 },
    Key(
      "within", .virtualTime, "Virtual time that 'expect' and 'exit' have; without it, the scenario's 'timeout'.",
      otherNames: ["timeout"]
    ) { $0.within = $1 },
    Key(
      "not", ValueType.pattern.list(limit: 64), "What makes the step fail at once if it is printed before its end.",
      otherNames: ["unless", "forbid"]
    ) { $0.forbidden = $1 },
  ]

  private static func acts(_ action: StepDraft.Action) -> @Sendable (inout StepDraft, Named?) -> Void {
    { draft, guest in
      if let guest { draft.guest = guest }
      draft.act(action)
    }
  }
}

extension ValueType where Value == Named? {
  /// The name of a guest, or nothing where there is one only.
  static var guestOrNothing: Self {
    let name = ValueType<Named>.named
    let schema = JSONValue.anyOf([name.schema, .object([("type", .string("null"))])])
    return Self("nothing, or the name of a guest", schema: schema) { node, key, reading -> Named?? in
      if node.isMissing || node.isNull { return .some(nil) }
      return name.read(node, key, reading).map { .some($0) }
    }
  }
}

extension ValueType where Value == [StepDraft.Group] {
  /// Lists of steps by name.
  static func groups(_ words: String) -> Self {
    let schema = JSONValue.object([
      ("type", .string("object")), ("minProperties", .number(1)), ("propertyNames", .name),
      ("additionalProperties", .reference("steps")),
    ])
    return Self(words, schema: schema) { node, key, reading in
      if node.isUnknown { return nil }
      guard case .mapping(let entries) = node.content, !entries.isEmpty else {
        reading.report(.badValue(key: key, found: node.found, expected: words), at: node.position)
        return nil
      }
      return entries.compactMap { entry in
        guard isName(entry.key) else {
          reading.report(.badName(name: entry.key), at: entry.position)
          return nil
        }
        let steps = ValueType<[StepDraft]>.steps.read(entry.value, entry.key, reading)
        return steps.map { StepDraft.Group(name: Named(name: entry.key, position: entry.position), steps: $0) }
      }
    }
  }
}

extension ValueType where Value == [StepDraft] {
  static var stepsSchema: JSONValue {
    .object([
      ("type", .string("array")), ("minItems", .number(1)),
      (
        "items",
        .anyOf([
          .reference("step"),
          .object([("enum", .array([.string("reset"), .string("pause"), .string("resume")]))]),
        ])
      ),
    ])
  }

  /// A list of steps, at least one.
  static var steps: Self {
    let words = "a list of steps, at least one"
    return Self(words, schema: .reference("steps")) { node, key, reading in
      if node.isUnknown { return nil }
      guard case .sequence(let elements) = node.content, !elements.isEmpty else {
        reading.report(.badValue(key: key, found: node.found, expected: words), at: node.position)
        return nil
      }
      return elements.compactMap { step($0, reading) }
    }
  }

  private static func step(_ node: YAMLNode, _ reading: Reading) -> StepDraft? {
    var draft = StepDraft(position: node.position)
    if case .scalar(let text, _) = node.content, ["reset", "pause", "resume"].contains(text) {
      draft.act(text == "reset" ? .reset : text == "pause" ? .pause : .resume)
      return draft
    }
    let errors = reading.count
    KeyTable.step.read(node, into: &draft, reading)
    guard reading.count == errors else { return nil }
    let names = StepDraft.Verb.allCases.map(\.rawValue)
    guard draft.actions == 1 else {
      let found = names.filter { node[$0] != nil }
      reading.report(
        .violation(
          found.isEmpty
            ? "a step does one of: \(names.joined(separator: ", "))"
            : "a step does one thing, not \(found.joined(separator: " and ")); write '- ' before each"),
        at: node.position)
      return nil
    }
    return draft
  }
}
