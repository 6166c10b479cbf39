import Harness

/// A guest did not do what a test expected. Its description tells what, and where the guest is.
public struct GuestFailure: Error, CustomStringConvertible, Sendable {
  /// What was expected and what came instead, in a sentence.
  public let problem: String
  /// The last lines of the console.
  public let console: [String]
  /// Where the guest is and what may be wrong.
  public let diagnosis: String
  /// The last instructions that retired, as lines of a commit trace.
  public let instructions: [String]

  /// How many of the instructions the description has.
  private static let instructionsTold = 12

  init(_ problem: String, _ guest: TestGuest) {
    self.problem = problem
    let explanation = try? guest.explain()
    console = guest.transcript.lastLines(20)
    diagnosis = explanation?.diagnosis ?? ""
    instructions = explanation?.instructions ?? []
  }

  public var description: String {
    let console = console.map { "  | \($0)\n" }.joined()
    let last = instructions.suffix(Self.instructionsTold).map { "  \($0)\n" }.joined()
    return "\(problem)\nthe last lines of the console:\n\(console)\(diagnosis)the last instructions:\n\(last)"
  }
}
