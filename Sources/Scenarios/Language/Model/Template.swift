/// A text with names in it, which stand for what earlier steps captured or for the values of a matrix.
public struct Template: Codable, Hashable, Sendable {
  public enum Part: Codable, Hashable, Sendable {
    case text(String)
    case name(String)
  }

  public var parts: [Part]

  public init(parts: [Part]) { self.parts = parts }

  public init(_ text: String) { parts = text.isEmpty ? [] : [.text(text)] }

  /// The names in it, in order.
  public var names: [String] {
    parts.compactMap { part in
      if case .name(let name) = part { name } else { nil }
    }
  }

  /// The text with `values` in the place of their names; what has no value is nothing.
  /// - Parameter transform: is applied to each value.
  public func filled(with values: [String: String], transform: (String) -> String = { $0 }) -> String {
    parts.map { part in
      switch part {
      case .text(let text): text
      case .name(let name): transform(values[name] ?? "")
      }
    }
    .joined()
  }

  /// As it can be written.
  public var written: String {
    parts.map { part in
      switch part {
      case .text(let text): text
      case .name(let name): "${\(name)}"
      }
    }
    .joined()
  }

  /// Whether `name` is one for captures and the axes of a matrix: all others are the environment's.
  package static func isName(_ name: String) -> Bool {
    guard let first = name.unicodeScalars.first, ("a"..."z").contains(first) else { return false }
    return name.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_")
    }
  }
}
