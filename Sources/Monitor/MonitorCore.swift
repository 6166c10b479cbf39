import Boards
import Snapshots
import Synchronization
import SystemBus

/// What guests and their monitor share: workers, memory, and who is told of what.
final class MonitorCore: Sendable {
  let pool: WorkerPool
  let ledger: MemoryLedger
  let lockstep: Lockstep
  private let snapshots = SnapshotStore()
  let backOff: @Sendable (UInt32) -> UInt64
  private let threadExecution: ExecutionFactory
  private let processExecution: ExecutionFactory?
  private let processRestoration: RestorationFactory?
  /// The newest first: the monitor itself, which is the first to observe, does what follows from an event when everybody
  /// else has been told.
  private let observers = Mutex<(next: Int, handlers: [(number: Int, handler: @Sendable (MonitorEvent) -> Void)])>(
    (0, []))
  private let eventLock = HostLock()
  private let eventHappened = HostCondition()
  private let waiters = Atomic<Int>(0)
  /// How many of them somebody may have waited for; changed under the lock.
  private let events = Atomic<UInt64>(0)
  private let closed = Atomic<Bool>(false)
  private let startHandler = Mutex(StartHandler())

  init(_ configuration: MonitorConfiguration) {
    pool = WorkerPool(workers: configuration.workers, slice: configuration.slice)
    ledger = MemoryLedger(limit: configuration.memoryLimit)
    lockstep = Lockstep { [pool] slot in pool.wake(slot, .chore) }
    backOff = configuration.backOff
    threadExecution = configuration.threadExecution
    processExecution = configuration.processExecution
    processRestoration = configuration.processRestoration
  }

  /// - Parameter origin: what it is to go on from; nil for what its description says.
  func makeExecution(_ guest: GuestDescription, from origin: SavedGuest?) throws -> any Execution {
    if let origin = origin.map(GuestOrigin.memory) ?? guest.snapshot.map(GuestOrigin.file) {
      return try makeExecution(guest, from: origin)
    }
    switch guest.isolation {
    case .thread: return try threadExecution(guest)
    case .process:
      guard let processExecution else {
        throw MonitorError.isolationUnavailable(guest: guest.name, reason: "this program was not made with it")
      }
      return try processExecution(guest)
    }
  }

  private func makeExecution(_ guest: GuestDescription, from origin: GuestOrigin) throws -> any Execution {
    if guest.isolation == .process {
      guard let processRestoration else {
        throw MonitorError.isolationUnavailable(guest: guest.name, reason: "this program was not made with it")
      }
      return try processRestoration(guest, origin)
    }
    switch origin {
    case .memory(let saved): return try ThreadExecution(SnapshotStore.Shared(saved))
    case .file(let path):
      let shared = try snapshots.snapshot(path)
      // Its description is what was admitted, and what others have been told.
      guard guest.machine == MachineDescription(shared.guest.machine.configuration) else {
        throw MonitorError.badSnapshot(
          guest: guest.name, reason: "\(path): is of another machine than when the fleet was brought up")
      }
      return try ThreadExecution(shared)
    }
  }

  /// Whether nothing may be started any more.
  var isClosed: Bool { closed.load(ordering: .sequentiallyConsistent) }

  func close() { closed.store(true, ordering: .sequentiallyConsistent) }

  // MARK: Events

  func observe(_ handler: @escaping @Sendable (MonitorEvent) -> Void) -> Int {
    observers.withLock { observers in
      observers.next += 1
      observers.handlers.insert((observers.next, handler), at: 0)
      return observers.next
    }
  }

  func endObserving(_ number: Int) { observers.withLock { $0.handlers.removeAll { $0.number == number } } }

  /// Has `handler` told before somebody starts a guest; nil for none any more.
  func beforeStart(_ handler: (@Sendable () -> Void)?) { startHandler.withLock { $0.handler = handler } }

  func expectStart() { startHandler.withLock { $0.handler }?() }

  /// A function that a mutex held by itself would be wrapped once more each time that it is looked at.
  private struct StartHandler { var handler: (@Sendable () -> Void)? }

  func emit(_ event: MonitorEvent) {
    for handler in observers.withLock({ $0.handlers.map(\.handler) }) { handler(event) }
    guard waiters.load(ordering: .sequentiallyConsistent) > 0 else { return }
    eventLock.withLock {
      events.add(1, ordering: .relaxed)
      eventHappened.broadcast()
    }
  }

  /// Waits until `condition` holds, which is looked at after every event.
  /// - Parameter nanoseconds: the longest wait; nil for ever.
  /// - Returns: whether it holds.
  func wait(timeout nanoseconds: UInt64?, until condition: () -> Bool) -> Bool {
    waiters.add(1, ordering: .sequentiallyConsistent)
    defer { waiters.subtract(1, ordering: .sequentiallyConsistent) }
    let deadline = nanoseconds.map { HostTime.now &+ min($0, 1 << 60) } ?? .max
    while true {
      let seen = events.load(ordering: .sequentiallyConsistent)
      // Without the lock: it may ask something of a guest, which is an event in its turn.
      if condition() { return true }
      let isOver = eventLock.withLock {
        while events.load(ordering: .relaxed) == seen {
          guard HostTime.now < deadline else { return true }
          eventHappened.wait(eventLock, until: deadline)
        }
        return false
      }
      if isOver { return false }
    }
  }
}
