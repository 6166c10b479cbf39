import ArgumentParser
import Boards
import Control
import SystemBus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// `roost top`: a live screen of all guests.
struct TopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top", abstract: "Watch all guests of a fleet.",
    discussion: """
      Keys: c, i, m, w, o and n order the guests by CPU, MIPS, memory, wake latency, console and name; the arrows, j, k, \
      space and b scroll; q ends it.
      """)

  @OptionGroup var fleet: FleetOptions

  @Flag(help: "Write the guests once, without a live screen.")
  var once = false

  @Option(
    name: [.short, .long], help: ArgumentHelp("Time between two looks, such as 500ms.", valueName: "time"),
    transform: TimeLimit.init(parsing:))
  var interval: TimeLimit?

  @Flag(help: "Without colours (so does NO_COLOR in the environment).")
  var noColor = false

  func run() throws {
    let client = try fleet.connect()
    var sampler = TopSampler()
    let interval = interval?.nanoseconds ?? 1_000_000_000
    if once {
      _ = try sampler.sample(client)
      // Rates need two looks.
      try client.pause(nanoseconds: min(interval, 1_000_000_000))
      guard let screen = try sampler.sample(client) else { return }
      return try StandardOutput.write(screen.render().joined(separator: "\n") + "\n")
    }
    guard Terminal.canHaveCommands else { throw ValidationError("a live screen needs a terminal; --once does without") }
    let ending = try LiveTop(
      client: client, interval: interval, style: .standardOutput(allowsColors: !noColor)
    ).run(&sampler)
    try ending.report()
  }
}

/// Looks at guests, and remembers the last look.
struct TopSampler {
  private var last: [String: (time: UInt64, guest: GuestRecord)] = [:]

  /// What there is to show now.
  mutating func sample(_ client: ControlClient) throws(ControlError) -> TopScreen? {
    guard case .status(let monitor, let guests) = try client.call(.status(guests: [])) else { return nil }
    let now = HostTime.now
    let rows = guests.map { guest in
      var row = TopScreen.Row(guest: guest)
      if let before = last[guest.name], now > before.time {
        let seconds = Double(now - before.time) / 1e9
        row.stealPercent = min(Double(guest.stealNs &- min(before.guest.stealNs, guest.stealNs)) / seconds / 1e7, 1e4)
        let bytes = guest.consoleBytes &- min(before.guest.consoleBytes, guest.consoleBytes)
        row.consoleRate = UInt64(min(Double(bytes) / seconds, 1e15))
      }
      return row
    }
    last = [:]
    for guest in guests { last[guest.name] = (now, guest) }
    return TopScreen(monitor: monitor, rows: rows)
  }
}

/// The live screen, on a terminal.
private final class LiveTop {
  private let client: ControlClient
  private let interval: UInt64
  private let style: TextStyle
  private let output = OutputStream(.standardOutput, capacity: 64 << 10)
  private let terminal = Terminal(.standardInput)
  private var keys = TopKeys()
  private var order = TopScreen.Order.cpu
  private var offset = 0
  private var screen: TopScreen?

  private static let enter = "\u{1B}[?1049h\u{1B}[?25l"
  private static let leave = "\u{1B}[?25h\u{1B}[?1049l"

  init(client: ControlClient, interval: UInt64, style: TextStyle) {
    self.client = client
    self.interval = interval
    self.style = style
  }

  func run(_ sampler: inout TopSampler) throws -> ConsoleLoop.Ending {
    let signals = try HostSignals(and: [SIGWINCH])
    defer { signals.release() }
    output.interruption = signals.descriptor
    begin()
    defer { end() }
    var due: UInt64 = 0
    while true {
      if HostTime.now >= due {
        screen = try sampler.sample(client)
        due = HostTime.now + interval
      }
      show()
      if let failure = output.failure { return .outputFailed(errno: failure) }
      if let ending = try wait(until: due, signals) { return ending }
    }
  }

  private func wait(until due: UInt64, _ signals: HostSignals) throws -> ConsoleLoop.Ending? {
    var poller = Poller()
    let signal = poller.add(signals.descriptor.number)
    let input = poller.add(FileDescriptor.standardInput.number)
    let monitor = poller.add(client.descriptor)
    let now = HostTime.now
    poller.wait(nanoseconds: due > now ? due - now : 0)
    if poller.isReadable(monitor) { _ = try client.exchange() }
    if poller.isReadable(signal) {
      while let number = signals.take() {
        if HostSignals.ending.contains(number) { return number == SIGINT ? .left : .signal(number) }
        if number == SIGTSTP { suspend() } else { terminal.resume() }
      }
    }
    return poller.isReadable(input) ? takeKeys() : nil
  }

  private func takeKeys() -> ConsoleLoop.Ending? {
    var chunk = [UInt8](repeating: 0, count: 256)
    let count = chunk.withUnsafeMutableBytes { FileDescriptor.standardInput.readSome($0) }
    guard count > 0 else { return count == 0 ? .left : nil }
    let page = TopScreen.capacity(lines: size.lines)
    for byte in chunk[..<count] {
      switch keys.take(byte) {
      case .quit: return .left
      case .order(let order): self.order = order
      case .scroll(let lines): offset += lines
      case .page(let pages): offset += pages * page
      case .start: offset = 0
      case .end: offset = .max / 2
      case nil: break
      }
    }
    offset = min(max(offset, 0), screen?.lastOffset(lines: size.lines) ?? 0)
    return nil
  }

  private var size: (columns: Int, lines: Int) { Terminal.size(of: .standardOutput) ?? (80, 24) }

  private func show() {
    guard var screen else { return }
    screen.order = order
    screen.offset = offset
    screen.style = style
    let size = size
    // Each line overwrites what was there, so nothing flickers.
    let lines = screen.render(columns: size.columns, lines: size.lines).map { $0 + "\u{1B}[K" }
    output.append(Array(("\u{1B}[H" + lines.joined(separator: "\r\n") + "\u{1B}[J").utf8))
    output.flush()
  }

  private func begin() {
    terminal.enter(.commands)
    output.append(Array(Self.enter.utf8))
  }

  private func end() {
    output.append(Array(Self.leave.utf8))
    output.deadline = HostTime.now + 1_000_000_000
    output.interruption = nil
    output.flush()
    terminal.restore()
  }

  private func suspend() {
    output.append(Array(Self.leave.utf8))
    output.flush()
    terminal.suspend()
    output.append(Array(Self.enter.utf8))
  }
}
