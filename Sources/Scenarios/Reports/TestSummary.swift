/// The results of a plan, for reports.
public struct TestSummary: Sendable {
  public let plan: TestPlan
  /// One for each case of the plan, in its order.
  public let results: [TestResult]
  /// Time of the host that everything took, in nanoseconds.
  public let hostTime: UInt64

  public init(plan: TestPlan, results: [TestResult], hostTime: UInt64) {
    self.plan = plan
    self.results = results
    self.hostTime = hostTime
  }

  public var passed: Int { results.count { $0.verdict == .passed } }
  public var skipped: Int {
    results.count {
      if case .skipped = $0.verdict { true } else { false }
    }
  }
  public var failed: Int { results.count - passed - skipped }

  /// Path of the file of a case.
  func file(of result: TestResult) -> String { plan.files[plan.cases[result.testCase].file].path }

  func name(of result: TestResult) -> String { plan.cases[result.testCase].name }

  /// Where a failure comes from, as `FILE:LINE:COLUMN`; the scenario if no step is to blame.
  public func place(of failure: TestFailure, _ testCase: Int) -> String {
    let one = plan.cases[testCase]
    let position = failure.position ?? plan.files[one.file].scenarios[one.scenario].position
    return "\(plan.files[one.file].path):\(position.line):\(position.column)"
  }

  /// The command that runs a case again, to the same end.
  public func replay(of testCase: Int) -> String {
    let one = plan.cases[testCase]
    return "roost test \(Self.shellWord(plan.files[one.file].path)) --filter \(Self.shellWord("=" + one.name))"
  }

  private static func shellWord(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "_./=-".utf8.contains(byte)
      }
    }
    return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
  }

  /// All that is known of a failure, as lines of text.
  public func explanation(of failure: TestFailure, _ testCase: Int) -> [String] {
    var lines = [
      "\(place(of: failure, testCase)): \(failure.message)", "after \(failure.time.seconds) of virtual time",
    ]
    for guest in failure.guests {
      lines.append("last lines of \(guest.guest):\(guest.lastLines.isEmpty ? " none" : "")")
      lines += guest.lastLines.map { "  | " + $0 }
      lines += guest.state
    }
    lines += failure.guests.compactMap(\.before).map { "shortly before: roost run --restore " + Self.shellWord($0) }
    return lines + ["again: " + replay(of: testCase)]
  }
}

extension VirtualTime {
  /// In seconds, such as `1.25 s`.
  public var seconds: String { Self.seconds(ticks, perSecond: 10_000_000) }

  /// Units of which there are so many in a second, in seconds with three decimal places.
  static func seconds(_ count: UInt64, perSecond: UInt64) -> String { decimal(count, perSecond: perSecond) + " s" }

  /// The same without the unit.
  static func decimal(_ count: UInt64, perSecond: UInt64) -> String {
    let thousandths = count / (perSecond / 1000)
    return "\(thousandths / 1000)." + String(1000 + thousandths % 1000).dropFirst()
  }
}

extension TestSummary {
  /// Nanoseconds in seconds, such as `0.120 s`.
  public static func seconds(_ nanoseconds: UInt64) -> String {
    VirtualTime.seconds(nanoseconds, perSecond: 1_000_000_000)
  }
}
