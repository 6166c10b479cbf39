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

  /// A name in it that has no value.
  package func missingName(in values: [String: String]) -> String? {
    template.names.first { values[$0] == nil }
  }

  /// Whether a match that ends where the output ends may be another, or none, when more is printed. In doubt it may.
  package var canGoOn: Bool {
    guard form == .regularExpression else { return false }
    return template.parts.contains { part in
      if case .text(let text) = part { Self.canGoOn(Array(text.utf8)) } else { false }
    }
  }

  /// Whether anything in an expression could match more, or looks at what follows.
  private static func canGoOn(_ expression: [UInt8]) -> Bool {
    var rest = expression[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\\"):
        // Characters, and classes of one character; what else begins so is not looked into.
        guard let escaped = rest.popFirst() else { return true }
        let isPunctuation = escaped > 32 && escaped < 127 && !Unicode.Scalar(escaped).properties.isAlphabetic
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(escaped)
        guard isPunctuation && !isDigit || "dDwWsSnt".utf8.contains(escaped) else { return true }
      case UInt8(ascii: "("):
        if rest.starts(with: "?:".utf8) {
          rest.removeFirst(2)
        } else if rest.starts(with: "?<".utf8), !rest.starts(with: "?<=".utf8), !rest.starts(with: "?<!".utf8) {
          rest.removeFirst(2)
        }
      default:
        if "*+?{|$".utf8.contains(byte) { return true }
      }
    }
    return false
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
