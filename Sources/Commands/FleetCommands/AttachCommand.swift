import ArgumentParser
import Control

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// `roost attach`: a guest's console on this terminal.
struct AttachCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attach", abstract: "Put a guest's console on this terminal.",
    discussion: """
      Every key goes to the guest, but for Ctrl-A d, which leaves it running, and what Ctrl-A h tells. Without a terminal \
      standard input goes to the guest as it is. It ends when the guest does.
      """)

  @OptionGroup var fleet: FleetOptions

  @Argument(help: ArgumentHelp("The guest.", valueName: "guest"), completion: .custom(GuestCompletion.names))
  var guest: String

  func run() throws {
    let client = try fleet.connect()
    let signals = try HostSignals(and: [SIGWINCH])
    defer { signals.release() }
    let terminal = Terminal(.standardInput)
    defer { terminal.restore() }
    let output = OutputStream(.standardOutput, capacity: 64 << 10)
    let screen = ConsoleScreen(
      client, guests: [guest],
      options: LineInterleaver.Options(style: TextStyle(isColored: false, columns: nil), hasPrefix: false),
      output: output)
    let hasKeys = Terminal.canHaveCommands
    let loop = ConsoleLoop(
      client: client, screen: screen, output: output, signals: signals, terminal: terminal, hasKeys: hasKeys)
    let watch = EndWatch(guest)
    loop.onIncoming = { watch.follow($0) }
    loop.onRound = { () throws(ControlError) in try watch.advance(screen) }
    loop.onCommand = { event throws(ControlError) in
      switch event {
      case .all, .quit: return .left
      case .help: screen.write(ViewKeys.help(all: false, quit: "leave; the guest goes on"))
      case .reset: try client.send(.act(.reset, guests: [guest]))
      default: break
      }
      return nil
    }
    _ = try client.call(.watch)
    guard case .status(_, let records) = try client.call(.status(guests: [guest])) else { return }
    try screen.attach(0)
    if let record = records.first { watch.begin(record) }
    if hasKeys { terminal.enter(.raw) }
    let ending = loop.finish(try loop.run())
    terminal.restore()
    try ending.report()
  }
}

/// Notices that a guest has ended, and waits for the last that it printed.
private final class EndWatch {
  private let guest: String
  private var isOver = false
  private var isDraining = false

  init(_ guest: String) { self.guest = guest }

  func begin(_ record: GuestRecord) { isOver = GuestRecord.isOver(record.state) }

  func follow(_ incoming: ControlClient.Incoming) {
    if case .event(.state(guest, let state, _)) = incoming { isOver = GuestRecord.isOver(state) }
  }

  func advance(_ screen: ConsoleScreen) throws(ControlError) -> ConsoleLoop.Ending? {
    if isDraining { return screen.isDrained ? .finished : nil }
    if isOver {
      isDraining = true
      try screen.drainAttached()
    }
    return nil
  }
}
