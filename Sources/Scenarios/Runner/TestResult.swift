import YAMLReading

/// Why a case failed.
public struct TestFailure: Error, Equatable, Sendable {
  /// The console of a guest, and where the guest is.
  public struct GuestReport: Equatable, Sendable {
    public var guest: String
    /// The last lines that it printed.
    public var lastLines: [String]
    /// All that it printed, as far as it is kept.
    public var console: [UInt8] = []
    /// Where its harts are, and what they did last: lines of text.
    public var state: [String]
    /// The last instructions that retired, as lines of a commit trace, the oldest first.
    public var instructions: [String] = []
    /// Path of a snapshot from shortly before; nil if there is none.
    public var before: String?

    public init(guest: String, lastLines: [String], console: [UInt8], state: [String]) {
      self.guest = guest
      self.lastLines = lastLines
      self.console = console
      self.state = state
    }
  }

  /// What was not met, in one line.
  public var message: String
  /// Of the step; nil where no step is to blame.
  public var position: TextPosition?
  /// Virtual time since power-on.
  public var time: VirtualTime
  public var guests: [GuestReport] = []

  public init(_ message: String, position: TextPosition?, time: VirtualTime = VirtualTime(ticks: 0)) {
    self.message = message
    self.position = position
    self.time = time
  }
}

/// How a case went.
public struct TestResult: Equatable, Sendable {
  public enum Verdict: Equatable, Sendable {
    case passed
    case failed(TestFailure)
    /// It was not run, for this reason.
    case skipped(String)
  }

  /// Number in the plan.
  public var testCase: Int
  public var verdict: Verdict
  /// Virtual time that passed in it, from where it started.
  public var virtualTime = VirtualTime(ticks: 0)
  /// Time of the host, in nanoseconds.
  public var hostTime: UInt64 = 0
  /// Of all that the guests did from power-on to the end of the case, each one's trace hash (docs/TRACE.md) taken together; nil
  /// when none ran.
  public var traceHash: UInt64?
  /// Paths of files that tell more.
  public var artifacts: [String] = []

  public init(testCase: Int, verdict: Verdict) {
    self.testCase = testCase
    self.verdict = verdict
  }
}
