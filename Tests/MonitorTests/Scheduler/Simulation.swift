import Monitor

/// A scheduler with workers and time of its own: every slice takes exactly what it was given, unless the guest has less
/// to do.
struct Simulation {
  var scheduler: Scheduler
  private(set) var now: UInt64 = 1_000_000_000
  private var busyUntil: [UInt64]
  private var running: [(slot: Int, length: UInt64)?]
  /// What each guest does, by its slot.
  var guests: [Int: Behaviour] = [:]
  private(set) var used: [Int: UInt64] = [:]
  /// Longest delay of each guest between being due and running.
  private(set) var worstDelay: [Int: UInt64] = [:]

  struct Behaviour {
    /// Nanoseconds between two wake-ups; nil for a guest that is always busy.
    var period: UInt64?
    /// Nanoseconds of work after each wake-up.
    var work: UInt64 = 0
    var mips: UInt64 = 400
    fileprivate var due: UInt64 = 0
    fileprivate var left: UInt64 = 0

    static let busy = Behaviour(period: nil)
    static func periodic(_ period: UInt64, work: UInt64) -> Behaviour { Behaviour(period: period, work: work) }
  }

  init(workers: Int, slice: UInt64 = 1_000_000) {
    scheduler = Scheduler(workers: workers, slice: slice)
    busyUntil = Array(repeating: 0, count: workers)
    running = Array(repeating: nil, count: workers)
  }

  mutating func add(_ behaviour: Behaviour, _ change: (inout ProcessorShare) -> Void = { _ in }) -> Int {
    var share = ProcessorShare()
    change(&share)
    let slot = scheduler.add(share, now: now)
    guests[slot] = behaviour
    guests[slot]?.due = now
    guests[slot]?.left = behaviour.work
    _ = scheduler.wake(slot, .event, now: now)
    return slot
  }

  /// Lets so many nanoseconds pass.
  mutating func run(for nanoseconds: UInt64) {
    let end = now + nanoseconds
    while now < end {
      for worker in running.indices where busyUntil[worker] <= now { step(worker) }
      let next = min(busyUntil.min() ?? end, scheduler.nextTimer == .max ? end : max(scheduler.nextTimer, now + 1))
      now = min(max(next, now + 1), end)
      // A sleeping worker looks again when something is due.
      for worker in running.indices where running[worker] == nil { busyUntil[worker] = min(busyUntil[worker], now) }
    }
  }

  private mutating func step(_ worker: Int) {
    if let (slot, length) = running[worker] {
      finish(slot, length)
      running[worker] = nil
    }
    switch scheduler.next(for: worker, now: now) {
    case .wait(let time): busyUntil[worker] = time
    case .run(let slot, let limit):
      let guest = guests[slot] ?? .busy
      let length = guest.period == nil ? limit : min(limit, guest.left)
      if guest.period != nil, guest.left == guest.work {
        worstDelay[slot] = max(worstDelay[slot] ?? 0, now - guest.due)
      }
      running[worker] = (slot, length)
      busyUntil[worker] = now + max(length, 1)
    }
  }

  private mutating func finish(_ slot: Int, _ length: UInt64) {
    guard var guest = guests[slot] else { return }
    used[slot, default: 0] += length
    var wish = Scheduler.Wish.more
    if let period = guest.period {
      guest.left -= length
      if guest.left == 0 {
        guest.due += period
        guest.left = guest.work
        wish = .sleep(until: guest.due)
      }
      guests[slot] = guest
    }
    scheduler.charge(slot, used: length, instructions: length * guest.mips / 1000, wish: wish, now: now)
  }
}
