import ISA
import Scenarios
import Testing

@Suite struct StepTests {
  // MARK: The console

  @Test func expectsTextsAndExpressions() throws {
    let patterns = try action("- expect: [plain, '/reg[ex]/', /Any/i, {text: /dev/}, {regex: x+}]").patterns
    #expect(patterns.map(\.description) == ["'plain'", "/reg[ex]/", "/Any/i", "'/dev/'", "/x+/"])
    #expect(patterns.map(\.position.column) == [18, 25, 38, 53, 69])
  }

  @Test func expectHasTimeAndWhatMustNotCome() throws {
    let found = try steps("- expect: up\n  within: 250ms\n  not: [panic, /oops/]\n- expect: down")
    guard case .expect(let first) = found[0].action, case .expect(let second) = found[1].action else {
      Issue.record("no expectations")
      return
    }
    #expect(first.within == VirtualTime(ticks: 2_500_000))
    #expect(found[0].forbidden.map(\.description) == ["'panic'", "/oops/"])
    #expect(second.within == .seconds(30))
    #expect(found[0].position.line == 5)
    #expect(found[1].position.line == 8)
    #expect(found.map(\.guest) == ["a", "a"])
  }

  @Test func sends() throws {
    #expect(try action("- send: \"x\\ty\"") == .send(Template("x\ty")))
    #expect(try action("- sendline: ls") == .send(Template(parts: [.text("ls"), .text("\n")])))
    #expect(try action("- sendline: ''") == .send(Template("\n")))
    #expect(try action("- send: a $$ $V", ["V": "v"]) == .send(Template("a $ v")))
  }

  @Test(arguments: [
    ("/a(b/", "1:17: expect: not a regular expression: expected ')'"),
    ("''", "1:17: expect: found ''; expected a text, or a regular expression such as /ready in [0-9]+ ms/"),
    (
      "{regexp: a}",
      "1:17: expect: found a mapping; expected a text, or a regular expression such as /ready in [0-9]+ ms/, {regex: …} or {text: …}"
    ),
    (
      "'/(?<BIG>x)/'",
      "1:17: expect: captures have names of small letters, digits and '_', such as (?<pid>…); found 'BIG'"
    ),
  ])
  func refusesOtherPatterns(text: String, message: String) throws {
    #expect(try stepErrors("- expect: \(text)") == [message])
  }

  // MARK: Captures

  @Test func capturesAreUsedLater() throws {
    let found = try steps("- expect: /pid (?<pid>\\d+)/\n- sendline: kill ${pid}\n- expect: /killed ${pid}$/")
    #expect(found[0].action.patterns[0].captures == ["pid"])
    #expect(found[1].action == .send(Template(parts: [.text("kill "), .name("pid"), .text("\n")])))
    #expect(found[2].action.patterns[0].template.parts == [.text("killed "), .name("pid"), .text("$")])
  }

  @Test func undefinedCapturesAreErrors() throws {
    #expect(
      try stepErrors("- expect: /pid (?<pid>\\d+)/\n- send: ${pld}") == [
        "2:9: nothing before this captured 'pld' and no axis is called so; did you mean 'pid'?"
      ])
    #expect(
      try stepErrors("- send: $x\n- expect: /(?<x>.)/") == [
        "1:9: nothing before this captured 'x' and no axis is called so; write $$ for a dollar"
      ])
    // What one branch captures no other knows.
    #expect(
      try stepErrors("- fork:\n    a: [{expect: '/(?<x>.)/'}]\n    b: [{send: '${x}'}]").map { $0.prefix(5) } == [
        "3:15:"
      ]
    )
  }

  @Test func namesInCapitalsAreTheEnvironments() throws {
    #expect(try action("- send: ${WORD}", ["WORD": "w"]) == .send(Template("w")))
    #expect(
      try stepErrors("- send: ${WORD}") == ["1:15: the variable WORD is not set; set it, or write ${WORD:-default}"])
  }

  // MARK: Asserting

  @Test func assertsNumbers() throws {
    var comparison = Assertion.Comparison()
    comparison.equals = .number(5)
    func assertion(_ text: String) throws -> Assertion.Check? {
      guard case .assert(let found) = try action("- assert: {\(text)}") else { return nil }
      return found.first?.check
    }
    #expect(try assertion("register: a0, equals: 5") == .number(.register(.integer(10), hart: 0), comparison))
    #expect(try assertion("register: x31, equals: 5") == .number(.register(.integer(31), hart: 0), comparison))
    #expect(try assertion("csr: mstatus, equals: 0x5") == .number(.csr(.mstatus, hart: 0), comparison))
    #expect(try assertion("csr: '0x300', equals: 5") == .number(.csr(.mstatus, hart: 0), comparison))
    #expect(
      try assertion("memory: count+0x10, width: 1, equals: 5")
        == .number(.memory(.symbol("count", offset: 16), width: 1), comparison))
    #expect(try assertion("counter: traps, equals: 5") == .number(.counter(.traps), comparison))
    comparison = Assertion.Comparison()
    comparison.atLeast = .symbol("main", offset: 0)
    comparison.atMost = .symbol("main", offset: 0 &- 4)
    comparison.differs = .number(.max)
    comparison.mask = 0xFF00
    #expect(
      try assertion("register: pc, at-least: main, at-most: main-4, differs: -1, mask: 0xff00")
        == .number(.register(.pc, hart: 0), comparison))
  }

  @Test func assertsOtherThings() throws {
    guard
      case .assert(let found) = try action(
        """
        - assert:
            - {memory: banner, text: hi}
            - {memory: 0x80000000, bytes: 7f 45}
            - {console: /up/}
            - {absent: panic}
            - {exit: 3}
            - {exit: hung}
        """)
    else { return }
    #expect(found[0].check == .text(.symbol("banner", offset: 0), Template("hi")))
    #expect(found[1].check == .bytes(.number(0x8000_0000), [0x7F, 0x45]))
    #expect(found[4].check == .end(.code(3)))
    #expect(found[5].check == .end(.hung))
    #expect(found.map(\.position.line) == [6, 7, 8, 9, 10, 11])
  }

  @Test(arguments: [
    ("{}", "1:11: an assertion is about one of: register, csr, memory, counter, console, absent, exit, diagnosis"),
    ("{register: a0}", "1:11: what is it to be? add 'equals', 'differs', 'at-least' or 'at-most'"),
    (
      "{register: a0, csr: mepc, equals: 0}",
      "1:11: an assertion is about one of: register, csr, memory, counter, console, absent, exit, diagnosis"
    ),
    ("{register: q0, equals: 0}", "1:22: register: found 'q0'; expected a register such as a0, x10 or pc"),
    ("{csr: mstatsu, equals: 0}", "1:17: csr: there is no CSR 'mstatsu'; did you mean 'mstatus'?"),
    ("{register: a0, width: 4, equals: 0}", "1:11: 'bytes', 'text' and 'width' go with 'memory' only"),
    ("{memory: x, width: 3, equals: 0}", "1:30: width: found '3'; expected 1, 2, 4 or 8"),
    ("{memory: x, width: 1, equals: 0xF17}", "1:41: equals: '0xF17' does not fit into 1 byte"),
    ("{register: a0, differs: -2147483649}", "1:35: differs: '-2147483649' does not fit into 4 bytes"),
    ("{memory: x, hart: 0, equals: 0}", "1:11: 'hart' goes with 'register' and 'csr' only"),
    ("{console: x, equals: 0}", "1:11: there is no number to compare here"),
    ("{memory: x, text: a, equals: 0}", "1:11: compare memory with a number, with 'bytes' or with 'text': one of them"),
    (
      "{memory: 8x, equals: 0}",
      "1:20: memory: found '8x'; expected a number such as 0x80000000, or a symbol such as counter or counter+4"
    ),
    ("{memory: x, bytes: 7f4}", "1:30: bytes: found '7f4'; expected bytes in hexadecimal such as '7f 45 4c 46'"),
    ("{register: a0, equals: 0, hart: 1}", "1:11: there is no hart 1; 'a' has the harts 0 to 0"),
    ("[]", "1:11: assert: found a list; expected a mapping such as {register: a0, equals: 0}, or a list of them"),
  ])
  func refusesOtherAssertions(text: String, message: String) throws {
    #expect(
      try stepErrors("- assert: \(text)") == [message.replacing("1:", with: "1:", maxReplacements: 1)].map(shifted))
  }

  @Test func takesNumbersThatFit() throws {
    for text in ["0xFF", "-1", "-128", "main", "0xFFFFFFFFFFFFFF80"] {
      _ = try steps("- assert: {memory: x, width: 1, equals: \(text), mask: 0x80}")
    }
    #expect(try stepErrors("- assert: {memory: x, width: 1, equals: -129}").count == 1)
    _ = try steps("- assert: {counter: traps, at-most: 0xFFFFFFFFFFFFFFFF}")
  }

  /// The steps stand six columns to the right in the file.
  private func shifted(_ message: String) -> String {
    let parts = message.split(separator: ":", maxSplits: 2)
    return "\(parts[0]):\((Int(parts[1]) ?? 0) + 6):\(parts[2])"
  }

  // MARK: Injecting

  @Test(
    arguments: [
      ("power-cut", .powerCut), ("{interrupt: 10}", .interrupt(10)), ("{clock: 1h}", .clock(.seconds(3600))),
      ("{stall: 5ms, hart: 0}", .stall(VirtualTime(ticks: 50_000), hart: 0)),
      ("{memory: x+1, bit: 7}", .flipMemory(.symbol("x", offset: 1), bit: 7)),
      ("{register: sp}", .flipRegister(.integer(2), bit: 0, hart: 0)),
    ] as [(String, Injection)])
  func injects(text: String, injection: Injection) throws {
    #expect(try action("- inject: \(text)") == .inject(injection))
  }

  @Test(arguments: [
    "power", "{}", "{interrupt: 0}", "{interrupt: 96}", "{memory: x, bit: 8}", "{interrupt: 1, bit: 1}",
    "{interrupt: 1, clock: 1s}", "{stall: 1s, hart: 1}", "{clock: 1s, hart: 0}", "[]",
  ])
  func refusesOtherInjections(text: String) throws { #expect(try stepErrors("- inject: \(text)").count == 1) }

  // MARK: The others

  @Test func readsTheShortOnes() throws {
    let found = try steps("- after: 10us\n- reset\n- pause:\n- resume: a\n- save: state\n- snapshot: up\n- exit: any")
    #expect(
      found.map(\.action) == [
        .after(VirtualTime(ticks: 100)), .reset, .pause, .resume, .save("state"), .snapshot("up"),
        .end(.any, within: .seconds(30)),
      ])
  }

  @Test func repeatsAndForks() throws {
    let found = try steps(
      "- repeat: 3\n  steps:\n    - send: x\n- fork:\n    one: [{exit: 0}]\n    two: [{exit: 1, within: 1s}]")
    guard case .repeat(3, let inner) = found[0].action, case .fork(let branches) = found[1].action else {
      Issue.record("\(found)")
      return
    }
    #expect(inner.map(\.action) == [.send(Template("x"))])
    #expect(branches.map(\.name) == ["one", "two"])
    #expect(branches[1].steps[0].action == .end(.code(1), within: .seconds(1)))
  }

  @Test(arguments: [
    (
      "- {}",
      "1:9: a step does one of: expect, send, sendline, after, snapshot, fork, assert, inject, reset, pause, resume, save, exit, repeat, parallel"
    ),
    ("- {send: x, expect: y}", "1:9: a step does one thing, not expect and send; write '- ' before each"),
    ("- {expcet: y}", "1:10: unknown key 'expcet' in a step; did you mean 'expect'?"),
    ("- {sleep: 1s}", "1:10: unknown key 'sleep' in a step; did you mean 'after'?"),
    ("- after: soon", "1:16: after: found 'soon'; expected a time such as 50us, 250ms, 10s or 5m"),
    ("- after: 0s", "1:16: after: found '0s'; expected a time such as 50us, 250ms, 10s or 5m"),
    ("- {send: x, within: 1s}", "1:9: 'within' goes with 'expect' and 'exit' only"),
    ("- {send: x, not: y}", "1:9: 'not' goes with 'expect', 'exit' and 'after' only"),
    ("- {send: x, steps: [reset]}", "1:9: 'steps' goes with 'repeat' only"),
    ("- repeat: 3", "1:9: 'repeat' needs 'steps' beside it, the list of what is repeated"),
    ("- {repeat: 0, steps: [reset]}", "1:18: repeat: found '0'; expected a whole number from 1 to 1000000"),
    ("- {repeat: 2, steps: []}", "1:28: steps: found a list; expected a list of steps, at least one"),
    ("- {fork: {}}", "1:16: fork: found a mapping; expected a mapping of names to lists of steps, at least one"),
    (
      "- {fork: {a b: [reset]}}",
      "1:17: found 'a b'; expected a name of letters, digits, '.', '_' and '-', at most 63, a letter or digit first"
    ),
    ("- {fork: {a: [reset]}}\n- reset", "1:9: 'fork' must be the last step; move what follows into its branches"),
    ("- {repeat: 2, steps: [{fork: {a: [reset]}}]}", "1:29: 'fork' cannot stand in 'repeat' and 'parallel'"),
    ("- {repeat: 2, steps: [{snapshot: a}]}", "1:29: 'snapshot' must be a step of the scenario itself"),
    ("- {send: x, guest: b}", "1:26: there is no guest 'b' in the scenario"),
    ("- {after: 1s, guest: a}", "1:28: 'guest' does not go with a step that is about all guests"),
    ("- {exit: -1}", "1:16: exit: found '-1'; expected a code from 0 to 65535, any, or hung"),
    ("- jump", "1:9: a step: found 'jump'; expected a mapping of keys"),
  ])
  func refusesOthers(text: String, message: String) throws { #expect(try stepErrors(text) == [message]) }
}
