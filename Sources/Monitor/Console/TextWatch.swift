/// Looks for texts in a stream that arrives in pieces. A text never spans lines.
package struct TextWatch {
  private let wanted: [String]
  package private(set) var found: Set<String> = []
  /// The end of the current line, as long as a text may begin in it.
  private var tail: [UInt8] = []
  private let longest: Int

  package init(_ texts: [String]) {
    wanted = texts.filter { !$0.isEmpty }
    longest = wanted.map(\.utf8.count).max() ?? 0
    found = Set(texts.filter(\.isEmpty))
  }

  package mutating func reset() {
    found = found.filter(\.isEmpty)
    tail = []
  }

  /// - Returns: what was found for the first time.
  package mutating func feed(_ bytes: ArraySlice<UInt8>) -> [String] {
    guard found.count < wanted.count else { return [] }
    let text = tail + bytes
    let new = wanted.filter { !found.contains($0) && Self.contains(text, Array($0.utf8)) }
    found.formUnion(new)
    tail = Array(text.suffix(longest - 1))
    return new
  }

  private static func contains(_ text: [UInt8], _ wanted: [UInt8]) -> Bool {
    guard let first = wanted.first, text.count >= wanted.count else { return false }
    return text.indices.dropLast(wanted.count - 1).contains { start in
      text[start] == first && text[start..<start + wanted.count].elementsEqual(wanted)
    }
  }
}
