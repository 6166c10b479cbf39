import ArgumentParser
import Boards
import Control
import Fleet
import Monitor
import Sandbox

/// `roost up`: runs a fleet.
struct UpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up", abstract: "Run the guests of a fleet file side by side.",
    discussion: """
      In the foreground the guests' consoles share the terminal, by whole lines. Ctrl-A n, p or 1…9 goes to the console \
      of one guest, Ctrl-A d back to all, Ctrl-A h tells the rest; Ctrl-C stops all in order, a second one kills them. It \
      ends when all guests have ended, with a table of what each got.

      The exit status is 0 when every guest ended well or was stopped, 1 when one failed, 128+N after signal N; \
      docs/EXIT-CODES.md lists the others.
      """)

  @Argument(help: ArgumentHelp("The fleet file (default: fleet.yaml or fleet.yml here).", valueName: "file"))
  var file: String?

  @Flag(name: [.short, .customLong("detach")], help: "Run in the background, controlled by the other commands.")
  var detached = false

  @OptionGroup var rendering: RenderingOptions

  @Flag(help: "Stop all guests as soon as one has ended.")
  var abortOnExit = false

  @Option(
    help: ArgumentHelp(
      "Stop all guests when this one has ended, and end with its exit status, as roost run would give it.",
      valueName: "guest"), completion: .custom(GuestCompletion.names))
  var exitCodeFrom: String?

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "How long guests have to stop before they are killed, such as 500ms or 10s (default: as the fleet file says).",
      valueName: "time"), transform: TimeLimit.init(parsing:))
  var timeout: TimeLimit?

  func validate() throws {
    if detached && (abortOnExit || exitCodeFrom != nil) {
      throw ValidationError("--abort-on-exit and --exit-code-from are for a fleet in the foreground, without -d")
    }
  }

  func run() throws {
    let fleet = try FleetFile.load(path: file)
    if let exitCodeFrom, !fleet.guests.contains(where: { $0.name == exitCodeFrom }) {
      throw ControlError.refused(Refusal(.noSuchGuest, "there is no guest '\(exitCodeFrom)' in \(fleet.path)"))
    }
    let place = try FleetPlace(fleet: fleet.name, in: RuntimeFolder.standard())
    let status: ExitStatus
    if detached {
      status = try BackgroundLauncher(fleet: fleet, place: place).launch()
    } else {
      HostProcess.raiseDescriptorLimit()
      let session = try FleetSession(
        fleet, configuration: try .standard(for: fleet), lock: MonitorLock.take(place), isBackground: false)
      var foreground = Foreground(session: session, rendering: rendering)
      foreground.grace = timeout.map { $0.nanoseconds / 1_000_000 }
      foreground.abortsOnExit = abortOnExit
      foreground.exitCodeFrom = exitCodeFrom
      status = try foreground.run()
    }
    if status != .passed { throw ExitCode(status.code) }
  }
}

/// How consoles are shown.
struct RenderingOptions: ParsableArguments {
  @Flag(help: "Without colours (so does NO_COLOR in the environment).")
  var noColor = false

  @Flag(help: "Without the guests' names in front of lines.")
  var noLogPrefix = false

  var options: LineInterleaver.Options {
    LineInterleaver.Options(style: .standardOutput(allowsColors: !noColor), hasPrefix: !noLogPrefix)
  }
}

extension MonitorConfiguration {
  /// For a fleet, on this host.
  static func standard(for fleet: Fleet) throws(MonitorError) -> MonitorConfiguration {
    var configuration = MonitorConfiguration()
    if let workers = fleet.workers { configuration.workers = workers }
    if let limit = fleet.memoryLimit { configuration.memoryLimit = limit }
    // Children are only tried out when some guest needs one.
    if let guest = fleet.guests.first(where: { $0.isolation == .process }) {
      do throws(SandboxError) {
        let sandbox = try Sandbox()
        configuration.processExecution = sandbox.executionFactory
        configuration.processRestoration = sandbox.restorationFactory
      } catch {
        throw .isolationUnavailable(guest: guest.name, reason: "\(error)")
      }
    }
    return configuration
  }
}
