import ArgumentParser
import Control

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// `roost logs`: what guests have printed.
struct LogsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Show what guests have printed, as far as the monitor keeps it.")

  @OptionGroup var fleet: FleetOptions

  @Argument(help: ArgumentHelp("Only these.", valueName: "guest"), completion: .custom(GuestCompletion.names))
  var guests: [String] = []

  @Flag(name: [.short, .long], help: "Go on with what they print from now on.")
  var follow = false

  @Option(
    name: [.customShort("n"), .customLong("tail")],
    help: ArgumentHelp("Only the last lines of each.", valueName: "lines"))
  var lines: Int?

  @OptionGroup var rendering: RenderingOptions

  func validate() throws {
    if let lines, lines < 0 { throw ValidationError("--tail: expected a number of lines, from 0") }
  }

  func run() throws {
    let client = try fleet.connect()
    let signals = try HostSignals(and: [SIGWINCH])
    defer { signals.release() }
    let output = OutputStream(.standardOutput, capacity: 64 << 10)
    let screen = ConsoleScreen(
      client, guests: guests.isEmpty ? client.greeting.guests : guests, options: rendering.options, output: output,
      tail: lines)
    let loop = ConsoleLoop(
      client: client, screen: screen, output: output, signals: signals, terminal: Terminal(.standardInput),
      hasKeys: false)
    loop.onRound = { screen.isDrained ? .finished : nil }
    if follow { _ = try client.call(.watch) }
    try screen.openAll(history: 16 << 20, follows: follow)
    try loop.finish(loop.run()).report()
  }
}

extension ConsoleLoop.Ending {
  /// Ends the command with the exit code that says how this ended.
  func report() throws {
    switch self {
    case .finished, .left: break
    case .signal(let number): throw ExitCode(ExitStatus.signal(number).code)
    case .monitorGone: throw ControlError.disconnected
    case .outputFailed(EPIPE): throw ExitCode(ExitStatus.signal(SIGPIPE).code)
    case .outputFailed(let number):
      throw CommandError.cannotWrite(file: "standard output", reason: hostErrorText(number))
    }
  }
}
