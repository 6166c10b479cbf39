import Control
import SystemBus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Waits for keys, signals and the monitor, and keeps the screen up to date. It never waits for the terminal: when that
/// takes nothing, neither is anything taken from the monitor, which then drops what is too much.
final class ConsoleLoop {
  /// Why it is over.
  enum Ending: Equatable {
    case finished
    /// The user wanted to leave.
    case left
    case signal(Int32)
    case monitorGone
    case outputFailed(errno: Int32)
  }

  let client: ControlClient
  let screen: ConsoleScreen
  private let output: OutputStream
  private let signals: HostSignals
  private let terminal: Terminal
  private var keys = ViewKeys()
  private var isInputAtEnd = false
  /// Whether another program had the terminal when this one last looked.
  private var isBehind = false

  /// Whether keys may be commands. If not, input goes to the guest that is attached as it is.
  let hasKeys: Bool
  /// What a command that the screen does not know does; a reason to stop.
  var onCommand: (ViewKeys.Event) throws(ControlError) -> Ending? = { _ in nil }
  /// What a signal that ends does; nil to go on.
  var onSignal: (Int32) -> Ending? = { .signal($0) }
  /// Looked at in each round; a reason to stop.
  var onRound: () throws(ControlError) -> Ending? = { nil }
  /// Told of everything that comes from the monitor, before the screen is.
  var onIncoming: (ControlClient.Incoming) -> Void = { _ in }
  /// Another descriptor to wait for.
  var descriptor: FileDescriptor?
  /// When `onRound` must be asked again at the latest.
  var nextDue: () -> UInt64? = { nil }

  /// Bytes beyond which nothing more is taken until some have gone.
  private static let backlog = 64 << 10
  /// How often a loop behind another program looks whether it is in front again, of which nothing tells; in nanoseconds.
  private static let glance: UInt64 = 200_000_000

  init(
    client: ControlClient, screen: ConsoleScreen, output: OutputStream, signals: HostSignals, terminal: Terminal,
    hasKeys: Bool
  ) {
    self.client = client
    self.screen = screen
    self.output = output
    self.signals = signals
    self.terminal = terminal
    self.hasKeys = hasKeys
    output.deadline = 0
  }

  /// Runs until there is a reason to stop.
  func run() throws(ControlError) -> Ending {
    while true {
      if let ending = try onRound() { return ending }
      output.flush()
      if let failure = output.failure { return .outputFailed(errno: failure) }
      if let ending = try takeTurn() { return ending }
    }
  }

  /// Writes what is left, waiting for the terminal for a while. How it ended, after all.
  func finish(_ ending: Ending) -> Ending {
    screen.finish()
    output.deadline = HostTime.now + 2_000_000_000
    output.interruption = signals.descriptor
    output.flush()
    guard ending == .finished, let failure = output.failure else { return ending }
    return .outputFailed(errno: failure)
  }

  private func takeTurn() throws(ControlError) -> Ending? {
    lookWhoIsInFront()
    var poller = Poller()
    let signal = poller.add(signals.descriptor.number)
    let hasRoom = output.count < Self.backlog
    let monitor = poller.add(client.descriptor, input: hasRoom, output: client.wantsOutput)
    let input = poller.add(wantsInput ? FileDescriptor.standardInput.number : -1)
    poller.add(output.count > 0 ? FileDescriptor.standardOutput.number : -1, input: false, output: true)
    poller.add(descriptor?.number ?? -1)
    let hasIncoming = hasRoom && client.hasIncoming
    poller.wait(nanoseconds: hasIncoming ? 0 : timeToWait)
    if poller.isReadable(signal), let ending = takeSignals() { return ending }
    let isMonitorReady = hasRoom && poller.isReadable(monitor) || poller.isWritable(monitor)
    if hasIncoming || isMonitorReady, let ending = try takeMessages() { return ending }
    // It may have been stopped meanwhile.
    lookWhoIsInFront()
    if poller.isReadable(input), !isBehind, let ending = try takeInput() { return ending }
    screen.showQuiet()
    return nil
  }

  private var wantsInput: Bool { wantsKeys && !isBehind && client.unsent < Self.backlog }

  private var wantsKeys: Bool { !isInputAtEnd && (hasKeys || screen.attached != nil) }

  /// Notices that a shell has put another program in front, or this one again.
  private func lookWhoIsInFront() {
    guard wantsKeys else { return }
    let wasBehind = isBehind
    isBehind = !terminal.isInFront
    if wasBehind, !isBehind { terminal.resume() }
  }

  private var timeToWait: UInt64? {
    let now = HostTime.now
    let glance = wantsKeys && isBehind ? now &+ Self.glance : nil
    guard let due = [screen.nextDue, nextDue(), glance].compactMap({ $0 }).min() else { return nil }
    return due > now ? due - now : 0
  }

  private func takeMessages() throws(ControlError) -> Ending? {
    do throws(ControlError) {
      for incoming in try client.exchange() {
        onIncoming(incoming)
        screen.handle(incoming)
      }
      return nil
    } catch {
      guard error == .disconnected else { throw error }
      return .monitorGone
    }
  }

  private func takeSignals() -> Ending? {
    while let signal = signals.take() {
      switch signal {
      case _ where HostSignals.ending.contains(signal): if let ending = onSignal(signal) { return ending }
      case SIGTSTP: terminal.suspend()
      case SIGWINCH: screen.resize()
      default: terminal.resume()
      }
    }
    return nil
  }

  // MARK: Keys

  private func takeInput() throws(ControlError) -> Ending? {
    var chunk = [UInt8](repeating: 0, count: 4096)
    let count = chunk.withUnsafeMutableBytes { FileDescriptor.standardInput.readSome($0) }
    guard count > 0 else {
      if count == 0 || (errno != EINTR && errno != EAGAIN) { isInputAtEnd = true }
      return nil
    }
    guard hasKeys else {
      screen.type(Array(chunk[..<count]))
      return nil
    }
    var typed: [UInt8] = []
    for byte in chunk[..<count] {
      switch keys.take(byte) {
      case .key(let key): typed.append(key)
      case let command?:
        screen.type(typed)
        typed = []
        if let ending = try onCommand(command) { return ending }
      case nil: break
      }
    }
    screen.type(typed)
    return nil
  }
}
