import ArgumentParser
import Control

/// A command that does something to guests and tells what came of it.
protocol ActionCommand: ParsableCommand {
  static var action: GuestAction { get }
  var options: ActionOptions { get }
}

struct ActionOptions: ParsableArguments {
  @OptionGroup var fleet: FleetOptions

  @Argument(help: ArgumentHelp("The guests.", valueName: "guest"), completion: .custom(GuestCompletion.names))
  var guests: [String] = []

  @Flag(name: [.short, .long], help: "All guests.")
  var all = false

  func validate() throws {
    guard all != !guests.isEmpty else { throw ValidationError("name the guests, or give --all") }
  }
}

extension ActionCommand {
  func run() throws {
    let client = try options.fleet.connect(isToChange: true)
    let results = try client.act(Self.action, on: options.all ? client.greeting.guests : options.guests)
    for result in results where result.refusal == nil {
      print("\(result.guest): \(result.state)\(result.note.map { " (\($0))" } ?? "")")
    }
    for refusal in results.compactMap(\.refusal) { StandardError.report(refusal.message) }
    if let refusal = results.compactMap(\.refusal).first { throw ExitCode(refusal.exitStatus.code) }
  }

  static func describe(_ abstract: String) -> CommandConfiguration {
    CommandConfiguration(commandName: action.rawValue, abstract: abstract)
  }
}

struct StartCommand: ActionCommand {
  static let action = GuestAction.start
  static let configuration = describe("Start guests that do not run.")
  @OptionGroup var options: ActionOptions
}

struct StopCommand: ActionCommand {
  static let action = GuestAction.stop
  static let configuration = describe("Ask guests to stop, and end those that do not in time.")
  @OptionGroup var options: ActionOptions
}

struct KillCommand: ActionCommand {
  static let action = GuestAction.kill
  static let configuration = describe("End guests at once.")
  @OptionGroup var options: ActionOptions
}

struct RestartCommand: ActionCommand {
  static let action = GuestAction.restart
  static let configuration = describe("Stop guests and start them again, with their images read anew.")
  @OptionGroup var options: ActionOptions
}

struct PauseCommand: ActionCommand {
  static let action = GuestAction.pause
  static let configuration = describe("Let guests stand still.")
  @OptionGroup var options: ActionOptions
}

struct ResumeCommand: ActionCommand {
  static let action = GuestAction.resume
  static let configuration = describe("Let paused guests go on.")
  @OptionGroup var options: ActionOptions
}

struct ResetCommand: ActionCommand {
  static let action = GuestAction.reset
  static let configuration = describe("Press guests' reset buttons.")
  @OptionGroup var options: ActionOptions
}
