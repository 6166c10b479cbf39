import Boards
import Snapshots
import SystemBus

/// Runs many guests side by side on the threads of one process.
public final class Monitor: Sendable {
  private let core: MonitorCore
  private let configuration: MonitorConfiguration
  private let roster = Roster()
  private let logs: LogWriter
  private let started = HostTime.now
  private let ending = HostLock()
  private let following: Int

  public init(_ configuration: MonitorConfiguration) {
    self.configuration = configuration
    core = MonitorCore(configuration)
    logs = LogWriter(core)
    // Not the monitor: its last user may let go of it at any time, but none of its own threads may.
    following = core.observe { [roster] event in roster.follow(event) }
    core.beforeStart { [roster] in roster.expectStart() }
  }

  deinit { shutDown() }

  // MARK: Guests

  /// In the order in which they were added.
  public var guests: [Guest] { roster.guests }

  public func guest(named name: String) -> Guest? { guests.first { $0.name == name } }

  /// Takes guests in, all or none. They are not started yet; the monitor's threads are, with the first. Of those that go on
  /// from a snapshot, what their machines are made of is read from the file.
  public func add(_ descriptions: [GuestDescription]) throws(MonitorError) -> [Guest] {
    var complete = descriptions
    var known: [String: MachineDescription] = [:]
    for index in complete.indices {
      guard let path = complete[index].snapshot else { continue }
      do throws(SnapshotFileError) {
        if known[path] == nil { known[path] = MachineDescription(try SnapshotFile.configuration(of: path)) }
      } catch {
        throw .badSnapshot(guest: complete[index].name, reason: "\(error)")
      }
      if let machine = known[path] { complete[index].machine = machine }
    }
    return try add(complete, from: nil)
  }

  /// Takes a guest in that goes on from a snapshot of another one, whenever it is started, until it has ended for good.
  /// It is like the other, but that it depends on no guest and has no log file.
  public func add(
    cloneOf guest: Guest, named name: String, from snapshot: SavedGuest
  ) throws(MonitorError) -> Guest {
    var description = guest.description
    description.name = name
    description.snapshot = nil
    description.dependencies = []
    description.console.log = nil
    return try add([description], from: snapshot)[0]
  }

  private func add(_ descriptions: [GuestDescription], from origin: SavedGuest?) throws(MonitorError) -> [Guest] {
    if core.isClosed { throw .shuttingDown }
    let checks = GuestChecks(workers: configuration.workers, canUseProcesses: configuration.processExecution != nil)
    return try roster.change { known throws(MonitorError) in
      try checks.check(descriptions, beside: known.map(\.description))
      try core.pool.begin()
      if descriptions.contains(where: { $0.console.log != nil }) { try logs.begin() }
      let new = descriptions.map { Guest($0, monitor: core, origin: origin) }
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
    let (slot, isPending) = try guest.control.withLock { control throws(MonitorError) in
      guard let slot = control.slot, !control.lifecycle.isAlive else {
        let state = control.slot == nil ? "removed" : control.lifecycle.word
        throw .notPossible(guest: guest.name, action: "remove", state: state)
      }
      control.slot = nil
      // What was to be started again is not any more.
      let isPending = control.lifecycle.isPending
      if isPending { control.lifecycle = .stopped }
      control.startsAgain = false
      guest.discharge(&control)
      return (slot, isPending)
    }
    if isPending { core.emit(.lifecycle(guest, .stopped)) }
    core.pool.remove(slot)
    logs.forget(guest)
    roster.change { guests in guests.removeAll { $0 === guest } }
  }

  // MARK: All at once

  /// Starts every guest that is not alive, each as soon as those it depends on are there. What cannot be started fails,
  /// with the reason.
  public func startAll() { roster.startAll() }

  /// Asks every guest to stop, those first on which no other depends; `force` ends all of them at once.
  public func stopAll(force: Bool = false) { roster.stopAll(force: force) }

  /// Ends every guest and the monitor's threads. Nothing can be started afterwards.
  public func shutDown() {
    ending.lock()
    defer { ending.unlock() }
    core.close()
    stopAll(force: true)
    _ = wait(timeout: 10_000_000_000) { guests.allSatisfy { !$0.lifecycle.isAlive } }
    core.pool.shutDown()
    logs.shutDown()
    core.endObserving(following)
    core.beforeStart(nil)
  }

  // MARK: Watching

  /// Has `handler` told of everything that happens, on the monitor's threads. It must not be the last to let go of the
  /// monitor, whose end waits for those threads: better that it does not hold it, weakly or not.
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
