/// What people call a symbol: `Nest.Scheduler.choose` for what Swift, C++ and Rust make of such names. Only the path is
/// taken out, types and hashes are left away; any other name is as it stands.
func readable(_ symbol: String) -> String {
  let text = Array(symbol.utf8)
  for prefix in ["$s", "$e"] where symbol.hasPrefix(prefix) {
    let parts = path(in: text.dropFirst(prefix.utf8.count), kinds: Array("OVC".utf8))
    return parts.count > 1 ? parts.joined(separator: ".") : symbol
  }
  for prefix in ["_ZN"] where symbol.hasPrefix(prefix) {
    var parts = path(in: text.dropFirst(prefix.utf8.count), kinds: [])
    if let last = parts.last, last.utf8.count == 17, last.hasPrefix("h") { parts.removeLast() }
    return parts.count > 1 ? parts.joined(separator: "::") : symbol
  }
  return symbol
}

/// Identifiers that follow one another, each behind its length; in Swift with a letter in between for a type's kind.
private func path(in text: ArraySlice<UInt8>, kinds: [UInt8]) -> [String] {
  var rest = text
  var parts: [String] = []
  while let first = rest.first, (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(first) {
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard let length = Int(String(decoding: digits, as: UTF8.self)), length <= rest.count - digits.count else { break }
    rest = rest.dropFirst(digits.count)
    let part = rest.prefix(length)
    rest = rest.dropFirst(length)
    // Swift's mark of what is private to a file.
    if part.first == UInt8(ascii: "_"), !kinds.isEmpty { break }
    parts.append(String(decoding: part, as: UTF8.self))
    if let next = rest.first, kinds.contains(next) { rest = rest.dropFirst() }
  }
  return parts
}
