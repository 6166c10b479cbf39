import Synchronization
import SystemBus

/// Runs many guests side by side on the threads of one process.
public final class Monitor: Sendable {
  private let core: MonitorCore
  private let configuration: MonitorConfiguration
  private let order: Mutex<[Guest]> = Mutex([])
  private let logs: LogWriter
  private let started = HostTime.now
  private let intent: Mutex<Intent> = Mutex(.running)
  private let ending = HostLock()

  /// What an event about one guest means for the others.
  private enum Intent {
    /// Those that wait for it may start.
    case running
    /// Nothing yet: all are being told to start.
    case starting
    /// Those that it depended on may stop.
    case stopping
  }

  public init(_ configuration: MonitorConfiguration) {
    self.configuration = configuration
    core = MonitorCore(configuration)
    logs = LogWriter(core)
    _ = core.observe { [weak self] event in self?.follow(event) }
  }

  deinit { shutDown() }

  // MARK: Guests

  /// In the order in which they were added.
  public var guests: [Guest] { order.withLock { $0 } }

  public func guest(named name: String) -> Guest? { guests.first { $0.name == name } }

  /// Takes guests in, all or none. They are not started yet.
  public func add(_ descriptions: [GuestDescription]) throws(MonitorError) -> [Guest] {
    if core.isClosed { throw .shuttingDown }
    let checks = GuestChecks(workers: configuration.workers, canUseProcesses: configuration.processExecution != nil)
    return try order.withLock { known throws(MonitorError) in
      try checks.check(descriptions, beside: known.map(\.description))
      let new = descriptions.map { Guest($0, monitor: core) }
      known += new
      watchForLines(of: known)
      for guest in new {
        let slot = core.pool.add(guest, share: guest.description.share)
        guest.control.withLock { $0.slot = slot }
        if guest.description.console.log != nil { logs.follow(guest) }
      }
      return new
    }
  }

  private func watchForLines(of guests: [Guest]) {
    for dependency in guests.flatMap(\.description.dependencies) {
      guard let line = dependency.line else { continue }
      guests.first { $0.name == dependency.guest }?.console.watch(for: line)
    }
  }

  /// Forgets a guest that is not alive.
  public func remove(_ guest: Guest) throws(MonitorError) {
    let slot = try guest.control.withLock { control throws(MonitorError) in
      guard let slot = control.slot, !control.lifecycle.isAlive else {
        let state = control.slot == nil ? "removed" : control.lifecycle.word
        throw .notPossible(guest: guest.name, action: "remove", state: state)
      }
      control.slot = nil
      guest.discharge(&control)
      return slot
    }
    core.pool.remove(slot)
    logs.forget(guest)
    order.withLock { guests in guests.removeAll { $0 === guest } }
  }

  // MARK: All at once

  /// Starts every guest that is not alive, each as soon as those it depends on are there. What cannot be started fails,
  /// with the reason.
  public func startAll() {
    intent.withLock { $0 = .starting }
    for guest in guests {
      if let first = guest.description.dependencies.first { guest.wait(for: first.guest, isNew: true) }
    }
    for guest in guests where guest.description.dependencies.isEmpty && !guest.lifecycle.isAlive {
      do { try guest.start() } catch { guest.fail(because: "\(error)") }
    }
    intent.withLock { if $0 == .starting { $0 = .running } }
    reconsider()
  }

  /// Asks every guest to stop, those first on which no other depends; `force` ends all of them at once.
  public func stopAll(force: Bool = false) {
    intent.withLock { $0 = .stopping }
    if force {
      for guest in guests { try? guest.kill() }
    }
    stopNext()
  }

  /// Ends every guest and the monitor's threads. Nothing can be started afterwards.
  public func shutDown() {
    ending.lock()
    defer { ending.unlock() }
    core.close()
    stopAll(force: true)
    _ = wait(timeout: 10_000_000_000) { guests.allSatisfy { !$0.lifecycle.isAlive } }
    core.pool.shutDown()
    logs.shutDown()
  }

  /// What an event means for other guests.
  private func follow(_ event: MonitorEvent) {
    switch event {
    case .lifecycle, .started, .said:
      switch intent.withLock({ $0 }) {
      case .running: reconsider()
      case .starting: break
      case .stopping: stopNext()
      }
    case .console, .notice: break
    }
  }

  private func stopNext() {
    let left = guests.filter { !$0.lifecycle.isOver && $0.lifecycle != .created }
    // Who is started after all have stopped stays.
    if left.isEmpty { intent.withLock { if $0 == .stopping { $0 = .running } } }
    let needed = Set(left.flatMap(\.description.dependencies).map(\.guest))
    for guest in left where guest.lifecycle != .stopping && !needed.contains(guest.name) { try? guest.stop() }
  }

  /// Starts the guests that wait for nothing any more.
  private func reconsider() {
    let guests = guests
    for guest in guests {
      guard case .waiting = guest.lifecycle else { continue }
      switch obstacle(to: guest, among: guests) {
      case .none:
        do { try guest.startWaiting() } catch { guest.giveUp(because: "\(error)") }
      case .waiting(let name): guest.wait(for: name, isNew: false)
      case .hopeless(let reason): guest.giveUp(because: reason)
      }
    }
  }

  private enum Obstacle {
    case none
    case waiting(String)
    case hopeless(String)
  }

  private func obstacle(to guest: Guest, among guests: [Guest]) -> Obstacle {
    for dependency in guest.description.dependencies {
      guard let other = guests.first(where: { $0.name == dependency.guest }) else { continue }
      let isMet = dependency.line.map { other.console.hasSaid($0) } ?? other.hasStarted
      if isMet { continue }
      let state = other.lifecycle
      guard state.isOver else { return .waiting(other.name) }
      let missing = dependency.line.map { "without a line with '\($0)'" } ?? "before it could start"
      return .hopeless("'\(other.name)', on which it depends, is \(state.word) \(missing)")
    }
    return .none
  }

  // MARK: Watching

  /// Has `handler` told of everything that happens, on the monitor's threads.
  public func observe(_ handler: @escaping @Sendable (MonitorEvent) -> Void) -> Observation {
    Observation(core, core.observe(handler))
  }

  /// Waits until `condition` holds, which is looked at after every event.
  /// - Parameter nanoseconds: the longest wait; nil for ever.
  /// - Returns: whether it holds.
  public func wait(timeout nanoseconds: UInt64?, until condition: () -> Bool) -> Bool {
    core.wait(timeout: nanoseconds, until: condition)
  }

  public var statistics: MonitorStatistics {
    MonitorStatistics(
      workers: configuration.workers, uptime: HostTime.now &- started, memoryLimit: core.ledger.limit,
      memoryAdmitted: core.ledger.inUse)
  }
}

/// What a monitor has and has given away.
public struct MonitorStatistics: Codable, Equatable, Sendable {
  public var workers: Int
  /// In nanoseconds.
  public var uptime: UInt64
  /// Bytes of RAM that guests may have together, and have.
  public var memoryLimit: UInt64
  public var memoryAdmitted: UInt64
}
