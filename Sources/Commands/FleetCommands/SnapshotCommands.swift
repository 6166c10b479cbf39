import ArgumentParser
import Control

/// `roost snapshot`: saves a guest of a running fleet to a file.
struct SnapshotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot", abstract: "Save a guest to a file, while it runs.",
    discussion: """
      The guest goes on. 'roost run --restore FILE' goes on from the file, and so does a guest of a fleet file that says \
      'snapshot: FILE'. A file that is there already is replaced once the new one is complete. Only its owner can read it: \
      it holds all that is in the guest's memory.
      """)

  @OptionGroup var fleet: FleetOptions

  @Argument(help: "The guest.", completion: .custom(GuestCompletion.names))
  var guest: String

  @Argument(help: ArgumentHelp("The file.", valueName: "file"), completion: .file())
  var destination: String

  func run() throws {
    let client = try fleet.connect(isToChange: true)
    try client.report(.snapshot(guest: guest, file: pathFromRoot(destination)))
  }
}

/// `roost clone`: lets a copy of a guest go on beside it.
struct CloneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clone", abstract: "Let a copy of a running guest go on beside it.",
    discussion: """
      The copy shares the memory that neither of them changes. It has the same weight and limits, no log file, and depends \
      on no other guest. When it is started again, it goes on from where it was copied. It is gone when the fleet is down.
      """)

  @OptionGroup var fleet: FleetOptions

  @Argument(help: "The guest.", completion: .custom(GuestCompletion.names))
  var guest: String

  @Argument(help: "What the copy is called.")
  var name: String

  func run() throws {
    let client = try fleet.connect(isToChange: true)
    try client.report(.clone(guest: guest, name: name))
  }
}

extension ControlClient {
  /// Makes a request, and tells what came of it.
  fileprivate func report(_ request: Request) throws {
    guard case .acted(let results) = try call(request) else { return }
    for result in results { print("\(result.guest): \(result.state)\(result.note.map { " (\($0))" } ?? "")") }
  }
}
