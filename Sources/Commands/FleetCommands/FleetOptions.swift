import ArgumentParser
import Control
import Fleet

/// Which fleet a command is about.
struct FleetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The fleet with this name.", valueName: "name"), completion: .custom(GuestCompletion.fleets))
  var fleet: String?

  @Option(
    name: [.customShort("F"), .customLong("file")],
    help: ArgumentHelp("The fleet of this fleet file (default: of the one here, or the only one).", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var file: String?

  func validate() throws {
    if fleet != nil && file != nil {
      throw ValidationError("--fleet and --file name the fleet twice; give one of them")
    }
  }

  /// Connects to its monitor.
  func connect() throws -> ControlClient { try ControlClient(place()) }

  /// Where its monitor is.
  func place() throws -> FleetPlace {
    let folder = try RuntimeFolder.standard()
    if let fleet { return try FleetPlace(fleet: fleet, in: folder) }
    let running = try RunningFleets.all()
    let chosen = try FleetChoice(running: running).choose(
      file: file.map(Self.fleetFile), here: FleetFile.names.map(absolutePath))
    return try FleetPlace(fleet: chosen.fleet, in: folder)
  }

  /// The fleet file at a path, or in the folder there.
  private static func fleetFile(_ path: String) -> String {
    let inside = FleetFile.names.map { path + "/" + $0 }.first { absolutePath($0) != $0 }
    return absolutePath(RuntimeFolder.isFolder(path) ? inside ?? path : path)
  }
}

/// Chooses among running fleets when none is named.
package struct FleetChoice {
  package let running: [Greeting]

  package init(running: [Greeting]) { self.running = running }

  /// - Parameters:
  ///   - file: absolute path of the fleet file that the user named.
  ///   - here: absolute paths of fleet files in the current folder.
  package func choose(file: String?, here: [String]) throws(FleetChoiceError) -> Greeting {
    if let file {
      guard let fleet = running.first(where: { $0.file == file }) else { throw .notRunning(file: file) }
      return fleet
    }
    if let fleet = running.first(where: { here.contains($0.file) }) { return fleet }
    guard let only = running.first else { throw .nothingRuns }
    guard running.count == 1 else { throw .several(running.map(\.fleet)) }
    return only
  }
}

package enum FleetChoiceError: ReportedError, Equatable {
  case nothingRuns
  case notRunning(file: String)
  case several([String])

  package var description: String {
    switch self {
    case .nothingRuns: "no fleet runs; 'roost up -d' starts the one of a fleet file"
    case .notRunning(let file): "\(file): no monitor runs this fleet; 'roost up -d' starts it"
    case .several(let names):
      "several fleets run (\(names.joined(separator: ", "))); say which with --fleet, or go to its fleet file's folder"
    }
  }

  package var exitStatus: ExitStatus {
    switch self {
    case .nothingRuns, .notRunning: .noMonitor
    case .several: .usage
    }
  }
}
