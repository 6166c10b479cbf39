import Monitor
import Testing

@Suite("Scheduler")
struct SchedulerTests {
  private static let second: UInt64 = 1_000_000_000

  @Test(
    "busy guests share by their weights",
    arguments: [(2, [1, 1, 2, 2, 4, 4, 8, 8]), (1, [1, 10, 100]), (3, [5, 5, 5, 5]), (2, [1, 1, 1])]
      as [(Int, [UInt32])])
  func weights(workers: Int, weights: [UInt32]) {
    var simulation = Simulation(workers: workers)
    let slots = weights.map { weight in simulation.add(.busy) { $0.weight = weight } }
    simulation.run(for: 10 * Self.second)
    let sum = Double(weights.reduce(0, +))
    for (slot, weight) in zip(slots, weights) {
      let share = Double(simulation.used[slot] ?? 0) / Double(10 * Self.second * UInt64(workers))
      #expect(abs(share / (Double(weight) / sum) - 1) < 0.02, "weight \(weight): share \(share)")
    }
  }

  @Test("a weight that asks for more than a core gets a core, and the rest is shared")
  func moreThanACore() {
    var simulation = Simulation(workers: 2)
    let heavy = simulation.add(.busy) { $0.weight = 10_000 }
    let light = [simulation.add(.busy), simulation.add(.busy)]
    simulation.run(for: 4 * Self.second)
    #expect(Double(simulation.used[heavy] ?? 0) > 3.95e9)
    for slot in light { #expect(abs(Double(simulation.used[slot] ?? 0) / 2e9 - 1) < 0.02) }
  }

  @Test("whoever was held back for long does not get it all at once")
  func noLongDebt() {
    var simulation = Simulation(workers: 2)
    let heavy = simulation.add(.busy) { $0.weight = 10_000 }
    _ = simulation.add(.busy)
    _ = simulation.add(.busy)
    simulation.run(for: 20 * Self.second)
    let before = simulation.used[heavy] ?? 0
    let late = (0..<2).map { _ in simulation.add(.busy) { $0.weight = 10_000 } }
    simulation.run(for: 3 * Self.second)
    for slot in late { #expect(Double(simulation.used[slot] ?? 0) > 1.9e9) }
    #expect(Double((simulation.used[heavy] ?? 0) - before) < 2.1e9)
  }

  @Test("sleep saves nothing up: a guest that wakes gets its share from then on")
  func noCreditForSleep() {
    var simulation = Simulation(workers: 1)
    let steady = simulation.add(.busy)
    let sleeper = simulation.add(.periodic(5 * Self.second, work: 3 * Self.second))
    // The first second of the sleeper's second bout is shared evenly.
    simulation.run(for: 6 * Self.second)
    let before = (simulation.used[steady] ?? 0, simulation.used[sleeper] ?? 0)
    simulation.run(for: Self.second)
    #expect(abs(Double((simulation.used[steady] ?? 0) - before.0) / 5e8 - 1) < 0.05)
    #expect(abs(Double((simulation.used[sleeper] ?? 0) - before.1) / 5e8 - 1) < 0.05)
  }

  @Test("caps hold, on an idle host too", arguments: [ProcessorCap.percent(5), .percent(35), .mips(20), .mips(300)])
  func caps(cap: ProcessorCap) {
    var simulation = Simulation(workers: 2)
    let slot = simulation.add(.busy) { $0.cap = cap }
    simulation.run(for: 10 * Self.second)
    let used = Double(simulation.used[slot] ?? 0)
    let wanted =
      switch cap {
      case .percent(let percent): percent / 100 * 1e10
      case .mips(let mips): mips / 400 * 1e10
      }
    #expect(abs(used / wanted - 1) < 0.02)
  }

  @Test("a real-time guest runs as soon as its timer is due, whoever is busy", arguments: [1, 2])
  func realtime(workers: Int) {
    var simulation = Simulation(workers: workers)
    let urgent = simulation.add(.periodic(1_000_000, work: 20_000)) { $0.latency = .realtime }
    for _ in 0..<8 { _ = simulation.add(.busy) }
    simulation.run(for: Self.second)
    #expect(simulation.worstDelay[urgent] ?? .max <= 10_000)
    #expect(abs(Double(simulation.used[urgent] ?? 0) / 2e7 - 1) < 0.02)
  }

  @Test("a real-time guest that never rests leaves the others what its cap leaves them")
  func greedyRealtime() {
    var simulation = Simulation(workers: 1)
    let greedy = simulation.add(.busy) { $0.latency = .realtime }
    let other = simulation.add(.busy)
    simulation.run(for: 4 * Self.second)
    #expect(abs(Double(simulation.used[greedy] ?? 0) / 3.2e9 - 1) < 0.02)
    #expect(abs(Double(simulation.used[other] ?? 0) / 0.8e9 - 1) < 0.05)
  }

  @Test("a worker that keeps the timers knows of a sleeper whose pinned guest has become ready")
  func timersOfPinnedGuests() {
    var scheduler = Scheduler(workers: 2, slice: 1_000_000)
    var share = ProcessorShare()
    share.pin = 1
    let slot = scheduler.add(share, now: 0)
    _ = scheduler.wake(slot, .event, now: 0)
    #expect(scheduler.next(for: 1, now: 0) == .run(slot: slot, limit: 1_000_000))
    scheduler.charge(slot, used: 10, instructions: 1, wish: .sleep(until: 500), now: 20)
    #expect(scheduler.next(for: 1, now: 20) == .wait(until: 500))
    #expect(scheduler.next(for: 0, now: 20) == .wait(until: 500))
    #expect(scheduler.neededSleeper == nil)
    #expect(scheduler.next(for: 0, now: 500) == .wait(until: .max))
    #expect(scheduler.neededSleeper == 1)
  }

  @Test("real-time guests run before errands, and errands before the rest")
  func ranks() {
    var scheduler = Scheduler(workers: 1, slice: 1_000_000)
    var share = ProcessorShare()
    let normal = scheduler.add(share, now: 0)
    let errand = scheduler.add(share, now: 0)
    share.latency = .realtime
    let realtime = scheduler.add(share, now: 0)
    _ = scheduler.wake(normal, .event, now: 1)
    _ = scheduler.wake(errand, .errand, now: 2)
    _ = scheduler.wake(realtime, .event, now: 3)
    var order: [Int] = []
    while case .run(let slot, _) = scheduler.next(for: 0, now: 5) {
      order.append(slot)
      scheduler.charge(slot, used: 10, instructions: 1, wish: .sleep(until: .max), now: 5)
    }
    #expect(order == [realtime, errand, normal])
  }

  @Test("a real-time guest that takes no instructions does not escape a cap in MIPS")
  func slowInstructions() {
    var simulation = Simulation(workers: 1)
    var slow = Simulation.Behaviour.busy
    slow.mips = 1
    let greedy = simulation.add(slow) {
      $0.latency = .realtime
      $0.cap = .mips(50)
    }
    let other = simulation.add(.busy)
    simulation.run(for: 4 * Self.second)
    #expect(abs(Double(simulation.used[greedy] ?? 0) / 3.2e9 - 1) < 0.02)
    #expect(abs(Double(simulation.used[other] ?? 0) / 0.8e9 - 1) < 0.05)
  }

  @Test("a pinned guest runs on its worker only")
  func pin() {
    var scheduler = Scheduler(workers: 2, slice: 1_000_000)
    var share = ProcessorShare()
    share.pin = 1
    let slot = scheduler.add(share, now: 0)
    #expect(scheduler.next(for: 0, now: 0) == .wait(until: .max))
    #expect(scheduler.next(for: 1, now: 0) == .wait(until: .max))
    #expect(scheduler.wake(slot, .event, now: 10) == .idle(worker: 1))
    #expect(scheduler.next(for: 0, now: 10) == .wait(until: .max))
    #expect(scheduler.next(for: 1, now: 10) == .run(slot: slot, limit: 1_000_000))
  }

  @Test("nobody is woken for a guest that sleeps, and a worker when its time has come")
  func timers() {
    var scheduler = Scheduler(workers: 1, slice: 1_000_000)
    let slot = scheduler.add(ProcessorShare(), now: 0)
    _ = scheduler.wake(slot, .event, now: 0)
    #expect(scheduler.next(for: 0, now: 0) == .run(slot: slot, limit: 1_000_000))
    scheduler.charge(slot, used: 10, instructions: 1, wish: .sleep(until: 5_000), now: 100)
    #expect(scheduler.next(for: 0, now: 200) == .wait(until: 5_000))
    #expect(scheduler.next(for: 0, now: 5_000) == .run(slot: slot, limit: 1_000_000))
    scheduler.charge(slot, used: 10, instructions: 1, wish: .sleep(until: .max), now: 6_000)
    #expect(scheduler.next(for: 0, now: 7_000) == .wait(until: .max))
    #expect(scheduler.slots[slot]?.accounts.wakeups == 2)
  }

  @Test("a guest that is woken while it runs does not fall asleep")
  func wokenWhileRunning() {
    var scheduler = Scheduler(workers: 1, slice: 1_000_000)
    let slot = scheduler.add(ProcessorShare(), now: 0)
    _ = scheduler.wake(slot, .event, now: 0)
    _ = scheduler.next(for: 0, now: 0)
    #expect(scheduler.wake(slot, .event, now: 50) == .nobody)
    scheduler.charge(slot, used: 10, instructions: 1, wish: .sleep(until: .max), now: 100)
    #expect(scheduler.next(for: 0, now: 100) == .run(slot: slot, limit: 1_000_000))
  }

  @Test("an errand ends the slice of whom it is for, and reaches a guest that may not run")
  func errands() {
    var scheduler = Scheduler(workers: 1, slice: 1_000_000)
    var share = ProcessorShare()
    share.cap = .percent(1)
    let capped = scheduler.add(share, now: 0)
    _ = scheduler.wake(capped, .event, now: 0)
    _ = scheduler.next(for: 0, now: 0)
    #expect(scheduler.wake(capped, .errand, now: 5) == .running(worker: 0))
    scheduler.charge(capped, used: 1_000_000, instructions: 1, wish: .more, now: 1_000_000)
    #expect(scheduler.next(for: 0, now: 1_000_000) == .run(slot: capped, limit: 0))
    scheduler.charge(capped, used: 0, instructions: 0, wish: .more, now: 1_000_000)
    guard case .wait(let time) = scheduler.next(for: 0, now: 1_000_000) else {
      Issue.record("it runs beyond its cap")
      return
    }
    #expect(time > 1_000_000)
    #expect(scheduler.wake(capped, .event, now: 1_000_001) == .nobody)
    #expect(scheduler.wake(capped, .errand, now: 1_000_001) == .idle(worker: 0))
    #expect(scheduler.next(for: 0, now: 1_000_001) == .run(slot: capped, limit: 0))
  }

  @Test("who waits for others sees it as steal")
  func steal() {
    var simulation = Simulation(workers: 1)
    let slots = [simulation.add(.busy), simulation.add(.busy)]
    simulation.run(for: Self.second)
    for slot in slots {
      let steal = simulation.scheduler.slots[slot]?.accounts.steal ?? 0
      #expect(abs(Double(steal) / 5e8 - 1) < 0.02)
    }
  }

  @Test("guests that come and go leave nothing behind")
  func comeAndGo() {
    var scheduler = Scheduler(workers: 2, slice: 1_000_000)
    var random = SystemRandomNumberGenerator()
    var slots: [Int] = []
    for now in 0..<5_000 as Range<UInt64> {
      if slots.count < 20, Bool.random(using: &random) {
        var share = ProcessorShare()
        share.latency = Bool.random(using: &random) ? .realtime : .normal
        share.pin = [nil, 0, 1].randomElement(using: &random) ?? nil
        slots.append(scheduler.add(share, now: now))
      }
      if let slot = slots.randomElement(using: &random) { _ = scheduler.wake(slot, .event, now: now) }
      if case .run(let slot, _) = scheduler.next(for: Int(now % 2), now: now) {
        scheduler.charge(slot, used: 10, instructions: 10, wish: .sleep(until: now + 3), now: now)
      }
      if slots.count > 10 { scheduler.remove(slots.remove(at: 0)) }
    }
    for slot in slots { scheduler.remove(slot) }
    #expect(scheduler.next(for: 0, now: 10_000) == .wait(until: .max))
    #expect(scheduler.slots.count <= 20)
  }
}
