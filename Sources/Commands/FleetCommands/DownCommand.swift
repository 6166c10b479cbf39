import ArgumentParser
import Boards
import Control

/// `roost down`: ends a fleet.
struct DownCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "down", abstract: "Stop all guests of a fleet in order, and end its monitor.")

  @OptionGroup var fleet: FleetOptions

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "How long guests have to stop before they are killed, such as 500ms or 10s (default: as the fleet file says).",
      valueName: "time"), transform: TimeLimit.init(parsing:))
  var timeout: TimeLimit?

  func run() throws {
    let place = try fleet.place(isToChange: true)
    let client = try ControlClient(place)
    do throws(ControlError) {
      _ = try client.call(.down(grace: timeout.map { $0.nanoseconds / 1_000_000 }))
    } catch {
      // That it has gone is what was wanted.
      if error != .disconnected { throw error }
    }
    guard MonitorLock.waitUntilFree(place, nanoseconds: 15_000_000_000) else {
      throw ControlError.alreadyRunning(fleet: place.fleet, process: client.greeting.process)
    }
    print("\(place.fleet): down")
  }
}
