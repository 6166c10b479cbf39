import YAMLReading

/// Which guests wait for which.
struct DependencyGraph {
  struct Circle {
    /// The first one again at the end.
    var names: [String]
    /// Of the dependency that closes it.
    var position: TextPosition
  }

  private let names: [String]
  private var edges: [[(target: Int, position: TextPosition)]]

  init(names: [String]) {
    self.names = names
    edges = Array(repeating: [], count: names.count)
  }

  /// Notes that guest number `source` waits for `target`.
  mutating func connect(_ source: Int, to target: Int, at position: TextPosition) {
    edges[source].append((target, position))
  }

  /// Circles, one for each dependency that closes one on a walk through all, as many as are reported.
  func circles() -> [Circle] {
    var circles: [Circle] = []
    var isDone = Array(repeating: false, count: names.count)
    // Where a guest is on the path walked at the moment.
    var depth: [Int?] = Array(repeating: nil, count: names.count)
    for start in names.indices where !isDone[start] {
      // The path, with how many edges of each guest have been followed. A list of its own, so that no chain is too long.
      var path = [(guest: start, followed: 0)]
      depth[start] = 0
      while let (guest, followed) = path.last {
        guard followed < edges[guest].count else {
          isDone[guest] = true
          depth[guest] = nil
          path.removeLast()
          continue
        }
        path[path.count - 1].followed += 1
        let edge = edges[guest][followed]
        if let begin = depth[edge.target] {
          let members = path[begin...].map { names[$0.guest] } + [names[edge.target]]
          circles.append(Circle(names: members, position: edge.position))
          if circles.count == YAMLErrors.limit { return circles }
        } else if !isDone[edge.target] {
          depth[edge.target] = path.count
          path.append((edge.target, 0))
        }
      }
    }
    return circles
  }
}
