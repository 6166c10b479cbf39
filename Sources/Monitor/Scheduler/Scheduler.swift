/// Decides which guest runs on which worker, for how long. It knows guests as slots, and time only as it is told.
///
/// Normal guests share in proportion to their weights: each has a virtual time that advances by processor time used
/// over weight, and the one that is furthest behind runs next. Real-time guests go first, in the order in which they became
/// ready, and slices of normal guests end when a real-time guest's timer is due. Who has used up a cap waits until it may
/// go on. Guests with nothing to do wait for a timer or for `wake`, and cost nothing.
package struct Scheduler {
  /// What a worker is to do next.
  package enum Decision: Equatable {
    /// Run the guest in `slot` for at most `limit` nanoseconds; 0 to carry out only what was asked of it.
    case run(slot: Int, limit: UInt64)
    /// Sleep until there is something to do, at the latest at this time.
    case wait(until: UInt64)
  }

  /// What a guest wants after its slice.
  package enum Wish: Equatable {
    case more
    /// Nothing until then (`UInt64.max`: ever) unless woken.
    case sleep(until: UInt64)
  }

  /// Why a guest is woken from outside.
  package enum Cause {
    /// Something arrived for it that it waits for, such as input.
    case event
    /// Somebody asked something of it, which is to be done at once, even while it may not run.
    case errand
    /// There is something to do when it is its turn.
    case chore
  }

  /// Who must be told that there is something to do.
  package enum Summons: Equatable {
    case nobody
    /// A worker that sleeps.
    case idle(worker: Int)
    /// A worker in a slice that must end.
    case running(worker: Int)
  }

  package private(set) var slots: [Slot?] = []
  /// Guests that are ready, by rank; in each those of any worker, then those pinned to each. Real-time guests and errands
  /// are in the order in which they became ready, normal guests by virtual time.
  private var ready: [[IndexedHeap]]

  private enum Rank: Int, CaseIterable {
    case realtime, errand, normal
  }

  /// Sleeping and throttled guests, by the time at which they want to go on.
  private var timers = IndexedHeap()
  private var realtimeTimers = IndexedHeap()
  /// What each worker runs; nil for one that sleeps or is on its way.
  private var running: [Int?]
  private var isAsleep: [Bool]
  /// Virtual time of the guest that was picked last: where newcomers begin.
  private var virtualTime: UInt64 = 0
  /// Nanoseconds of a normal slice.
  package let slice: UInt64

  /// How far a guest may be behind, in nanoseconds at its weight.
  private static let lag: UInt64 = 20_000_000
  /// The shortest slice given before a real-time guest's timer, in nanoseconds.
  private static let shortest: UInt64 = 5_000

  package init(workers: Int, slice: UInt64) {
    ready = Rank.allCases.map { _ in Array(repeating: IndexedHeap(), count: workers + 1) }
    running = Array(repeating: nil, count: workers)
    isAsleep = Array(repeating: false, count: workers)
    self.slice = slice
  }

  // MARK: Guests

  /// Takes a guest in, asleep.
  package mutating func add(_ share: ProcessorShare, now: UInt64) -> Int {
    let slot = Slot(share, virtualTime: virtualTime, now: now)
    if let free = slots.firstIndex(where: { $0 == nil }) {
      slots[free] = slot
      return free
    }
    slots.append(slot)
    return slots.count - 1
  }

  /// Forgets a guest. It must not be running.
  package mutating func remove(_ slot: Int) {
    leaveQueues(slot)
    slots[slot] = nil
  }

  /// Makes a guest ready.
  package mutating func wake(_ slot: Int, _ cause: Cause, now: UInt64) -> Summons {
    guard slots.indices.contains(slot), let guest = slots[slot] else { return .nobody }
    switch guest.state {
    case .running(let worker):
      slots[slot]?.wasWoken = true
      guard cause == .errand else { return .nobody }
      slots[slot]?.hasErrand = true
      return .running(worker: worker)
    case .ready where cause != .errand || guest.hasErrand: return .nobody
    case .throttled where cause != .errand: return .nobody
    default:
      let isAsleep = guest.state == .asleep
      leaveQueues(slot)
      if cause == .errand { slots[slot]?.hasErrand = true }
      enqueue(slot, due: isAsleep ? now : guest.readySince, now: now, wokenFor: isAsleep ? cause : nil)
      return summons(for: slot)
    }
  }

  // MARK: Workers

  /// What `worker` is to do now.
  package mutating func next(for worker: Int, now: UInt64) -> Decision {
    isAsleep[worker] = false
    fireTimers(now: now)
    for rank in ready.indices {
      let isPinnedFirst = comesFirst(ready[rank][worker + 1], ready[rank][0])
      if let slot = ready[rank][isPinnedFirst ? worker + 1 : 0].first?.slot { return run(slot, on: worker, now: now) }
    }
    isAsleep[worker] = true
    return .wait(until: nextTimer)
  }

  /// A worker that sleeps although there is something it could run.
  package var neededSleeper: Int? {
    for queue in ready[0].indices where ready.contains(where: { !$0[queue].isEmpty }) {
      if queue == 0, let sleeper { return sleeper }
      if queue > 0, isAsleep[queue - 1] { return queue - 1 }
    }
    return nil
  }

  /// Some worker that sleeps.
  package var sleeper: Int? { isAsleep.firstIndex(of: true) }

  /// Takes note of a slice that has ended.
  /// - Parameter used: processor time of the slice, in nanoseconds.
  package mutating func charge(_ slot: Int, used: UInt64, instructions: UInt64, wish: Wish, now: UInt64) {
    guard let guest = slots[slot] else { return }
    if case .running(let worker) = guest.state { running[worker] = nil }
    slots[slot]?.charge(used, instructions: instructions, now: now, virtualTime: virtualTime, lag: Self.lag)
    let wasWoken = guest.wasWoken
    slots[slot]?.wasWoken = false
    switch wish {
    case .sleep(let time) where !wasWoken && (time == .max || now.precedes(time)):
      slots[slot]?.state = .asleep
      setTimer(slot, at: time)
    case .sleep(let time):
      enqueue(slot, due: wasWoken ? now : time, now: now, wokenFor: .event)
    case .more: enqueue(slot, due: now, now: now, wokenFor: nil)
    }
  }

  /// When the next sleeper's timer is due; `UInt64.max` for never.
  package var nextTimer: UInt64 {
    let times = [timers.first?.key, realtimeTimers.first?.key].compactMap { $0 }
    return times.min { $0.precedes($1) } ?? .max
  }

  // MARK: Queues

  private mutating func run(_ slot: Int, on worker: Int, now: UInt64) -> Decision {
    leaveQueues(slot)
    guard var guest = slots[slot] else { return .wait(until: now) }
    let isByRank = guest.isUrgent
    let limit = guest.start(on: worker, now: now)
    if !isByRank, virtualTime.precedes(guest.virtualTime) {
      virtualTime = guest.virtualTime
    }
    slots[slot] = guest
    running[worker] = slot
    var longest = min(limit, slice)
    if !guest.isRealtime, longest > 0, let timer = realtimeTimers.first?.key {
      longest = min(longest, max(timer.precedes(now) ? 0 : timer &- now, Self.shortest))
    }
    return .run(slot: slot, limit: longest)
  }

  private mutating func fireTimers(now: UInt64) {
    while let (slot, time) = realtimeTimers.first, !now.precedes(time) { fire(slot, time, now) }
    while let (slot, time) = timers.first, !now.precedes(time) { fire(slot, time, now) }
  }

  private mutating func fire(_ slot: Int, _ time: UInt64, _ now: UInt64) {
    guard let guest = slots[slot] else { return }
    leaveQueues(slot)
    let wasAsleep = guest.state == .asleep
    enqueue(slot, due: wasAsleep ? time : guest.readySince, now: now, wokenFor: wasAsleep ? .event : nil)
  }

  private mutating func enqueue(_ slot: Int, due: UInt64, now: UInt64, wokenFor cause: Cause?) {
    guard var guest = slots[slot] else { return }
    if let cause { guest.wakeUp(virtualTime: virtualTime, due: cause == .event ? due : nil) }
    guest.readySince = due
    if let wait = guest.throttle(now: now), !guest.hasErrand {
      guest.state = .throttled
      slots[slot] = guest
      return setTimer(slot, at: now &+ wait)
    }
    guest.state = .ready
    slots[slot] = guest
    let queue = guest.pin.map { $0 + 1 } ?? 0
    let rank: Rank = guest.isRealtime ? .realtime : guest.hasErrand ? .errand : .normal
    ready[rank.rawValue][queue].set(slot, key: rank == .normal ? guest.virtualTime : due)
  }

  private mutating func setTimer(_ slot: Int, at time: UInt64) {
    guard time != .max else { return }
    if slots[slot]?.isRealtime == true { realtimeTimers.set(slot, key: time) } else { timers.set(slot, key: time) }
  }

  private mutating func leaveQueues(_ slot: Int) {
    timers.remove(slot)
    realtimeTimers.remove(slot)
    let queue = slots[slot]?.pin.map { $0 + 1 } ?? 0
    for rank in ready.indices { ready[rank][queue].remove(slot) }
  }

  private func comesFirst(_ a: IndexedHeap, _ b: IndexedHeap) -> Bool {
    guard let first = a.first else { return false }
    return b.first.map { first.key.precedes($0.key) } ?? true
  }

  /// The guest that `worker` is running.
  package func slot(on worker: Int) -> Int? { running[worker] }

  /// Who is to run what has just become ready.
  private func summons(for slot: Int) -> Summons {
    guard let guest = slots[slot], guest.state == .ready else {
      // A new timer may be the earliest: any sleeper looks at it.
      return sleeper.map { .idle(worker: $0) } ?? .nobody
    }
    if let pin = guest.pin {
      if isAsleep[pin] { return .idle(worker: pin) }
      return guest.isUrgent && runsNormalGuest(pin) ? .running(worker: pin) : .nobody
    }
    if let sleeper { return .idle(worker: sleeper) }
    guard guest.isUrgent else { return .nobody }
    return running.indices.first(where: runsNormalGuest).map { .running(worker: $0) } ?? .nobody
  }

  private func runsNormalGuest(_ worker: Int) -> Bool {
    guard let slot = running[worker], let guest = slots[slot] else { return false }
    return !guest.isUrgent
  }
}
