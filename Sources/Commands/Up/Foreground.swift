import Control
import Monitor
import SystemBus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A fleet on this terminal, until all of it has ended.
struct Foreground {
  let session: FleetSession
  let rendering: RenderingOptions
  /// Milliseconds that guests have to stop; nil for their own times.
  var grace: UInt64?
  var abortsOnExit = false
  /// The guest whose end is that of the command.
  var exitCodeFrom: String?

  init(session: FleetSession, rendering: RenderingOptions) {
    self.session = session
    self.rendering = rendering
  }

  /// Runs it. How the command is to end.
  func run() throws -> ExitStatus {
    let signals = try HostSignals(and: [SIGWINCH])
    defer { signals.release() }
    let terminal = Terminal(.standardInput)
    defer { terminal.restore() }
    defer { session.end() }
    let output = OutputStream(.standardOutput, capacity: 64 << 10)
    let client = try session.connect()
    let screen = ConsoleScreen(
      client, guests: session.fleet.guests.map(\.name), options: rendering.options, output: output)
    let hasKeys = Terminal.canHaveCommands
    let loop = ConsoleLoop(
      client: client, screen: screen, output: output, signals: signals, terminal: terminal, hasKeys: hasKeys)
    let course = Course(session: session, screen: screen, terminal: terminal, grace: grace, enders: enders)
    course.direct(loop)
    _ = try client.call(.watch)
    try screen.openAll(history: 0, follows: true)
    if hasKeys { terminal.enter(.commands) }
    session.start()
    let ending = loop.finish(try loop.run())
    terminal.restore()
    if case .outputFailed(let number) = ending {
      session.stop(grace: grace)
      session.waitUntilDown(signals)
      return course.signal.map { .signal($0) } ?? Self.report(failure: number)
    }
    return try conclude(course, client, output)
  }

  /// Tells that output could not be written, unless nobody reads it.
  private static func report(failure number: Int32) -> ExitStatus {
    if number == EPIPE { return .signal(SIGPIPE) }
    let error = CommandError.cannotWrite(file: "standard output", reason: hostErrorText(number))
    StandardError.report("\(error)")
    return error.exitStatus
  }

  /// The guests whose end is the end of all.
  private var enders: [Guest] {
    session.monitor.guests.filter { abortsOnExit || $0.name == exitCodeFrom }
  }

  /// Tells what each guest got, and how the command is to end.
  private func conclude(_ course: Course, _ client: ControlClient, _ output: OutputStream) throws -> ExitStatus {
    if case .status(_, let guests) = try client.call(.status(guests: [])) {
      output.append(Array(("\n" + StatusTables.summary(guests).text).utf8))
      output.deadline = HostTime.now + 2_000_000_000
      output.flush()
    }
    if let signal = course.signal { return .signal(signal) }
    if let failure = output.failure { return Self.report(failure: failure) }
    if let exitCodeFrom, let guest = session.monitor.guest(named: exitCodeFrom) { return guest.exitStatus }
    return session.monitor.guests.contains { $0.exitStatus != .passed } ? .failed(1) : .passed
  }
}

/// The course of a fleet in the foreground: from its start over a stop to the last line.
private final class Course {
  private let session: FleetSession
  private let screen: ConsoleScreen
  private let terminal: Terminal
  private let grace: UInt64?
  private let enders: [Guest]
  /// The signal that stopped it.
  private(set) var signal: Int32?
  /// Until when what was printed last is waited for, once all have ended.
  private var drainDeadline: UInt64?

  /// How long a terminal that takes nothing is waited for at the end, in nanoseconds.
  private static let patience: UInt64 = 2_000_000_000

  init(session: FleetSession, screen: ConsoleScreen, terminal: Terminal, grace: UInt64?, enders: [Guest]) {
    self.session = session
    self.screen = screen
    self.terminal = terminal
    self.grace = grace
    self.enders = enders
  }

  func direct(_ loop: ConsoleLoop) {
    loop.descriptor = session.stopDescriptor
    loop.nextDue = { [self] in [session.nextDue, drainDeadline].compactMap { $0 }.min() }
    loop.onRound = { [self] () throws(ControlError) in try advance() }
    loop.onSignal = { [self] signal in
      stop()
      self.signal = self.signal ?? signal
      return nil
    }
    loop.onIncoming = { [self] incoming in
      // A console at which nothing happens any more is left.
      if case .event(.state(let guest, let state, _)) = incoming, guest == shownGuest, GuestRecord.isOver(state) {
        leaveGuest()
      }
    }
    loop.onCommand = { [self] event throws(ControlError) in
      try carryOut(event)
      return nil
    }
  }

  private func advance() throws(ControlError) -> ConsoleLoop.Ending? {
    session.attend()
    if let drainDeadline { return screen.isDrained || HostTime.now >= drainDeadline ? .finished : nil }
    if !session.isStopWanted, enders.contains(where: { $0.lifecycle.isOver }) {
      session.stop(grace: grace)
    }
    guard session.isQuiet else { return nil }
    drainDeadline = HostTime.now + Self.patience
    leaveGuest()
    try screen.drain()
    return nil
  }

  /// Stops all guests; kills them if that has been asked for before.
  private func stop() {
    guard session.isStopWanted else {
      leaveGuest()
      screen.write("\n-- stopping all guests; once more kills them --\n")
      return session.stop(grace: grace)
    }
    session.kill()
  }

  // MARK: Keys

  private func carryOut(_ event: ViewKeys.Event) throws(ControlError) {
    let count = screen.guests.count
    switch event {
    case .next: try show(screen.attached.map { ($0.guest + 1) % count } ?? 0)
    case .previous: try show(screen.attached.map { ($0.guest + count - 1) % count } ?? count - 1)
    case .guest(let number): try show(number)
    case .all: leaveGuest()
    case .list: screen.write(list())
    case .help: screen.write(ViewKeys.help(all: true, quit: "stop all guests; once more kills them"))
    case .reset: if let attached = screen.attached { try? session.monitor.guests[attached.guest].reset() }
    case .quit: stop()
    case .key: break
    }
  }

  private func show(_ guest: Int) throws(ControlError) {
    guard screen.guests.indices.contains(guest), drainDeadline == nil else { return }
    terminal.enter(.raw)
    try screen.attach(guest)
  }

  private var shownGuest: String? { screen.attached.map { screen.guests[$0.guest] } }

  private func leaveGuest() {
    guard screen.attached != nil else { return }
    screen.detach()
    terminal.enter(.commands)
  }

  private func list() -> String {
    let lines = session.monitor.guests.enumerated().map { number, guest in
      let mark = screen.attached?.guest == number ? "*" : " "
      return "\(mark)\(number + 1)  \(guest.name)  \(guest.lifecycle.word)\n"
    }
    return "\n" + lines.joined()
  }
}
