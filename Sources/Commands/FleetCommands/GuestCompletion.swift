import Control

/// Guests' names for a shell that completes them, asked of the monitors that run.
enum GuestCompletion {
  /// - Parameter arguments: the command line so far.
  @Sendable static func names(_ arguments: [String], _ index: Int, _ prefix: String) -> [String] {
    let option = arguments.firstIndex(of: "--fleet").map { $0 + 1 }
    let fleet = option.flatMap { arguments.indices.contains($0) ? arguments[$0] : nil }
    let running = (try? RunningFleets.all()) ?? []
    return running.filter { fleet == nil || $0.fleet == fleet }.flatMap(\.guests)
  }

  @Sendable static func fleets(_ arguments: [String], _ index: Int, _ prefix: String) -> [String] {
    ((try? RunningFleets.all()) ?? []).map(\.fleet)
  }
}
