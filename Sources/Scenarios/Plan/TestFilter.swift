import Harness
import PlainText

/// Which cases are run, by their names.
public struct TestFilter: @unchecked Sendable {
  // A `Regex` that nobody changes; each thread that matches works on a copy.
  private let regex: Regex<AnyRegexOutput>?
  private let text: String

  /// All cases.
  public static let all = TestFilter(text: "")

  private init(text: String) {
    self.text = text
    regex = nil
  }

  /// - Parameter pattern: a part of the name, `=NAME` for a name alone, or a regular expression in slashes.
  public init(parsing pattern: String) throws(TestFilterError) {
    text = pattern
    guard pattern.utf8.count >= 2, pattern.hasPrefix("/"), pattern.hasSuffix("/") else {
      regex = nil
      return
    }
    let expression = String(pattern.dropFirst().dropLast())
    if let problem = ConsolePattern.nestingProblem(in: expression) {
      throw TestFilterError(description: "\(quoted(pattern)) is no regular expression: \(problem)")
    }
    do {
      regex = try Regex(expression)
    } catch {
      throw TestFilterError(description: "\(quoted(pattern)) is no regular expression: \(error)")
    }
  }

  /// Whether a case is to be run.
  /// - Parameters:
  ///   - file: path of its file.
  ///   - name: as `TestCase.name` has it.
  public func accepts(file: String, name: String) -> Bool {
    let full = "\(file):\(name)"
    if let regex { return full.contains(regex) }
    if text.hasPrefix("=") { return name == text.dropFirst() || full == text.dropFirst() }
    return text.isEmpty || full.contains(text)
  }
}

/// Why a filter is none.
public struct TestFilterError: Error, Equatable, CustomStringConvertible {
  public var description: String
}
