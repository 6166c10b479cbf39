import CHost
import SystemBus

/// What a worker runs: a guest, as the pool sees it.
protocol Runnable: AnyObject, Sendable {
  /// Carries out what was asked of it, and runs for at most `limit` nanoseconds.
  func slice(limit: UInt64) -> SliceResult
  /// Makes a slice that is running end soon. Called from any thread, under the pool's lock.
  func ring()
  /// Takes note that it was rung for. Called under the pool's lock, before a slice.
  func answer()
}

/// What a slice came to.
struct SliceResult {
  /// Processor time, in nanoseconds.
  var used: UInt64
  var instructions: UInt64
  var wish: Scheduler.Wish
}

/// Worker threads that take slices of guests as the scheduler says.
final class WorkerPool: @unchecked Sendable {
  private let lock = HostLock()
  private var scheduler: Scheduler
  private var members: [Int: any Runnable] = [:]
  private var threads: [HostThread] = []
  private let conditions: [HostCondition]
  /// The sleeping worker that looks after the timers, and until when it sleeps.
  private var keeper: (worker: Int, until: UInt64)?
  private var isEnding = false
  /// Workers that guests are pinned to: each keeps to a core of its own.
  private var pinned: Set<Int> = []
  /// Signalled when a slice ends, for `remove`.
  private let sliceEnded = HostCondition()

  init(workers: Int, slice: UInt64) {
    scheduler = Scheduler(workers: workers, slice: slice)
    conditions = (0..<workers).map { _ in HostCondition() }
  }

  /// Starts the threads, all or none, unless they have been.
  func begin() throws(MonitorError) {
    let failure = lock.withLock { () -> MonitorError? in
      guard threads.isEmpty, !isEnding else { return isEnding ? .shuttingDown : nil }
      for worker in conditions.indices {
        let thread = HostThread(name: "worker \(worker)") { [unowned self] in work(as: worker) }
        guard thread.start() else {
          return .noThread(what: "worker \(worker) of \(conditions.count)", reason: systemErrorText(thread.failure))
        }
        threads.append(thread)
      }
      return nil
    }
    guard let failure else { return }
    shutDown()
    throw failure
  }

  /// Ends the threads after the slices they are in.
  func shutDown() {
    let ending = lock.withLock {
      isEnding = true
      for member in members.values { member.ring() }
      for condition in conditions { condition.broadcast() }
      defer { threads = [] }
      return threads
    }
    for thread in ending { thread.join() }
    lock.withLock { members = [:] }
  }

  // MARK: Guests

  /// Takes a guest in, asleep. Its slot, by which the pool knows it from then on.
  func add(_ member: any Runnable, share: ProcessorShare) -> Int {
    lock.withLock {
      let slot = scheduler.add(share, now: HostTime.now)
      members[slot] = member
      if let pin = share.pin, pinned.insert(pin).inserted { conditions[pin].signal() }
      return slot
    }
  }

  /// Forgets a guest, after the end of the slice it may be in.
  func remove(_ slot: Int) {
    lock.withLock {
      while case .running? = scheduler.slots[slot]?.state, !isEnding {
        members[slot]?.ring()
        sliceEnded.wait(lock)
      }
      scheduler.remove(slot)
      members[slot] = nil
    }
  }

  /// Has a guest run because something happened to it: see `Scheduler.wake`.
  func wake(_ slot: Int, _ cause: Scheduler.Cause) {
    lock.withLock {
      switch scheduler.wake(slot, cause, now: HostTime.now) {
      case .nobody: break
      case .idle(let worker): conditions[worker].signal()
      case .running(let worker): if let slot = scheduler.slot(on: worker) { members[slot]?.ring() }
      }
    }
  }

  func accounts(of slot: Int) -> ProcessorAccounts { lock.withLock { scheduler.slots[slot]?.accounts ?? .init() } }

  // MARK: The threads

  private func work(as worker: Int) {
    lock.lock()
    var isBound = false
    while !isEnding {
      if !isBound, pinned.contains(worker) {
        chost_bind_thread(Int32(truncatingIfNeeded: worker))
        isBound = true
      }
      let now = HostTime.now
      switch scheduler.next(for: worker, now: now) {
      case .run(let slot, let limit):
        summonOthers()
        run(slot, limit: limit)
      case .wait(let time):
        // The timers that were due may have been those of guests that only another worker may run.
        if let sleeper = scheduler.neededSleeper { conditions[sleeper].signal() }
        sleep(worker, until: time)
      }
    }
    lock.unlock()
  }

  /// Runs a slice without the lock.
  private func run(_ slot: Int, limit: UInt64) {
    let member = members[slot]
    // Under the lock: whoever rings from here on means this slice.
    member?.answer()
    lock.unlock()
    let result = member?.slice(limit: limit) ?? SliceResult(used: 0, instructions: 0, wish: .sleep(until: .max))
    lock.lock()
    scheduler.charge(
      slot, used: result.used, instructions: result.instructions, wish: result.wish, now: HostTime.now)
    sliceEnded.broadcast()
  }

  private func sleep(_ worker: Int, until time: UInt64) {
    // Somebody keeps the timers already; but does it sleep for too long?
    if let keeper, !isEarlier(time, than: keeper.until) { return conditions[worker].wait(lock) }
    keeper = (worker, time)
    conditions[worker].wait(lock, until: time)
    if keeper?.worker == worker { keeper = nil }
  }

  /// Before a worker is busy for a while: somebody else must take what else is ready, and look after the timers.
  private func summonOthers() {
    if let sleeper = scheduler.neededSleeper { return conditions[sleeper].signal() }
    let timer = scheduler.nextTimer
    guard timer != .max else { return }
    if let keeper {
      if isEarlier(timer, than: keeper.until) { conditions[keeper.worker].signal() }
    } else if let sleeper = scheduler.sleeper {
      conditions[sleeper].signal()
    }
  }

  /// Compares times of which the latest means never.
  private func isEarlier(_ time: UInt64, than other: UInt64) -> Bool {
    time != .max && (other == .max || time.precedes(other))
  }
}
