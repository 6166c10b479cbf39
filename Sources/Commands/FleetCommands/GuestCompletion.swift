import Control

/// Guests' names for a shell that completes them, asked of the monitors that run.
enum GuestCompletion {
  /// - Parameters:
  ///   - arguments: the words of the command line.
  ///   - index: which of them is being completed.
  @Sendable static func names(_ arguments: [String], _ index: Int, _ prefix: String) -> [String] {
    var running = (try? RunningFleets().greetings) ?? []
    switch FleetWords(Array(arguments.prefix(max(index, 0)))).named {
    case .name(let name): running = running.filter { $0.fleet == name }
    case .file(let path):
      let file = FleetOptions.fleetFile(path)
      running = running.filter { $0.file == file }
    case nil: break
    }
    return running.flatMap(\.guests)
  }

  @Sendable static func fleets(_ arguments: [String], _ index: Int, _ prefix: String) -> [String] {
    ((try? RunningFleets().greetings) ?? []).map(\.fleet)
  }
}

/// Finds the fleet that is named in the words of a command line which may not be complete.
package struct FleetWords {
  package enum Named: Equatable {
    case name(String)
    case file(String)
  }

  /// What was named last.
  package private(set) var named: Named?

  private static let options: [String: @Sendable (String) -> Named] = [
    "--fleet": { .name($0) }, "--file": { .file($0) }, "-F": { .file($0) },
  ]

  /// - Parameter words: those before the one that is being completed.
  package init(_ words: [String]) {
    var words = words.prefix { $0 != "--" }
    while let word = words.popFirst() {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let make = Self.options[String(parts[0])] else { continue }
      if parts.count == 2 {
        named = make(String(parts[1]))
      } else {
        // bash gives the sign as a word of its own.
        if words.first == "=" { words.removeFirst() }
        if let value = words.popFirst() { named = make(value) }
      }
    }
  }
}
