/// Looks for texts in a stream that arrives in pieces. A text never spans lines.
package struct TextWatch {
  private var wanted: [String] = []
  package private(set) var found: Set<String> = []
  /// The end of the stream, as long as a text may begin in it.
  private var tail: [UInt8] = []
  private var longest = 1

  package init() {}

  /// Begins to look for a text; an empty one is found in whatever comes.
  /// - Parameter past: the end of the stream so far, in which it may be already.
  package mutating func add(_ text: String, after past: [UInt8]) {
    guard !wanted.contains(text) else { return }
    wanted.append(text)
    longest = max(longest, text.utf8.count)
    if Self.contains(past, Array(text.utf8)) { found.insert(text) }
    tail = past.suffix(longest - 1)
  }

  package mutating func reset() {
    found = []
    tail = []
  }

  /// - Returns: what was found for the first time.
  package mutating func feed(_ bytes: ArraySlice<UInt8>) -> [String] {
    guard found.count < wanted.count else { return [] }
    let text = tail + bytes
    let new = wanted.filter { !found.contains($0) && Self.contains(text, Array($0.utf8)) }
    found.formUnion(new)
    tail = text.suffix(longest - 1)
    return new
  }

  private static func contains(_ text: [UInt8], _ wanted: [UInt8]) -> Bool {
    guard let first = wanted.first else { return !text.isEmpty }
    guard text.count >= wanted.count else { return false }
    return text.indices.dropLast(wanted.count - 1).contains { start in
      text[start] == first && text[start..<start + wanted.count].elementsEqual(wanted)
    }
  }
}
