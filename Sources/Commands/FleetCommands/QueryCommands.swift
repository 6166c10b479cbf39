import ArgumentParser
import Control

/// `roost list`: the fleets that run.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the fleets that run.", aliases: ["ls"])

  @Flag(help: "Write JSON.")
  var json = false

  private struct Row: Codable {
    var fleet: String
    var file: String
    var process: Int32
    var background: Bool
    var guests: [String]
  }

  func run() throws {
    let fleets = try RunningFleets()
    let rows = fleets.greetings.map {
      Row(fleet: $0.fleet, file: $0.file, process: $0.process, background: $0.isBackground, guests: $0.guests)
    }
    try StandardOutput.write(json ? jsonText(rows) + "\n" : Self.table(rows))
    for fleet in fleets.unreachable { StandardError.report("\(fleet)") }
    if let fleet = fleets.unreachable.first { throw ExitCode(fleet.exitStatus.code) }
  }

  private static func table(_ rows: [Row]) -> String {
    var table = TextTable([("FLEET", .left), ("GUESTS", .right), ("PROCESS", .right), ("", .left), ("FILE", .left)])
    for row in rows {
      table.add([
        row.fleet, "\(row.guests.count)", "\(row.process)", row.background ? "background" : "foreground", row.file,
      ])
    }
    return table.text
  }
}

/// `roost ps`: the guests of a fleet.
struct PsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "ps", abstract: "List a fleet's guests.")

  @OptionGroup var fleet: FleetOptions

  @Argument(help: ArgumentHelp("Only these.", valueName: "guest"), completion: .custom(GuestCompletion.names))
  var guests: [String] = []

  @Flag(help: "Write JSON.")
  var json = false

  @Flag(name: [.short, .long], help: "Write names alone.")
  var quiet = false

  func run() throws {
    guard case .status(_, let guests) = try fleet.connect().call(.status(guests: guests)) else { return }
    if json { return try StandardOutput.write(jsonText(guests) + "\n") }
    try StandardOutput.write(quiet ? guests.map { $0.name + "\n" }.joined() : StatusTables.list(guests).text)
  }
}

/// `roost stats`: what guests have used and done.
struct StatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats", abstract: "Tell what a fleet's guests have used and done.",
    discussion: "docs/CONTROL.md explains what --json writes.")

  @OptionGroup var fleet: FleetOptions

  @Argument(help: ArgumentHelp("Only these.", valueName: "guest"), completion: .custom(GuestCompletion.names))
  var guests: [String] = []

  @Flag(help: "Write JSON.")
  var json = false

  @Flag(help: "Go on, once a second; as JSON, one array a line.")
  var stream = false

  func run() throws {
    let client = try fleet.connect()
    repeat {
      guard case .status(_, let records) = try client.call(.status(guests: guests)) else { return }
      let text = json ? try jsonText(records, pretty: !stream) + "\n" : StatusTables.statistics(records).text
      try StandardOutput.write(text)
      if stream { try client.pause(nanoseconds: 1_000_000_000) }
    } while stream
  }
}

extension ControlClient {
  /// Lets time pass; ends early, with an error, when the monitor goes.
  func pause(nanoseconds: UInt64) throws(ControlError) {
    var poller = Poller()
    poller.add(descriptor)
    poller.wait(nanoseconds: nanoseconds)
    _ = try exchange()
  }
}
