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
  /// - Parameter isToChange: whether the command does more than to look; it then falls on no fleet by chance.
  func connect(isToChange: Bool = false) throws -> ControlClient { try ControlClient(place(isToChange: isToChange)) }

  /// Where its monitor is.
  func place(isToChange: Bool = false) throws -> FleetPlace {
    let folder = try RuntimeFolder.standard()
    if let fleet { return try FleetPlace(fleet: fleet, in: folder) }
    let fleets = try RunningFleets()
    let here = FleetFile.names.map(absolutePath).filter { $0.hasPrefix("/") }
    let named = file.map(Self.fleetFile)
    let choice = Result { () throws(FleetChoiceError) in
      try FleetChoice(running: fleets.greetings).choose(file: named, here: here, isToChange: isToChange)
    }
    // It may be one that does not say what it runs; and the only one that does need not be the only one.
    let isSure =
      switch choice {
      case .success(let fleet): !isToChange || named != nil || here.contains(fleet.file)
      case .failure(.several): true
      case .failure: false
      }
    if !isSure, let other = fleets.unreachable.first { throw other }
    return try FleetPlace(fleet: choice.get().fleet, in: folder)
  }

  /// The fleet file at a path, or in the folder there.
  static func fleetFile(_ path: String) -> String {
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
  ///   - isToChange: whether a fleet that has nothing to do with the fleet file here must not be chosen.
  package func choose(
    file: String?, here: [String], isToChange: Bool = false
  ) throws(FleetChoiceError) -> Greeting {
    if let file {
      guard let fleet = running.first(where: { $0.file == file }) else { throw .notRunning(file: file) }
      return fleet
    }
    if let fleet = running.first(where: { here.contains($0.file) }) { return fleet }
    guard let only = running.first else { throw .nothingRuns }
    if isToChange, let file = here.first { throw .otherRuns(file: file, running: running.map(\.fleet)) }
    guard running.count == 1 else { throw .several(running.map(\.fleet)) }
    return only
  }
}

package enum FleetChoiceError: ReportedError, Equatable {
  case nothingRuns
  case notRunning(file: String)
  case several([String])
  /// The fleet of the file here does not run, but these do.
  case otherRuns(file: String, running: [String])

  package var description: String {
    switch self {
    case .nothingRuns: "no fleet runs; 'roost up -d' starts the one of a fleet file"
    case .notRunning(let file): "\(file): no monitor runs this fleet; 'roost up -d' starts it"
    case .otherRuns(let file, let names):
      "\(file): no monitor runs this fleet; what runs is \(names.joined(separator: ", ")): --fleet NAME means that"
    case .several(let names):
      "several fleets run (\(names.joined(separator: ", "))); say which with --fleet, or go to its fleet file's folder"
    }
  }

  package var exitStatus: ExitStatus {
    switch self {
    case .nothingRuns, .notRunning, .otherRuns: .noMonitor
    case .several: .usage
    }
  }
}
