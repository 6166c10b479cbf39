import Boards
import Snapshots
import Synchronization
import SystemBus

/// One guest of a monitor: its description, its life, its console and its counters. All of it may be used from any
/// thread. What is asked of a guest happens soon after; `MonitorEvent`s tell when it has.
public final class Guest: Sendable, Identifiable {
  public let description: GuestDescription
  public let console: GuestConsole
  /// Whether it goes on from a snapshot of another guest, not from what its description says.
  private let isClone: Bool
  let monitor: MonitorCore
  let control: Mutex<Control>
  /// Belongs to the worker that has the guest's slice.
  let machine = MachineHolder()

  public var name: String { description.name }

  init(_ description: GuestDescription, monitor: MonitorCore, origin: SavedGuest? = nil) {
    self.description = description
    isClone = origin != nil
    self.monitor = monitor
    console = GuestConsole(description.console)
    control = Mutex(Control(origin: origin))
  }

  /// What the outside and the worker share, under a lock.
  struct Control {
    /// What a clone goes on from whenever it is started; nil once it has ended for good.
    var origin: SavedGuest?
    /// Whether whoever has it stop is about to start it again.
    var startsAgain = false
    var slot: Int?
    var lifecycle = Lifecycle.created
    var errands: [Errand] = []
    /// Typed, and not passed on to the machine yet.
    var input: [UInt8] = []
    /// Passed on to the machine, and not taken by the guest yet.
    var waitingInput = 0
    var doorbell: Doorbell?
    /// Memory admitted for it, in bytes.
    var admitted: UInt64 = 0
    /// When what is happening must be over: the grace of a stop, the back-off of a restart.
    var deadline: UInt64 = .max
    /// Restarts in a row.
    var restartsInRow: UInt32 = 0
    /// What its present machine was last seen to have done, and what the ones before it had.
    var progress = Progress()
    var hasStarted = false
    var wantsMemory = false
  }

  /// What the worker is to do before it runs the guest.
  enum Errand: Equatable {
    case start
    case reset
    case kill
    case measure
    case save(SnapshotRequest)
  }

  public var lifecycle: Lifecycle { control.withLock { $0.lifecycle } }

  /// How its last machine ended; nil when there was none, while there is one, and when it was ended from outside.
  public var end: MachineEnd? { control.withLock { $0.progress.end } }

  /// Whether it has had a machine since it was last asked to start.
  var hasStarted: Bool { control.withLock { $0.hasStarted } }

  // MARK: What can be asked of it

  /// Starts it: a new machine, its images read again. A clone that has ended for good cannot be.
  public func start() throws(MonitorError) {
    monitor.expectStart()
    try start(if: { !$0.isAlive })
  }

  /// Starts it if it waits for that.
  func startWaiting() throws(MonitorError) { try start(if: \.isWaiting) }

  private func start(if isPossible: (Lifecycle) -> Bool) throws(MonitorError) {
    try change("start") { control throws(MonitorError) in
      guard isPossible(control.lifecycle) else { return nil }
      if monitor.isClosed { throw .shuttingDown }
      if isClone, control.origin == nil { throw .endedClone(name) }
      if control.admitted == 0 { control.admitted = try monitor.ledger.admit(description) }
      control.restartsInRow = 0
      control.startsAgain = false
      control.begin()
      control.hasStarted = false
      console.watchAgain()
      return .running
    }
  }

  /// Stops its processor time; its machine time stands still meanwhile.
  public func pause() throws(MonitorError) {
    try change("pause") { control in control.lifecycle == .running ? .paused : nil }
  }

  /// Lets a paused guest go on.
  public func resume() throws(MonitorError) {
    try change("resume") { control in control.lifecycle == .paused ? .running : nil }
  }

  /// As pressing the machine's reset button.
  public func reset() throws(MonitorError) {
    try change("reset") { control in
      guard control.lifecycle.isAlive else { return nil }
      control.errands.append(.reset)
      return control.lifecycle
    }
  }

  /// Has a snapshot made of it, which takes about a third of a millisecond for each MiB that it uses; it goes on.
  public func takeSnapshot() throws(MonitorError) -> SnapshotTicket {
    let ticket = SnapshotTicket()
    try change("save") { control in
      guard control.lifecycle.isAlive else { return nil }
      control.errands.append(.save(SnapshotRequest(ticket, guest: name)))
      return control.lifecycle
    }
    return ticket
  }

  /// Asks the guest to stop, as its description says how, and ends it when it has not after its grace.
  /// - Parameter startsAgain: whether it is started as soon as it has stopped: a clone keeps what it needs for that.
  public func stop(startsAgain: Bool = false) throws(MonitorError) { try stop(startsAgain: startsAgain, if: { true }) }

  /// - Parameter isWanted: asked when nobody can start it meanwhile.
  func stop(startsAgain: Bool = false, if isWanted: () -> Bool) throws(MonitorError) {
    let policy = description.stop
    try change("stop") { control in
      switch control.lifecycle {
      case _ where !isWanted(): return nil
      case .running, .paused:
        control.startsAgain = startsAgain
        guard let text = policy.send else {
          control.errands.append(.kill)
          return .stopping
        }
        control.input += Array(text.utf8)
        control.deadline = HostTime.now &+ min(policy.grace, 1 << 40) &* 1_000_000
        return .stopping
      case .restarting, .waiting:
        control.startsAgain = startsAgain
        return giveUp(&control)
      default: return nil
      }
    }
  }

  /// Ends it at once.
  public func kill() throws(MonitorError) {
    try change("kill") { control in
      switch control.lifecycle {
      case .running, .paused, .stopping:
        control.errands.append(.kill)
        return .stopping
      case .restarting, .waiting: return giveUp(&control)
      default: return nil
      }
    }
  }

  /// Nothing becomes of a start that has not come yet.
  private func giveUp(_ control: inout Control) -> Lifecycle {
    control.deadline = .max
    discharge(&control)
    return .stopped
  }

  /// Gives back the memory admitted for it. What a clone goes on from takes as much, so that it does not outlast that.
  func discharge(_ control: inout Control) {
    if isClone, control.startsAgain { return }
    control.origin = nil
    monitor.ledger.discharge(control.admitted)
    control.admitted = 0
  }

  /// Types on its console.
  /// - Returns: how many of the bytes it takes; no more than 64 KiB can wait for it.
  public func type(_ bytes: [UInt8]) -> Int {
    let (count, slot) = control.withLock { control -> (Int, Int?) in
      guard control.lifecycle.isAlive else { return (0, nil) }
      let room = max(0, 65536 - control.input.count - control.waitingInput)
      control.input += bytes.prefix(room)
      return (min(bytes.count, room), control.slot)
    }
    if let slot, count > 0 { monitor.pool.wake(slot, .event) }
    return count
  }

  /// Changes its state as `transition` says, and has a worker look after it.
  /// - Parameter transition: the new state, or nil when that cannot be done now.
  private func change(
    _ action: String, _ transition: (inout Control) throws(MonitorError) -> Lifecycle?
  ) throws(MonitorError) {
    let (old, new, slot) = try control.withLock { control throws(MonitorError) in
      let old = control.lifecycle
      guard let slot = control.slot else { throw .notPossible(guest: name, action: action, state: "removed") }
      guard let new = try transition(&control) else {
        throw .notPossible(guest: name, action: action, state: old.word)
      }
      control.lifecycle = new
      return (old, new, slot)
    }
    if old != new { monitor.emit(.lifecycle(self, new)) }
    monitor.pool.wake(slot, .errand)
  }

  /// Has it wait for another guest before it is started.
  /// - Parameter isNew: whether it does not wait yet.
  func wait(for name: String, isNew: Bool) {
    settle(.waiting(on: name)) { control in
      guard isNew else { return control.lifecycle.isWaiting }
      guard !control.lifecycle.isAlive else { return false }
      control.hasStarted = false
      control.errands = []
      control.deadline = .max
      console.watchAgain()
      return true
    }
  }

  /// Gives up waiting.
  func giveUp(because reason: String) {
    settle(.failed(reason: reason)) { control in
      guard control.lifecycle.isWaiting else { return false }
      discharge(&control)
      return true
    }
  }

  /// It could not be started. That somebody else has started it is no failure.
  func fail(because error: MonitorError) {
    if case .notPossible = error { return }
    settle(.failed(reason: "\(error)")) { !$0.lifecycle.isAlive }
  }

  private func settle(_ lifecycle: Lifecycle, if isPossible: (inout Control) -> Bool) {
    let isNew = control.withLock { control in
      guard control.slot != nil, control.lifecycle != lifecycle, isPossible(&control) else { return false }
      control.lifecycle = lifecycle
      return true
    }
    if isNew { monitor.emit(.lifecycle(self, lifecycle)) }
  }
}

extension Guest.Control {
  /// Has the worker make a new machine.
  mutating func begin() {
    errands = [.start]
    input = []
    waitingInput = 0
    deadline = .max
    wantsMemory = false
  }
}

/// Where the machine of a guest is kept. Only the worker that has the guest's slice uses it.
final class MachineHolder: @unchecked Sendable {
  var execution: (any Execution)?
  var isHeld = false
  /// Its part in the lockstep, under virtual time.
  var step = Step()
  /// When the machine was started, by `HostTime.now`.
  var startedAt: UInt64 = 0
}
