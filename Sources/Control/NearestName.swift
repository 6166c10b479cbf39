/// The name that differs least from one that was mistyped; nil when none is near.
func nearest(to word: String, among names: [String]) -> String? {
  let candidates = names.map { (name: $0, distance: distance(Array(word.utf8), Array($0.utf8))) }
  guard let best = candidates.min(by: { $0.distance < $1.distance }) else { return nil }
  return best.distance <= max(1, word.utf8.count / 3) ? best.name : nil
}

/// How many bytes must be inserted, removed or replaced to get from one word to another.
private func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  // Neither is longer than a name can be, unless it is far off.
  guard a.count <= 128, b.count <= 128 else { return .max }
  var row = Array(0...b.count)
  for (i, left) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, right) in b.enumerated() {
      let replaced = diagonal + (left == right ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
    }
  }
  return row[b.count]
}
