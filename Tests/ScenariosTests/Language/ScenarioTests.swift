import Boards
import Harness
import Scenarios
import Testing

@Suite struct ScenarioTests {
  private let guests = "guests: {a: {image: a.elf}, b: {image: b.elf, harts: 2}}\n"

  @Test func readsAWholeFile() throws {
    let found = try file(
      """
      x-anything: [1, 2]
      guests:
        nest: {image: nest.elf, memory: 16M, firmware: none, seed: 7, clock-rate: 200 MIPS, symbols: nest.debug}
      defaults: {timeout: 5s, limit: 1m, wall-limit: 10s, not: [/panic/i], needs: some/file}
      scenarios:
        boots:
          description: It comes up.
          steps:
            - expect: "> "
        ends:
          start-from: boots
          timeout: 1s
          steps:
            - sendline: exit
            - exit: 0
      """)
    #expect(found.path == "/scenarios/demo/x.yaml")
    #expect(found.scenarios.map(\.name) == ["boots", "ends"])
    let boots = found.scenarios[0]
    #expect(boots.summary == "It comes up.")
    #expect(boots.limit == .seconds(60))
    #expect(boots.wallLimit == 10_000_000_000)
    #expect(boots.forbidden.map(\.description) == ["/panic/i"])
    #expect(boots.needs == ["/scenarios/demo/some/file"])
    #expect(boots.start == nil)
    var setup = GuestSetup(name: "nest", boot: BootDescription(kernel: "/scenarios/demo/nest.elf"))
    setup.boot.firmware = "none"
    setup.machine.memory = 16 << 20
    setup.machine.seed = 7
    setup.machine.clockRate = ClockRate(instructionsPerSecond: 200_000_000)
    setup.symbols = ["/scenarios/demo/nest.debug"]
    #expect(boots.variants == [Variant(name: "", values: [:], guests: [setup])])
    #expect(found.scenarios[1].start == Start(scenario: 0))
    #expect(found.scenarios[1].variants == boots.variants)
    #expect(found.scenarios[1].steps.last?.action == .end(.code(0), within: .seconds(1)))
  }

  // MARK: Guests

  @Test func namesGuestsInEachForm() throws {
    func names(_ value: String) throws -> [[String]] {
      try file(guests + "scenarios: {s: {guests: \(value), steps: [{after: 1s}]}}").scenarios[0].variants[0].guests
        .map { [$0.name, $0.boot.kernel, "\($0.machine.harts)"] }
    }
    let (a, b) = (["a", "/scenarios/demo/a.elf", "1"], ["b", "/scenarios/demo/b.elf", "2"])
    #expect(try names("a") == [a])
    #expect(try names("[b, a]") == [b, a])
    #expect(try names("{b: }") == [b])
    #expect(try names("{a: {harts: 4}, c: {image: /c}}") == [["a", "/scenarios/demo/a.elf", "4"], ["c", "/c", "1"]])
  }

  @Test(arguments: [
    ("c", "2:25: there is no guest 'c' in the file"),
    ("[a, A]", "2:29: there is no guest 'A' in the file; did you mean 'a'?"),
    ("[a, a]", "2:25: guest 'a' is there twice; remove one"),
    ("{c: {harts: 1}}", "2:26: guest 'c' needs the key 'image'"),
    (
      "{c: {image: c, weight: 1}}",
      "2:40: unknown key 'weight' in a guest; there are: image, initrd, append, firmware, load, dtb, memory, harts, isa, clock-rate, seed, engine, symbols"
    ),
    (
      "[]",
      "2:25: guests: found a list; expected a name of letters, digits, '.', '_' and '-', at most 63, a letter or digit first"
    ),
  ])
  func refusesOtherGuests(value: String, message: String) throws {
    #expect(try errors(guests + "scenarios: {s: {guests: \(value), steps: [{after: 1s}]}}") == [message])
  }

  @Test func aGuestIsNamedWhereThereAreSeveral() throws {
    #expect(
      try errors(guests + "scenarios: {s: {steps: [reset]}}") == [
        "2:13: scenario 's' names none of the guests a, b; add 'guests: NAME'"
      ])
    #expect(
      try errors("scenarios: {s: {steps: [reset]}}") == [
        "1:13: scenario 's' has no guest; add 'guests: {NAME: {image: FILE}}'"
      ])
    #expect(
      try errors(guests + "scenarios: {s: {guests: [a, b], steps: [{send: x}]}}") == [
        "2:41: which guest? add 'guest: NAME'; there are: a, b"
      ])
    let found = try file(guests + "scenarios: {s: {guests: [a, b], steps: [{send: x, guest: b}, {reset: a}]}}")
    #expect(found.scenarios[0].steps.map(\.guest) == ["b", "a"])
  }

  @Test func stepsRunInParallel() throws {
    let found = try file(
      guests + "scenarios: {s: {guests: [a, b], steps: [{parallel: {a: [{send: x}, {after: 1s}], b: [reset]}}]}}")
    guard case .parallel(let lanes) = found.scenarios[0].steps[0].action else {
      Issue.record("\(found)")
      return
    }
    #expect(lanes.map(\.guest) == ["a", "b"])
    #expect(lanes.map { $0.steps.map(\.guest) } == [["a", "a"], ["b"]])
    #expect(
      try errors(guests + "scenarios: {s: {guests: [a, b], steps: [{parallel: {a: [{reset: b}], c: [reset]}}]}}") == [
        "2:65: in 'parallel' the steps of 'a' are about that guest only", "2:70: there is no guest 'c' in the scenario",
      ])
  }

  // MARK: Starts

  private func starting(_ scenarios: String) throws -> [Scenario] {
    try file("guests: {a: {image: a}}\nscenarios:\n" + scenarios).scenarios
  }

  private func startErrors(_ scenarios: String) throws -> [String] {
    try errors("guests: {a: {image: a}}\nscenarios:\n" + scenarios)
  }

  @Test func startsFromSnapshotsAndWhatComesLater() throws {
    let found = try starting(
      """
        late: {start-from: up, steps: [{send: "${x}"}]}
        first: {steps: [{expect: "/(?<x>.)/"}, {snapshot: up}, {expect: "/(?<y>.)/"}]}
      """)
    #expect(found[0].start == Start(scenario: 1, step: 1))
    #expect(
      try startErrors(
        """
          late: {start-from: up, steps: [{send: "${y}"}]}
          first: {steps: [{expect: "/(?<x>.)/"}, {snapshot: up}, {expect: "/(?<y>.)/"}]}
        """
      ).count == 1)
  }

  @Test func refusesBadStarts() throws {
    #expect(
      try startErrors("  s: {start-from: boost, steps: [reset]}\n  boots: {steps: [reset]}") == [
        "3:19: there is no scenario or snapshot 'boost' to start from; did you mean 'boots'?"
      ])
    #expect(
      try startErrors(
        "  s: {start-from: t, steps: [reset]}\n  t: {start-from: u, steps: [reset]}\n  u: {start-from: s, steps: [reset]}"
      )
        == ["5:19: scenarios start from each other: s -> t -> u -> s"])
    #expect(
      try startErrors("  s: {start-from: s, steps: [reset]}") == ["3:19: scenarios start from each other: s -> s"])
    #expect(
      try startErrors("  s: {steps: [{snapshot: t}]}\n  t: {steps: [reset]}") == [
        "3:15: there is a scenario or snapshot 't' already; give each its own name"
      ])
    #expect(
      try startErrors("  s: {steps: [{fork: {x: [reset]}}]}\n  t: {start-from: s, steps: [reset]}") == [
        "4:19: 's' ends in several ways, since it forks; put a 'snapshot' before the fork and start from that"
      ])
    #expect(
      try startErrors("  s: {steps: [reset]}\n  t: {start-from: s, guests: a, steps: [reset]}") == [
        "4:30: 't' starts from 's', and has the guests of that; remove 'guests'"
      ])
  }

  @Test func longChainsAreNoCircles() throws {
    let chain = (1..<3000).map { "  s\($0): {start-from: s\($0 - 1), steps: [reset]}\n" }.reversed().joined()
    #expect(try starting(chain + "  s0: {steps: [reset]}").count == 3000)
  }

  // MARK: The matrix

  @Test func aMatrixIsEveryCombination() throws {
    let found = try starting(
      """
        s:
          matrix: {harts: [1, 4], memory: [64M, 128M], word: [hi, "${W:-ho}"]}
          steps: [{send: "${word} ${harts}"}]
        t: {start-from: s, matrix: {n: [1, 2]}, steps: [{send: "${n}${word}"}]}
      """)
    let variants = found[0].variants
    #expect(variants.count == 8)
    #expect(variants[0].name == "harts=1,memory=64M,word=hi")
    #expect(variants[7].name == "harts=4,memory=128M,word=ho")
    #expect(variants[7].values == ["harts": "4", "memory": "128M", "word": "ho"])
    #expect(variants.map(\.guests[0].machine.harts) == [1, 1, 1, 1, 4, 4, 4, 4])
    #expect(variants[2].guests[0].machine.memory == 128 << 20)
    #expect(found[1].variants.count == 16)
    #expect(found[1].variants[15].name == "harts=4,memory=128M,word=ho,n=2")
  }

  @Test(arguments: [
    ("{hart: [1]}", "4:14: the axis 'hart' is no key of a guest, and no step uses ${hart}; did you mean 'harts'?"),
    ("{harts: [9]}", "4:22: harts: found '9'; expected a whole number from 1 to 8"),
    ("{harts: [1, 1]}", "4:25: the axis 'harts' has '1' twice; remove one"),
    ("{harts: 1}", "4:21: harts: found '1'; expected a list of values, at least one"),
    ("{harts: []}", "4:21: harts: found a list; expected a list of values, at least one"),
    ("{X: [1]}", "4:14: matrix: found 'X'; expected a key of a guest, or a name of small letters, digits and '_'"),
    ("{}", "4:13: matrix: found a mapping; expected a mapping of axes to lists of values"),
    ("{x: [1]}", "5:26: 'x' is an axis of the matrix; capture under another name"),
  ])
  func refusesOtherMatrices(value: String, message: String) throws {
    let found = try startErrors(
      "  s:\n    matrix: \(value)\n    steps: [{expect: [a, \"/(?<x>.)${m:-}/\"]}]".replacing("${m:-}", with: ""))
    #expect(found.contains(message), "\(found)")
  }

  @Test func theMachineOfAStartHasTheMatrixThere() throws {
    #expect(
      try startErrors("  s: {steps: [reset]}\n  t: {start-from: s, matrix: {harts: [1]}, steps: [reset]}") == [
        "4:31: 't' has the machine of 's'; give that the axis 'harts'"
      ])
  }

  @Test func aMatrixHasALimit() throws {
    let axes = ["a", "b", "c"].map { axis in "\(axis): [\((0..<50).map(String.init).joined(separator: ","))]" }
    let found = try startErrors(
      "  s: {matrix: {\(axes.joined(separator: ","))}, steps: [{send: \"${a}${b}${c}\"}]}")
    #expect(found == ["3:15: the matrix has more than 10000 combinations"])
  }

  @Test func casesHaveALimit() throws {
    func axis(_ name: String, _ count: Int) -> String {
      "\(name): [\((0..<count).map(String.init).joined(separator: ","))]"
    }
    let forks = "{fork: {x: [reset], y: [{fork: {z: [reset], w: [reset]}}]}}"
    #expect(
      try startErrors("  s: {matrix: {\(axis("a", 4000))}, steps: [{send: \"${a}\"}, \(forks)]}") == [
        "3:3: 's' is 12000 cases, 4000 variants with 3 branches each; at most 10000 can be"
      ])
    #expect(try starting("  s: {matrix: {\(axis("a", 3000))}, steps: [{send: \"${a}\"}, \(forks)]}").count == 1)
    let many = (0...10).map {
      "  s\($0): {matrix: {\(axis("a", 100)), \(axis("b", 100))}, steps: [{send: \"${a}${b}\"}]}\n"
    }
    #expect(
      try startErrors(many.joined()) == ["13:3: with 's10' the file has more than 100000 cases; split it"])
  }

  // MARK: The file

  @Test(arguments: [
    ("", "1:1: a scenario file needs the key 'scenarios'"),
    ("guests: {a: {image: a}}", "1:1: a scenario file needs the key 'scenarios'"),
    ("scenarios: {}", "1:12: scenarios: found a mapping; expected a mapping of names to scenarios, at least one"),
    ("tests: {}\nscenarios: *x", "1:1: unknown key 'tests' in a scenario file; did you mean 'scenarios'?"),
    ("guests: {a: {image: a}}\nscenarios: {s: {}}", "2:13: scenario 's' needs the key 'steps'"),
    (
      "guests: {a: {image: a}}\nscenarios: {s: {steps: []}}",
      "2:24: steps: found a list; expected a list of steps, at least one"
    ),
    (
      "guests: {a: {image: a}}\nscenarios: {s: {steps: [reset]}, s: {steps: [reset]}}",
      "2:34: 's' is there twice, first in line 2; remove one"
    ),
  ])
  func refusesOtherFiles(text: String, message: String) throws { #expect(try errors(text).first == message) }

  @Test func reportsAllErrorsInTheOrderOfTheFile() throws {
    let found = try startErrors(
      """
        s:
          steps:
            - expcet: x
            - after: never
            - assert: {register: a0}
        t: {timeout: 0s, steps: [{exit: x}]}
      """)
    #expect(found.map { $0.prefix { $0 != " " } } == ["5:9:", "6:16:", "7:17:", "8:16:", "8:35:"])
  }
}
