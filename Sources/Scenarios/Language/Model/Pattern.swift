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
