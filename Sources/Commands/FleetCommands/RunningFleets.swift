import Control

/// The fleets that this user's monitors run.
struct RunningFleets {
  /// What each says of itself, in the order of names.
  private(set) var greetings: [Greeting] = []
  /// Those that have a monitor which could not be talked to, and why.
  private(set) var unreachable: [UnreachableFleet] = []

  /// Asks all. Sockets that nobody listens at are passed over.
  init() throws(ControlError) {
    let folder = try RuntimeFolder.standard()
    for name in folder.fleets {
      guard let place = try? FleetPlace(fleet: name, in: folder) else { continue }
      do throws(ControlError) {
        greetings.append(try ControlClient(place).greeting)
      } catch {
        switch error {
        case .noMonitor, .disconnected: break
        default: unreachable.append(UnreachableFleet(fleet: name, error: error))
        }
      }
    }
  }
}

/// A fleet whose monitor does not say what it runs.
struct UnreachableFleet: ReportedError {
  let fleet: String
  let error: ControlError

  var description: String { "fleet '\(fleet)': \(error)" }
  var exitStatus: ExitStatus { error.exitStatus }
}
