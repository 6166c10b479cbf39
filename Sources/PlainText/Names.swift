/// Whether `text` can name a guest, a fleet or a scenario: a letter or digit, then letters, digits, `.`, `_` and `-`; at
/// most 63 bytes.
package func isName(_ text: String) -> Bool {
  guard let first = text.utf8.first, isAlphanumeric(first), text.utf8.count <= 63 else { return false }
  return text.utf8.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
}

/// What `isName` asks for, in words that complete 'expected …'.
package let nameWords = "a name of letters, digits, '.', '_' and '-', at most 63, a letter or digit first"

private func isAlphanumeric(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "a")...UInt8(ascii: "z"):
    true
  default: false
  }
}
