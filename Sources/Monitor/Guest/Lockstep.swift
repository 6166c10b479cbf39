import Synchronization
import SystemBus

/// Keeps the guests under virtual time together: none begins a quantum of it before all others have ended the one before.
///
/// A guest takes part from when it has run until it waits for input, is paused or ends; nobody waits for who does not
/// take part, nor for long. Whoever joins does so where the slowest are. What a guest does depends on none of this: only
/// when. Those who call tell the host's time, in nanoseconds.
package final class Lockstep: Sendable {
  /// The length of a quantum: a millisecond.
  package static let quantum: Ticks = ticksPerSecond / 1000
  /// How long others wait for a guest that does not end its quantum, or some guest could stop all others for ever.
  package static let patience: UInt64 = 50_000_000

  private enum Member {
    /// Has had a quantum before it since then.
    case behind(since: UInt64)
    /// Was that for too long: nobody waits for it until it has ended the quantum.
    case lost
    /// Has ended its quantum, and is to be woken when all others have.
    case ahead
  }

  private struct State {
    /// By their slots in the worker pool.
    var members: [Int: Member] = [:]
    /// How many of them are behind.
    var behind = 0
    /// No member is lost before then.
    var due: UInt64 = .max
  }

  private let state = Mutex(State())
  private let wake: @Sendable (_ slot: Int) -> Void

  /// - Parameter wake: has a guest run again; called without any lock.
  package init(wake: @escaping @Sendable (_ slot: Int) -> Void) { self.wake = wake }

  /// When the quantum ends in which `time` lies.
  package static func end(ofQuantumAt time: Ticks) -> Ticks {
    let end = (time / quantum + 1).multipliedReportingOverflow(by: quantum)
    return end.overflow ? .max : end.partialValue
  }

  /// When who waits for others is to ask again, though nobody has woken it: they may take too long.
  package var due: UInt64 { state.withLock { $0.due } }

  /// Takes a guest in, with a quantum before it.
  package func join(_ slot: Int, now: UInt64) {
    state.withLock { state in
      guard state.members[slot] == nil else { return }
      if state.behind == 0 { state.due = now &+ Self.patience }
      state.members[slot] = .behind(since: now)
      state.behind += 1
    }
  }

  /// Lets a guest go.
  package func leave(_ slot: Int, now: UInt64) {
    let others = state.withLock { state -> [Int] in
      guard let member = state.members.removeValue(forKey: slot) else { return [] }
      if case .behind = member { state.behind -= 1 }
      return Self.nextQuantum(&state, now: now)
    }
    wakeAll(others)
  }

  /// Takes note that a guest has ended its quantum.
  /// - Returns: whether it may begin the next. If not, it will be woken when it may, or is to ask when that is `due`.
  package func endQuantum(of slot: Int, now: UInt64) -> Bool {
    let (mayGoOn, others) = state.withLock { state -> (Bool, [Int]) in
      guard let member = state.members[slot] else { return (true, []) }
      if case .behind = member { state.behind -= 1 }
      state.members[slot] = .ahead
      let woken = Self.nextQuantum(&state, now: now)
      return (woken.contains(slot), woken.filter { $0 != slot })
    }
    wakeAll(others)
    return mayGoOn
  }

  /// Whether a guest may run now.
  package func mayRun(_ slot: Int, now: UInt64) -> Bool {
    let (mayRun, others) = state.withLock { state -> (Bool, [Int]) in
      guard let member = state.members[slot], case .ahead = member else { return (true, []) }
      let woken = Self.nextQuantum(&state, now: now)
      return (woken.contains(slot), woken.filter { $0 != slot })
    }
    wakeAll(others)
    return mayRun
  }

  /// Begins the next quantum if all that are waited for have ended theirs.
  /// - Returns: who waited for that.
  private static func nextQuantum(_ state: inout State, now: UInt64) -> [Int] {
    loseLaggards(&state, now: now)
    guard state.behind == 0 else { return [] }
    var waiting: [Int] = []
    for case (let slot, .ahead) in state.members { waiting.append(slot) }
    for slot in waiting { state.members[slot] = .behind(since: now) }
    state.behind = waiting.count
    state.due = now &+ patience
    return waiting
  }

  /// Gives up waiting for those that have been behind for too long.
  private static func loseLaggards(_ state: inout State, now: UInt64) {
    guard state.behind > 0, now >= state.due else { return }
    var due = UInt64.max
    for case (let slot, .behind(let since)) in state.members {
      let end = since &+ patience
      if now >= end {
        state.members[slot] = .lost
        state.behind -= 1
      } else {
        due = min(due, end)
      }
    }
    state.due = due
  }

  private func wakeAll(_ slots: [Int]) { for slot in slots { wake(slot) } }
}

/// A guest's part in the lockstep. Belongs to the worker that has the guest's slice.
struct Step {
  /// Its own time when it was last run.
  private(set) var time: Ticks = 0
  /// Whether it is where input may enter: at the edge of a quantum, or waiting for nothing else.
  private(set) var takesInput = true
  /// When it is to look again whether others have ended their quanta; nil when it does not wait for that.
  private(set) var waitsUntil: UInt64?
  private var isMember = false

  /// How far it may run.
  var horizon: Ticks { Lockstep.end(ofQuantumAt: time) }

  /// Whether it may run now.
  mutating func begin(_ slot: Int, in lockstep: Lockstep, now: UInt64) -> Bool {
    let mayRun = lockstep.mayRun(slot, now: now)
    waitsUntil = mayRun ? nil : lockstep.due
    return mayRun
  }

  /// Takes note of where a slice has led.
  mutating func end(_ slot: Int, in lockstep: Lockstep, _ report: SliceReport, now: UInt64) {
    let isAtEdge = report.virtualTime >= horizon
    time = max(time, report.virtualTime)
    takesInput = isAtEdge || report.waitsForInput
    // A child that is still starting is idle, too, without waiting for input.
    if case .idle = report.outcome { return leave(slot, lockstep, now: now) }
    if report.waitsForInput { return leave(slot, lockstep, now: now) }
    // Only now: until it has run once, nobody knows how long it takes to begin.
    if !isMember { lockstep.join(slot, now: now) }
    isMember = true
    waitsUntil = isAtEdge && !lockstep.endQuantum(of: slot, now: now) ? lockstep.due : nil
  }

  /// Nobody waits for it any more.
  mutating func leave(_ slot: Int, _ lockstep: Lockstep, now: UInt64) {
    waitsUntil = nil
    if isMember { lockstep.leave(slot, now: now) }
    isMember = false
  }
}
