/// What is looked for in the output of a guest.
///
/// Output is looked at as UTF-8, each byte that is none as `?`; a carriage return before a line feed does not count. `^`
/// and `$` match at each line. A pattern belongs to one thread.
public struct ConsolePattern: ExpressibleByStringLiteral {
  private enum Form {
    case literal([UInt8])
    case expression(Regex<AnyRegexOutput>)
  }

  private let form: Form
  /// Names of the captures, in order; each once.
  public let captureNames: [String]
  /// As it is written: `'text'` or `/expression/`.
  public let description: String

  /// The text as it is.
  public init(_ text: String) {
    form = .literal(Array(text.utf8))
    captureNames = []
    description = "'\(text)'"
  }

  public init(stringLiteral text: String) { self.init(text) }

  /// A regular expression of Swift's `Regex`, given as text.
  public init(expression text: String, ignoresCase: Bool = false) throws(HarnessError) {
    if let problem = Self.nestingProblem(in: text) { throw .notRegularExpression(text, reason: problem) }
    do {
      let regex = try Regex(text).matchingSemantics(.unicodeScalar).anchorsMatchLineEndings()
      form = .expression(ignoresCase ? regex.ignoresCase() : regex)
    } catch {
      throw .notRegularExpression(text, reason: "\(error)")
    }
    captureNames = Self.captureNames(in: text)
    description = "/\(text)/" + (ignoresCase ? "i" : "")
  }

  /// The first place in `output` where it is found, from its start.
  public func firstMatch(in output: ArraySlice<UInt8>) -> ConsoleMatch? {
    let text = ConsoleText(output)
    switch form {
    case .literal(let wanted):
      guard let start = text.firstIndex(of: wanted) else { return nil }
      return ConsoleMatch(
        range: text.outputRange(of: start..<start + wanted.count), text: String(decoding: wanted, as: UTF8.self))
    case .expression(let regex):
      let string = text.string
      guard let match = string.firstMatch(of: regex) else { return nil }
      let start = string.utf8.distance(from: string.startIndex, to: match.range.lowerBound)
      let end = string.utf8.distance(from: string.startIndex, to: match.range.upperBound)
      var found = ConsoleMatch(range: text.outputRange(of: start..<end), text: String(string[match.range]))
      for (index, element) in match.output.enumerated() {
        let value = element.substring.map { String($0) }
        if index > 0 { found.captures.append(value) }
        if let name = element.name, let value { found.namedCaptures[name] = value }
      }
      return found
    }
  }

  /// Of several patterns the one that is found first, with its number; the earlier one when two begin at the same place.
  public static func first(
    of patterns: [ConsolePattern], in output: ArraySlice<UInt8>
  ) -> (number: Int, match: ConsoleMatch)? {
    var best: (number: Int, match: ConsoleMatch)?
    for (number, pattern) in patterns.enumerated() {
      guard let match = pattern.firstMatch(in: output) else { continue }
      if best.map({ match.range.lowerBound < $0.match.range.lowerBound }) ?? true { best = (number, match) }
    }
    return best
  }

  /// The names in `(?<name>…)`.
  private static func captureNames(in text: String) -> [String] {
    var names: [String] = []
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "\\") {
        index += 2
        continue
      }
      let rest = bytes[index...]
      for opening in ["(?<", "(?P<"] where rest.starts(with: opening.utf8) {
        let name = rest.dropFirst(opening.utf8.count).prefix { $0 != UInt8(ascii: ">") }
        guard let first = name.first, first != UInt8(ascii: "="), first != UInt8(ascii: "!") else { break }
        let text = String(decoding: name, as: UTF8.self)
        if !names.contains(text) { names.append(text) }
      }
      index += 1
    }
    return names
  }
}

/// Where a pattern was found.
public struct ConsoleMatch: Equatable, Sendable {
  /// Bytes of the output that was searched.
  public var range: Range<Int>
  /// What was found, without the carriage returns before line feeds.
  public var text: String
  /// Captured groups in order; nil for those that had no part in it.
  public var captures: [String?] = []
  /// Those that have names, without those that had no part in it.
  public var namedCaptures: [String: String] = [:]
}
