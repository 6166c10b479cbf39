import Harness
import YAMLReading

/// What is looked for in the output of a guest.
public struct Pattern: Equatable, Sendable {
  public enum Form: String, Codable, Equatable, Sendable {
    /// The text as it is.
    case literal
    /// A regular expression of Swift's `Regex`.
    case regularExpression
  }

  public var form: Form
  public var template: Template
  public var ignoresCase = false
  /// Names of what it captures, in order; each once.
  public var captures: [String] = []
  /// Where it stands in the file.
  public var position: TextPosition

  public init(_ form: Form, _ template: Template, position: TextPosition = TextPosition()) {
    self.form = form
    self.template = template
    self.position = position
  }
}

extension Pattern: CustomStringConvertible {
  /// As it can be written: `'text'` or `/expression/`.
  public var description: String {
    switch form {
    case .literal: "'\(template.written)'"
    case .regularExpression: "/\(template.written)/\(ignoresCase ? "i" : "")"
    }
  }
}

extension Pattern {
  /// What looks for it.
  /// - Parameter values: of the names in it, which stand for themselves; what has none is nothing.
  package func consolePattern(with values: [String: String]) throws(HarnessError) -> ConsolePattern {
    switch form {
    case .literal: ConsolePattern(template.filled(with: values))
    case .regularExpression:
      try ConsolePattern(
        expression: template.filled(with: values, transform: Self.escaped), ignoresCase: ignoresCase)
    }
  }

  /// A text as a regular expression that matches only it.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if scalar.isASCII, !scalar.properties.isAlphabetic, scalar.properties.numericType == nil, scalar.value > 32 {
        result += "\\"
      }
      result.unicodeScalars.append(scalar)
    }
    return result
  }
}
