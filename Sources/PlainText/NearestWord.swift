/// The word of `candidates` that `word` most likely was meant to be; nil if none is near.
///
/// Only as many candidates are looked at as a person could have meant.
package func nearest(to word: String, among candidates: [String]) -> String? {
  let typed = Array(folded(word))
  guard typed.count <= 64 else { return nil }
  let limit = typed.count < 3 ? 0 : max(1, typed.count / 3)
  var best: (word: String, distance: Int)?
  for candidate in candidates.prefix(1000) {
    let letters = folded(candidate)
    guard abs(letters.count - typed.count) <= limit else { continue }
    let distance = editDistance(typed, Array(letters))
    if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  return best?.word
}

private func folded(_ word: String) -> [UInt8] {
  word.lowercased().utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
}

/// How many letters must be added, dropped, replaced or exchanged with their neighbour to make `second` of `first`
/// (optimal string alignment).
private func editDistance(_ first: [UInt8], _ second: [UInt8]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...second.count)
  for (row, letter) in first.enumerated() {
    var current = [row + 1]
    for (column, other) in second.enumerated() {
      var distance = min(last[column] + (letter == other ? 0 : 1), last[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, letter == second[column - 1], first[row - 1] == other {
        distance = min(distance, beforeLast[column - 1] + 1)
      }
      current.append(distance)
    }
    beforeLast = last
    last = current
  }
  return last[second.count]
}
