import Control
import Fleet
import Monitor
import Synchronization
import SystemBus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A fleet that is being run by this process: its monitor, and the server through which it is controlled. In the
/// foreground and in the background it is the same.
final class FleetSession: Sendable {
  let fleet: Fleet
  let monitor: Monitor
  private let server: ControlServer
  private let service: MonitorService
  private let lock: MonitorLock?
  private let observation: Observation
  private let order: Stop

  /// Whether, and until when, guests have been asked to stop.
  private final class Stop: Sendable {
    private struct State {
      var isWanted = false
      /// When those that have not stopped are killed, as `HostTime.now`.
      var forcedAt: UInt64?
    }

    private let state = Mutex(State())
    /// Readable when a stop has been asked for.
    let waker: Waker
    private let monitor: Monitor

    init(_ monitor: Monitor) throws(ControlError) {
      self.monitor = monitor
      waker = try Waker()
    }

    var isWanted: Bool { state.withLock { $0.isWanted } }
    var forcedAt: UInt64? { state.withLock { $0.forcedAt } }

    /// - Parameter grace: milliseconds; nil for as long as each guest's own description gives it.
    func want(grace: UInt64?) {
      state.withLock { state in
        state.isWanted = true
        if let grace { state.forcedAt = HostTime.now &+ min(grace, 1 << 40) &* 1_000_000 }
      }
      monitor.stopAll(force: grace == 0)
      waker.wake()
    }

    func forceIfDue() {
      let isDue = state.withLock { state in
        guard let time = state.forcedAt, HostTime.now >= time else { return false }
        state.forcedAt = nil
        return true
      }
      if isDue { monitor.stopAll(force: true) }
    }
  }

  /// Makes everything ready; no guest is started yet.
  /// - Parameters:
  ///   - lock: of the fleet's place, if it can be controlled from outside.
  init(_ fleet: Fleet, configuration: MonitorConfiguration, lock: MonitorLock?, isBackground: Bool) throws {
    self.fleet = fleet
    self.lock = lock
    monitor = Monitor(configuration)
    _ = try monitor.add(fleet.guests)
    let order = try Stop(monitor)
    self.order = order
    let process = getpid()
    let service = MonitorService(monitor, fleet: fleet.name, process: process) { order.want(grace: $0) }
    self.service = service
    let greeting = Greeting(
      fleet: fleet.name, file: absolutePath(fleet.path), process: process, isBackground: isBackground,
      guests: fleet.guests.map(\.name))
    let server: ControlServer
    do {
      server = try ControlServer(greeting: greeting, service: service, listener: lock?.listen())
    } catch {
      lock?.removeSocket()
      throw error
    }
    self.server = server
    observation = monitor.observe { event in
      service.follow(event)
      server.tell(event)
    }
  }

  /// A connection to this session.
  func connect() throws(ControlError) -> ControlClient {
    let (ours, theirs) = try UnixSocket.pair()
    server.adopt(theirs)
    return try ControlClient(ours)
  }

  func start() { monitor.startAll() }

  /// Stops all guests, dependents first.
  /// - Parameter grace: milliseconds until they are killed; nil for their own times.
  func stop(grace: UInt64?) { order.want(grace: grace) }
  func kill() { order.want(grace: 0) }

  /// Whether somebody wants the fleet to end.
  var isStopWanted: Bool { order.isWanted }
  /// Readable when that has become so.
  var stopDescriptor: FileDescriptor { FileDescriptor(order.waker.descriptor) }

  /// To be called at `nextDue` at the latest, and after everything that happened.
  func attend() {
    order.waker.clear()
    order.forceIfDue()
  }

  var nextDue: UInt64? { order.forcedAt }

  /// Whether nothing will happen in any guest any more.
  var isQuiet: Bool { monitor.guests.allSatisfy { !$0.lifecycle.isActive } }

  /// Waits until a stop has been asked for, by a signal perhaps, and all guests have stopped; a second signal kills them.
  func waitUntilDown(_ signals: HostSignals) {
    while !(isStopWanted && isQuiet) {
      var poller = Poller()
      poller.add(signals.descriptor.number)
      poller.add(stopDescriptor.number)
      // Once guests are to stop, that the last has is seen soon after.
      poller.wait(nanoseconds: isStopWanted ? 10_000_000 : nil)
      while let signal = signals.take() {
        guard HostSignals.ending.contains(signal) else { continue }
        if isStopWanted { kill() } else { stop(grace: nil) }
      }
      attend()
    }
  }

  /// Ends everything; guests that are still alive are killed.
  func end() {
    monitor.stopAll(force: true)
    _ = monitor.wait(timeout: 5_000_000_000) { monitor.guests.allSatisfy { !$0.lifecycle.isActive } }
    server.stop()
    observation.cancel()
    monitor.shutDown()
    lock?.removeSocket()
  }
}

extension ControlServer {
  /// Tells clients of what happened in the monitor.
  func tell(_ event: MonitorEvent) {
    switch event {
    case .lifecycle(let guest, let state):
      publish(.state(guest: guest.name, state: state.word, reason: state.reason))
    case .notice(let guest, let text): publish(.notice(guest: guest.name, text: text))
    case .started, .said: wake()
    case .console: break
    }
  }
}

/// The path from the root, whether there is a file or not.
func pathFromRoot(_ path: String) -> String {
  path.hasPrefix("/") ? path : absolutePath(".") + "/" + path
}

/// The path from the root, without links, if there is a file there.
func absolutePath(_ path: String) -> String {
  guard let resolved = realpath(path, nil) else { return path }
  defer { free(resolved) }
  return String(cString: resolved)
}
