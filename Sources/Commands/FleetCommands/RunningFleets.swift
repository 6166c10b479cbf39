import Control

/// The fleets that this user's monitors run.
enum RunningFleets {
  /// What each says of itself, in the order of names. Sockets that nobody listens at are passed over.
  static func all() throws(ControlError) -> [Greeting] {
    let folder = try RuntimeFolder.standard()
    var greetings: [Greeting] = []
    for name in folder.fleets {
      guard let place = try? FleetPlace(fleet: name, in: folder) else { continue }
      if let client = try? ControlClient(place) { greetings.append(client.greeting) }
    }
    return greetings
  }
}
