/// Puts variables of the environment into a text, as docker compose does: `$NAME`, `${NAME}`, `${NAME:-default}`,
/// `${NAME-default}`, `${NAME:+instead}`, `${NAME+instead}`, `${NAME:?message}`, `${NAME?message}`, and `$$` for `$`.
/// The colon counts an empty variable as not set.
package struct Substitution {
  enum Problem: Error, Equatable {
    case notSet(String)
    case required(String, message: String)
    case malformed
    case tooLong(limit: Int)
  }

  /// UTF-8 bytes that a text may have.
  static let limit = 4096
  private static let depthLimit = 8

  private let environment: Environment
  private let text: [UInt8]
  private var place = 0

  /// - Throws: Also if the text, with or without variables, is longer than `limit`.
  static func apply(_ environment: Environment, to text: String) throws(Problem) -> String {
    guard text.utf8.count <= limit else { throw .tooLong(limit: limit) }
    guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
    var substitution = Substitution(environment: environment, text: Array(text.utf8))
    return String(decoding: try substitution.expand(depth: 0, isNeeded: true), as: UTF8.self)
  }

  /// A text of which some names are left for later.
  package enum Part: Equatable, Sendable {
    case text(String)
    case name(String)
  }

  /// Puts variables in, but for the names that are kept, as `$name` or `${name}`.
  /// - Parameter bracedOnly: whether a dollar without a brace behind it is a letter like any other.
  static func parts(
    _ environment: Environment, of text: String, bracedOnly: Bool, keeping isKept: (String) -> Bool
  ) throws(Problem) -> [Part] {
    guard text.utf8.count <= limit else { throw .tooLong(limit: limit) }
    var substitution = Substitution(environment: environment, text: Array(text.utf8))
    var parts: [Part] = []
    var letters: [UInt8] = []
    while let byte = substitution.next {
      substitution.place += 1
      if byte != UInt8(ascii: "$") || bracedOnly && substitution.next != UInt8(ascii: "{") {
        letters.append(byte)
      } else if let name = try substitution.keptName(isKept) {
        if !letters.isEmpty { parts.append(.text(String(decoding: letters, as: UTF8.self))) }
        letters = []
        parts.append(.name(name))
      } else {
        letters += try substitution.variable(depth: 0, isNeeded: true)
      }
      guard letters.count <= limit else { throw .tooLong(limit: limit) }
    }
    if !letters.isEmpty { parts.append(.text(String(decoding: letters, as: UTF8.self))) }
    return parts
  }

  /// The name behind a dollar, if it is one to keep.
  private mutating func keptName(_ isKept: (String) -> Bool) throws(Problem) -> String? {
    let start = place
    let isBraced = take("{")
    let name = self.name()
    guard !name.isEmpty, isKept(name) else {
      place = start
      return nil
    }
    if isBraced, !take("}") { throw .malformed }
    return name
  }

  private init(environment: Environment, text: [UInt8]) {
    self.environment = environment
    self.text = text
  }

  private var next: UInt8? { place < text.count ? text[place] : nil }

  private mutating func take(_ letter: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: letter) else { return false }
    place += 1
    return true
  }

  /// The text up to the end, or up to the brace that closes what it is in.
  private mutating func expand(depth: Int, isNeeded: Bool) throws(Problem) -> [UInt8] {
    guard depth <= Self.depthLimit else { throw .malformed }
    var result: [UInt8] = []
    while let byte = next, depth == 0 || byte != UInt8(ascii: "}") {
      place += 1
      if byte == UInt8(ascii: "$") {
        result += try variable(depth: depth, isNeeded: isNeeded)
      } else {
        result.append(byte)
      }
      guard result.count <= Self.limit else { throw .tooLong(limit: Self.limit) }
    }
    return result
  }

  /// What stands behind a dollar.
  private mutating func variable(depth: Int, isNeeded: Bool) throws(Problem) -> [UInt8] {
    if take("$") { return [UInt8(ascii: "$")] }
    let isBraced = take("{")
    let name = self.name()
    guard !name.isEmpty else { throw .malformed }
    let value = environment[name]
    guard isBraced, !take("}") else {
      if let value { return Array(value.utf8) }
      if isNeeded { throw .notSet(name) }
      return []
    }
    let countsEmpty = take(":")
    let isSet = countsEmpty ? value?.isEmpty == false : value != nil
    guard let operation = next, [UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "?")].contains(operation) else {
      throw .malformed
    }
    place += 1
    let isWanted = isSet == (operation == UInt8(ascii: "+"))
    let words = try expand(depth: depth + 1, isNeeded: isNeeded && isWanted)
    guard take("}") else { throw .malformed }
    switch operation {
    case UInt8(ascii: "+"): return isSet ? words : []
    case UInt8(ascii: "?") where !isSet && isNeeded:
      throw .required(name, message: String(decoding: words, as: UTF8.self))
    default: return isSet ? Array((value ?? "").utf8) : words
    }
  }

  private mutating func name() -> String {
    let start = place
    while let byte = next, isNamed(byte, first: place == start) { place += 1 }
    return String(decoding: text[start..<place], as: UTF8.self)
  }

  private func isNamed(_ byte: UInt8, first: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): !first
    default: false
    }
  }
}
