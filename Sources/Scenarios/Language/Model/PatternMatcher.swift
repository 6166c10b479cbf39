/// Where a pattern was found.
package struct PatternMatch: Equatable, Sendable {
  /// Bytes of the output.
  package var range: Range<Int>
  /// What was found, without the carriage returns before line feeds.
  package var text: String
  /// By name; without those that had no part in it.
  package var captures: [String: String]

  package init(range: Range<Int>, text: String, captures: [String: String]) {
    self.range = range
    self.text = text
    self.captures = captures
  }
}

/// Why a text is no regular expression.
package struct PatternError: Error, Equatable, CustomStringConvertible {
  package var description: String
}

/// A pattern with its values put in, ready to look for.
///
/// Output is looked at as UTF-8, each byte that is none as `?`; a carriage return before a line feed does not count. `^`
/// and `$` match at each line. It belongs to one thread.
package struct PatternMatcher {
  private enum Form {
    case literal([UInt8])
    case regex(Regex<AnyRegexOutput>)
  }

  package let pattern: Pattern
  /// Names of the captures, in order; each once.
  package let captureNames: [String]
  private let form: Form

  /// - Parameter values: of the names in the pattern; what has none is nothing.
  package init(_ pattern: Pattern, values: [String: String]) throws(PatternError) {
    self.pattern = pattern
    switch pattern.form {
    case .literal:
      captureNames = []
      form = .literal(Array(pattern.template.filled(with: values).utf8))
    case .regularExpression:
      let text = pattern.template.filled(with: values, transform: Self.escaped)
      do {
        let regex = try Regex(text).matchingSemantics(.unicodeScalar).anchorsMatchLineEndings()
        form = .regex(pattern.ignoresCase ? regex.ignoresCase() : regex)
      } catch {
        throw PatternError(description: "not a regular expression: \(error)")
      }
      captureNames = Self.captureNames(in: text)
    }
  }

  /// The first place in `output` where it is found, from its start.
  package func firstMatch(in output: ArraySlice<UInt8>) -> PatternMatch? {
    let text = ConsoleText(output)
    switch form {
    case .literal(let wanted):
      guard let start = text.firstIndex(of: wanted) else { return nil }
      return PatternMatch(
        range: text.outputRange(of: start..<start + wanted.count), text: String(decoding: wanted, as: UTF8.self),
        captures: [:])
    case .regex(let regex):
      let string = text.string
      guard let match = string.firstMatch(of: regex) else { return nil }
      var captures: [String: String] = [:]
      for element in match.output {
        if let name = element.name, let value = element.substring { captures[name] = String(value) }
      }
      let start = string.utf8.distance(from: string.startIndex, to: match.range.lowerBound)
      let end = string.utf8.distance(from: string.startIndex, to: match.range.upperBound)
      return PatternMatch(
        range: text.outputRange(of: start..<end), text: String(string[match.range]), captures: captures)
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

/// Output of a guest as patterns see it: a byte for each byte, without carriage returns before line feeds.
private struct ConsoleText {
  private let output: ArraySlice<UInt8>
  private let bytes: [UInt8]

  init(_ output: ArraySlice<UInt8>) {
    self.output = output
    let lineFeed = UInt8(ascii: "\n")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(output.count)
    for (index, byte) in zip(output.indices, output) {
      let isDropped = byte == UInt8(ascii: "\r") && index + 1 < output.endIndex && output[index + 1] == lineFeed
      if !isDropped { bytes.append(byte) }
    }
    self.bytes = bytes
  }

  /// As many bytes long as `bytes`.
  var string: String {
    if let valid = String(validating: bytes, as: UTF8.self) { return valid }
    var repaired: [UInt8] = []
    repaired.reserveCapacity(bytes.count)
    var parser = Unicode.UTF8.ForwardParser()
    var rest = bytes.makeIterator()
    while true {
      switch parser.parseScalar(from: &rest) {
      case .valid(let scalar): repaired += scalar
      case .error(let length): repaired += Array(repeating: UInt8(ascii: "?"), count: length)
      case .emptyInput: return String(decoding: repaired, as: UTF8.self)
      }
    }
  }

  func firstIndex(of wanted: [UInt8]) -> Int? {
    guard let first = wanted.first, wanted.count <= bytes.count else { return nil }
    var start = 0
    while let index = bytes[start...(bytes.count - wanted.count)].firstIndex(of: first) {
      if bytes[index..<index + wanted.count].elementsEqual(wanted) { return index }
      start = index + 1
      if start > bytes.count - wanted.count { return nil }
    }
    return nil
  }

  /// The bytes of the output that `range` stands for.
  func outputRange(of range: Range<Int>) -> Range<Int> {
    outputIndex(of: range.lowerBound)..<outputIndex(of: range.upperBound)
  }

  private func outputIndex(of wanted: Int) -> Int {
    if bytes.count == output.count { return output.startIndex + wanted }
    var count = 0
    for index in output.indices {
      let isDropped =
        output[index] == UInt8(ascii: "\r") && index + 1 < output.endIndex && output[index + 1] == UInt8(ascii: "\n")
      if count == wanted { return index }
      if !isDropped { count += 1 }
    }
    return output.endIndex
  }
}
