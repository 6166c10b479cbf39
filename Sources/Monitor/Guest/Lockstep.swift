import Synchronization
import SystemBus

/// Keeps the guests under virtual time together: none begins a quantum of it before all others have ended the one before.
///
/// A guest takes part from when it has something to do until it waits for input, is paused or ends; nobody waits for who
/// does not take part. Whoever joins does so where the slowest are. What a guest does depends on none of this: only when.
package final class Lockstep: Sendable {
  /// The length of a quantum: a millisecond.
  package static let quantum: Ticks = ticksPerSecond / 1000

  private struct Member {
    /// Whether it has ended its quantum.
    var isAhead = false
    /// Whether it is to be woken when all others have.
    var isWaiting = false
  }

  private struct State {
    /// By their slots in the worker pool.
    var members: [Int: Member] = [:]
    /// How many of them have not ended their quantum.
    var behind = 0
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

  /// Takes a guest in, with a quantum before it.
  package func join(_ slot: Int) {
    state.withLock { state in
      guard state.members[slot] == nil else { return }
      state.members[slot] = Member()
      state.behind += 1
    }
  }

  /// Lets a guest go.
  package func leave(_ slot: Int) {
    wakeAll(
      state.withLock { state in
        guard let member = state.members.removeValue(forKey: slot) else { return [] }
        if !member.isAhead { state.behind -= 1 }
        return Self.nextQuantum(&state)
      })
  }

  /// Takes note that a guest has ended its quantum.
  /// - Returns: whether it may begin the next. If not, it will be woken when it may.
  package func endQuantum(of slot: Int) -> Bool {
    let (mayGoOn, others) = state.withLock { state -> (Bool, [Int]) in
      guard let member = state.members[slot], !member.isAhead else { return (state.members[slot] == nil, []) }
      state.members[slot] = Member(isAhead: true, isWaiting: true)
      state.behind -= 1
      let woken = Self.nextQuantum(&state)
      return (woken.contains(slot), woken.filter { $0 != slot })
    }
    wakeAll(others)
    return mayGoOn
  }

  /// Whether a guest may run now.
  package func mayRun(_ slot: Int) -> Bool { state.withLock { !($0.members[slot]?.isAhead ?? false) } }

  /// Begins the next quantum if all have ended theirs.
  /// - Returns: who waited for that.
  private static func nextQuantum(_ state: inout State) -> [Int] {
    guard state.behind == 0 else { return [] }
    let waiting = state.members.filter(\.value.isWaiting).map(\.key)
    state.behind = state.members.count
    state.members = state.members.mapValues { _ in Member() }
    return waiting
  }

  private func wakeAll(_ slots: [Int]) { for slot in slots { wake(slot) } }
}

/// A guest's part in the lockstep. Belongs to the worker that has the guest's slice.
struct Step {
  /// Its own time when it was last run.
  private(set) var time: Ticks = 0
  /// Whether it is where input may enter: at the edge of a quantum, or waiting for nothing else.
  private(set) var takesInput = true
  /// Whether it waits for others to end their quanta.
  private(set) var waitsForOthers = false
  private var isMember = false

  /// How far it may run.
  var horizon: Ticks { Lockstep.end(ofQuantumAt: time) }

  /// Whether it may run now.
  mutating func begin(_ slot: Int, in lockstep: Lockstep) -> Bool {
    if !isMember { lockstep.join(slot) }
    isMember = true
    waitsForOthers = !lockstep.mayRun(slot)
    return !waitsForOthers
  }

  /// Takes note of where a slice has led.
  mutating func end(_ slot: Int, in lockstep: Lockstep, _ report: SliceReport) {
    let isAtEdge = report.virtualTime >= horizon
    time = max(time, report.virtualTime)
    takesInput = isAtEdge || report.waitsForInput
    if report.waitsForInput { return leave(slot, lockstep) }
    waitsForOthers = isAtEdge && !lockstep.endQuantum(of: slot)
  }

  /// Nobody waits for it any more.
  mutating func leave(_ slot: Int, _ lockstep: Lockstep) {
    waitsForOthers = false
    if isMember { lockstep.leave(slot) }
    isMember = false
  }
}
