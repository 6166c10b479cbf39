/// Text from a child on its way to a terminal.
package enum Words {
  /// The most bytes of a line.
  package static let limit = 1000

  /// One line of printable text: control characters, which a terminal might act on, become spaces.
  package static func line(_ bytes: some Collection<UInt8>) -> String {
    let text = String(decoding: bytes.prefix(limit), as: UTF8.self)
    if text.utf8.allSatisfy({ (UInt8(ascii: " ")...UInt8(ascii: "~")).contains($0) }) { return text }
    let safe = text.unicodeScalars.map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
        Unicode.Scalar(UInt8(ascii: " "))
      default: scalar
      }
    }
    var line = String.UnicodeScalarView()
    line.append(contentsOf: safe)
    return String(line)
  }

  /// The last line of `bytes` that says something, such as why a program ended itself; nil when there is none.
  package static func lastLine(of bytes: [UInt8]) -> String? {
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    return lines.last { line in line.contains { $0 > UInt8(ascii: " ") } }.map { Words.line($0) }
  }
}
