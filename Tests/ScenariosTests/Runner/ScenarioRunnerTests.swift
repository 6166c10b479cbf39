import Foundation
import Scenarios
import Synchronization
import Testing
import YAMLReading

/// Where the built guests are.
private let guestsFolder = #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 } + "/guests/build"

@Suite struct ScenarioRunnerTests {
  /// Runs scenarios with the guests `nest` and `hello`; each line of `scenarios` is part of their mapping.
  private func run(
    _ scenarios: String, jobs: Int = 1, filter: TestFilter = .all
  ) throws -> [String: TestResult.Verdict] {
    let summary = try summary(scenarios, jobs: jobs, filter: filter)
    return Dictionary(
      uniqueKeysWithValues: summary.results.map { (summary.plan.cases[$0.testCase].name, $0.verdict) })
  }

  private func summary(_ scenarios: String, jobs: Int = 1, filter: TestFilter = .all) throws -> TestSummary {
    let lines = scenarios.split(separator: "\n").map { "  \($0)\n" }.joined()
    let file = try ScenarioFile(
      yaml: """
        guests:
          nest: {image: \(guestsFolder)/nest.elf, memory: 16M}
          hello: {image: \(guestsFolder)/hello.elf, memory: 8M}
        defaults: {guests: nest, timeout: 2s}
        scenarios:
        \(lines)
        """.utf8, path: "/s/x.yaml", environment: [:])
    let plan = TestPlan([file], filter: filter)
    var options = RunOptions()
    options.jobs = jobs
    return TestSummary(plan: plan, results: ScenarioRunner(plan, options: options).run(), hostTime: 0)
  }

  /// The failure of the only case.
  private func failure(_ steps: String, guests: String = "nest", more: String = "") throws -> TestFailure {
    let results = try run("s: {guests: \(guests), \(more)steps: [\(steps)]}")
    guard case .failed(let failure)? = results["s"] else {
      Issue.record("\(results)")
      throw TestFailure("passed", position: nil)
    }
    return failure
  }

  // MARK: What holds

  @Test func expectsSendsAndCaptures() throws {
    let verdicts = try run(
      """
      s:
        steps:
          - expect: "nest> "
          - sendline: ps
          - expect: /^ +(?<pid>\\d+) .* worker/
          - sendline: echo pid=${pid}
          - expect: [/^never/, "/^pid=${pid}$/"]
          - sendline: poweroff
          - exit: 0
      """)
    #expect(verdicts == ["s": .passed])
  }

  @Test func repeatsAndAsserts() throws {
    let verdicts = try run(
      """
      s:
        steps:
          - expect: "nest> "
          - repeat: 5
            steps: [{sendline: echo x}, {expect: /^x$/}]
          - assert:
              - {console: /echo x\\nx\\n/}
              - {absent: panic}
              - {counter: instructions, at-least: 1000}
              - {counter: resets, equals: 0}
              - {register: zero, equals: 0}
              - {csr: satp, mask: 0x80000000, equals: 0x80000000}
              - {memory: 0x80400000, width: 1, differs: 0}
              - {memory: handle_trap, width: 4, differs: 0}
          - reset
          - expect: "nest> "
          - assert: {counter: resets, equals: 1}
          - sendline: reboot
          - expect: "nest> "
          - assert: {counter: resets, equals: 2}
      """)
    #expect(verdicts == ["s": .passed])
  }

  @Test func timeIsVirtual() throws {
    let summary = try summary(
      """
      s:
        steps:
          - expect: "nest> "
          - after: 100s
          - sendline: uptime
          - expect: /^100[0-9]{3} ms$/
      """)
    #expect(summary.results[0].verdict == .passed)
    #expect((1_000_000_000...1_010_000_000).contains(summary.results[0].virtualTime.ticks))
    #expect(summary.results[0].hostTime < 20_000_000_000)
  }

  @Test func guestsRunSideBySide() throws {
    let verdicts = try run(
      """
      s:
        guests: [nest, hello]
        steps:
          - parallel:
              nest: [{expect: "nest> "}, {sendline: echo x}, {expect: /^x$/}]
              hello: [{expect: hello}, {exit: 0}]
          - assert: {exit: 0}
            guest: hello
          - pause: nest
          - {sendline: echo y, guest: nest}
          - after: 1s
          - {assert: {absent: /^y$/}, guest: nest}
          - resume: nest
          - {expect: /^y$/, guest: nest}
      """)
    #expect(verdicts == ["s": .passed])
  }

  @Test(arguments: [1, 3]) func forksAndStartsGoOnFromWhereTheyAre(jobs: Int) throws {
    let verdicts = try run(
      """
      late: {start-from: up, steps: [{sendline: "echo ${word}"}, {expect: "/^${word}$/"}]}
      first:
        steps:
          - expect: /nest(?<word>> )/
          - snapshot: up
          - sendline: poweroff
          - exit: 0
      from-end: {start-from: prompt, matrix: {x: [a, b, c]}, steps: [{sendline: "echo ${x}"}, {expect: "/^${x}$/"}]}
      prompt: {steps: [{expect: "nest> "}]}
      forks:
        start-from: prompt
        steps:
          - sendline: echo shared
          - expect: /^shared$/
          - fork:
              off: [{sendline: poweroff}, {exit: 0}]
              code: [{sendline: fail 9}, {fork: {right: [{exit: 9}], wrong: [{exit: 8}]}}]
      """, jobs: jobs)
    #expect(verdicts.count == 9)
    for (name, verdict) in verdicts where name != "forks/code/wrong" { #expect(verdict == .passed, "\(name)") }
    guard case .failed(let failure)? = verdicts["forks/code/wrong"] else {
      Issue.record("passed")
      return
    }
    #expect(failure.message == "expected an end with code 8, but nest ended with code 9")
  }

  @Test func aStartThatIsNotInThePlanIsMade() throws {
    let verdicts = try run(
      """
      prompt: {steps: [{expect: "nest> "}]}
      deep: {start-from: prompt, steps: [{sendline: echo a}, {expect: /^a$/}]}
      s: {start-from: deep, steps: [{assert: {console: /^a$/}}]}
      """, filter: TestFilter(parsing: "=s"))
    #expect(verdicts == ["s": .passed])
  }

  @Test func everyRunIsTheSame() throws {
    let text = """
      a: {steps: [{expect: "nest> "}, {sendline: selftest}, {expect: passed}, {assert: {counter: instructions, equals: 1}}]}
      b: {matrix: {harts: [2, 4]}, steps: [{expect: "nest> "}, {sendline: ps}, {assert: {counter: traps, equals: 1}}]}
      """
    let first = try run(text, jobs: 1)
    #expect(first.values.allSatisfy { if case .failed = $0 { true } else { false } })
    for jobs in [1, 2, 3] { #expect(try run(text, jobs: jobs) == first) }
  }

  @Test func aLaneLeavesAloneWhatItDidNotCapture() throws {
    let verdicts = try run(
      """
      s:
        guests: [nest, hello]
        steps:
          - {expect: "/(?<v>nest)> /", guest: nest}
          - parallel:
              nest: [{sendline: echo new}, {expect: "/^(?<v>new)$/"}]
              hello: [{exit: 0}]
          - {sendline: "echo v=${v}", guest: nest}
          - {expect: /^v=new$/, guest: nest}
      """)
    #expect(verdicts == ["s": .passed])
  }

  @Test func halfALineIsNotTaken() throws {
    // As many as nest has room for in a line.
    let digits = String(repeating: "1234567890", count: 4)
    let verdicts = try run(
      """
      s:
        guests: {nest: {clock-rate: 1MIPS}}
        timeout: 60s
        steps:
          - expect: "nest> "
          - sendline: echo n=\(digits)
          - expect: "/^n=(?<n>[0-9]+)/"
          - expect: "nest> "
          - assert: {console: "/^n=${n}\\n/"}
      """)
    #expect(verdicts == ["s": .passed])
  }

  @Test func aMatchAtTheEndOfTheOutputCountsWhenNothingFollows() throws {
    let summary = try summary("s: {steps: [{expect: '/nest> $/'}, {sendline: ''}, {expect: '/nest>.*/'}]}")
    #expect(summary.results[0].verdict == .passed)
    #expect(summary.results[0].virtualTime.ticks < 9_000_000)
  }

  @Test func whatStandsBehindALongLineIsFound() throws {
    // Each character that is taken back prints four, and no line feed.
    let line = String(repeating: "x\\x08", count: 20)
    let verdicts = try run(
      """
      s:
        timeout: 20s
        steps:
          - expect: "nest> "
          - repeat: 60
            steps: [{send: "\(line)"}, {after: 5ms}]
          - sendline: echo zap
          - expect: /^zap$/
      """)
    #expect(verdicts == ["s": .passed])
  }

  // MARK: What does not

  @Test func whatForbidsIsLookedForWhileTimePasses() throws {
    let failure = try failure("{expect: 'nest> '}, {sendline: echo oops}, {after: 1s, not: [zzz, /^oops$/]}")
    #expect(failure.message == "the guest printed 'oops', which /^oops$/ forbids")
    #expect(failure.time.ticks < 9_000_000)
    #expect(try run("s: {steps: [{expect: 'nest> '}, {after: 1s, not: nest}]}") == ["s": .passed])
  }

  @Test func whatWasNotCapturedCannotBeLookedFor() throws {
    let message = "nothing was captured as 'v'"
    let without = "{expect: '/nest(?<v>zzz)?> /'}"
    for step in [
      "{expect: '${v}'}", "{expect: zzz, not: '/${v}/'}", "{after: 1s, not: '${v}'}",
      "{assert: {console: '${v}'}}", "{assert: {memory: 0x80400000, text: '${v}'}}",
    ] {
      #expect(try failure("\(without), \(step)").message == message)
    }
    let again = "{expect: '/(?<v>nest)> /'}, {sendline: echo b}, {expect: '/^(?<v>zzz)?b$/'}"
    #expect(try failure("\(again), {expect: '${v}'}").message == message)
  }

  @Test func symbolsAreComparedWhole() throws {
    let assertion = "{memory: 0x80400000, width: 1, at-least: handle_trap}"
    #expect(try failure("{expect: 'nest> '}, {assert: \(assertion)}").message.hasSuffix("(handle_trap)"))
  }

  @Test func repeatingWithoutTimeIsLimited() throws {
    let inner = "{repeat: 1000000, steps: [{assert: {register: zero, equals: 0}}]}"
    let failure = try failure("{repeat: 1000000, steps: [\(inner)]}", more: "wall-limit: 100ms, ")
    #expect(failure.message == "took more than 100 ms of the host's time, its 'wall-limit'")
  }

  @Test func whatIsRepeatedIsTheSameEachTime() throws {
    let file = try ScenarioFile(
      yaml: """
        scenarios:
          a: {guests: {nest: {image: \(guestsFolder)/nest.elf, memory: 16M}}, steps: [expect: "nest> "]}
          b: {start-from: a, steps: [sendline: ps, expect: worker]}
        """.utf8, path: "/s/x.yaml", environment: [:])
    let results = ScenarioRunner.run(TestPlan([file]), options: RunOptions(), times: 5) { _ in }
    #expect(results.map(\.verdict) == [.passed, .passed])
    #expect(results[0].traceHash != nil && results[0].traceHash != results[1].traceHash)
  }

  @Test func whatDoesSomethingElseHasFailed() {
    var (first, second) = (TestResult(testCase: 0, verdict: .passed), TestResult(testCase: 0, verdict: .passed))
    (first.traceHash, second.traceHash) = (0xAB, 0xAB)
    ScenarioRunner.compare(&second, with: first, time: 7)
    #expect(second.verdict == .passed)
    second.traceHash = 0xCD
    ScenarioRunner.compare(&second, with: first, time: 7)
    guard case .failed(let failure) = second.verdict else {
      Issue.record("\(second)")
      return
    }
    #expect(failure.message == "did not do the same the 7. time: trace hash 0xcd, the first time 0xab")
  }

  @Test func tellsWhatIsMissing() throws {
    let failure = try failure("{expect: 'nest> '}, {expect: never, within: 10ms}")
    #expect(failure.message == "expected 'never' from nest within 10ms")
    #expect(failure.position?.line == 6)
    #expect(failure.guests.map(\.guest) == ["nest"])
    #expect(failure.guests[0].lastLines.last == "nest> ")
    #expect(failure.guests[0].state.joined().contains("hart 0 at 0x80"))
    #expect(failure.time.ticks < 10_000_000)
  }

  @Test(
    arguments: [
      ("{expect: [never, /nor/]}", "expected 'never' or /nor/ from nest within 2s"),
      ("{exit: 0, within: 1s}", "expected an end with code 0 of nest within 1s; it still runs"),
      ("{expect: 'nest> '}, {sendline: fail 7}, {expect: x y}", "expected 'x y', but nest ended with code 7"),
      ("{expect: 'nest> '}, {sendline: fail 7}, {exit: 0}", "expected an end with code 0, but nest ended with code 7"),
      ("{inject: power-cut}, {exit: 0}", "expected an end with code 0, but nest has no power"),
      ("{expect: never, not: [zzz, /Sv\\d\\d/]}", "the guest printed 'Sv32', which /Sv\\d\\d/ forbids"),
      ("{expect: 'nest> '}, {assert: {console: zzz}}", "nest did not print 'zzz'"),
      ("{expect: 'nest> '}, {assert: {absent: /n.st/}}", "nest printed 'nest', which /n.st/ forbids"),
      ("{assert: {exit: 0}}", "expected an end with code 0, but nest still runs"),
      ("{assert: {register: zero, equals: 10}}", "zero is 0; expected 10 (0xa)"),
      (
        "{assert: {register: zero, at-least: handle_trap}}",
        "zero is 0; expected at least 2151820480 (0x804028c0) (handle_trap)"
      ),
      ("{expect: 'nest> '}, {assert: {memory: 0x100, equals: 0}}", "nest has no memory at 0x100"),
      (
        "{assert: {memory: zzz, equals: 0}}",
        "nest has no symbol for zzz; if its kernel has no symbols, name a file that has them under 'symbols'"
      ),
      ("{inject: {memory: 0x100}}", "there is no such thing in nest to inject into"),
    ] as [(String, String)])
  func saysWhatIsWrong(steps: String, message: String) throws {
    let found = try failure(steps).message
    // Where the symbol lies is the linker's business.
    #expect(found == message || message.hasSuffix("(handle_trap)") && found.hasSuffix("(handle_trap)"), "\(found)")
  }

  @Test func nobodyMayEverPrintWhatAScenarioForbids() throws {
    let failure = try failure(
      "{expect: 'nest> '}, {sendline: echo oops}, {after: 1s}, {sendline: poweroff}, {exit: 0}",
      more: "not: [/^oops$/], ")
    #expect(failure.message == "the guest printed 'oops', which /^oops$/ forbids")
    #expect(failure.time.ticks < 9_000_000)
  }

  @Test func theScenarioHasLimits() throws {
    #expect(
      try failure("{after: 5s}, {after: 5s}", more: "limit: 8s, ").message
        == "took more than 8s of virtual time, its 'limit'")
    let spin = "{expect: 'nest> '}, {sendline: spin}, {after: 1h}"
    let failure = try failure(spin, more: "limit: 2h, wall-limit: 100ms, ")
    #expect(failure.message == "took more than 100 ms of the host's time, its 'wall-limit'")
  }

  @Test func theWayToAStartIsNotOfTheWallLimit() throws {
    let verdicts = try run(
      """
      parent: {steps: [{expect: "nest> "}, {sendline: spin}, {after: 3s}]}
      child: {start-from: parent, wall-limit: 250ms, steps: [{after: 1ms}]}
      """, filter: TestFilter(parsing: "=child"))
    #expect(verdicts == ["child": .passed])
  }

  @Test func whatSharesAFailureIsSkipped() throws {
    let verdicts = try run(
      """
      bad: {steps: [{expect: zzz}]}
      child: {start-from: bad, steps: [reset]}
      forks: {steps: [{expect: zzz}, {fork: {a: [reset], b: [reset]}}]}
      gone: {needs: no/such/file, steps: [reset]}
      """)
    #expect(verdicts["child"] == .skipped("'bad', which it starts from, failed"))
    #expect(verdicts["forks/b"] == .skipped("'forks/a' failed in steps that it shares"))
    #expect(verdicts["gone"] == .skipped("/s/no/such/file is missing"))
    guard case .failed? = verdicts["bad"], case .failed? = verdicts["forks/a"] else {
      Issue.record("\(verdicts)")
      return
    }
  }

  @Test func aMissingImageIsAFailureInWords() throws {
    let failure = try failure("reset", guests: "{x: {image: /no/such/image}}")
    #expect(failure.message == "x: /no/such/image: cannot be read: No such file or directory")
  }

  @Test func eventsTellEachCaseOnce() throws {
    let file = try ScenarioFile(
      yaml:
        "scenarios: {s: {guests: {h: {image: \(guestsFolder)/hello.elf}}, matrix: {memory: [8M, 16M, 32M]}, steps: [{exit: 0}]}}"
        .utf8,
      path: "/s/x.yaml", environment: [:])
    let events = Mutex<[String]>([])
    var options = RunOptions()
    options.jobs = 3
    _ = ScenarioRunner(TestPlan([file]), options: options).run { event in
      events.withLock { events in
        switch event {
        case .started(let number): events.append("started \(number)")
        case .finished(let result): events.append("finished \(result.testCase)")
        }
      }
    }
    #expect(Set(events.withLock { $0 }).count == 6)
    #expect(events.withLock { $0 }.count == 6)
  }
}
