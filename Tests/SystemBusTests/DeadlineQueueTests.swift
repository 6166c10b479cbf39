import SystemBus
import Testing

@Suite struct DeadlineQueueTests {
  final class Log { var entries: [String] = [] }
  let queue = DeadlineQueue()
  let log = Log()

  private func register(_ name: String) -> DeadlineQueue.Handle {
    queue.register { [log] now in log.entries.append("\(name)@\(now)") }
  }

  @Test func nextIsTheEarliestDeadline() {
    let (a, b) = (register("a"), register("b"))
    #expect(queue.next == .max)
    queue.schedule(a, at: 100)
    queue.schedule(b, at: 50)
    #expect(queue.next == 50)
    queue.schedule(b, at: .max)
    #expect(queue.next == 100)
    queue.schedule(a, at: 200)
    #expect(queue.next == 200)
  }

  @Test func whatIsDueFiresOnce() {
    let (a, b, c) = (register("a"), register("b"), register("c"))
    queue.schedule(a, at: 10)
    queue.schedule(b, at: 20)
    queue.schedule(c, at: 30)
    queue.fire(now: 9)
    #expect(log.entries.isEmpty)
    queue.fire(now: 20)
    #expect(log.entries == ["a@20", "b@20"])
    queue.fire(now: 25)
    #expect(log.entries.count == 2)
    #expect(queue.next == 30)
  }

  @Test func aHandlerMayScheduleItselfAgain() {
    var handle: DeadlineQueue.Handle?
    handle = queue.register { [queue, log] now in
      log.entries.append("\(now)")
      if let handle { queue.schedule(handle, at: now + 5) }
    }
    if let handle { queue.schedule(handle, at: 5) }
    for now in 1...20 as ClosedRange<UInt64> { queue.fire(now: now) }
    #expect(log.entries == ["5", "10", "15", "20"])
    #expect(queue.next == 25)
  }

  @Test func aDeadlineInThePastFiresNextTime() {
    let a = register("a")
    queue.fire(now: 100)
    queue.schedule(a, at: 3)
    #expect(log.entries.isEmpty)
    queue.fire(now: 100)
    #expect(log.entries == ["a@100"])
  }

  @Test func onlyAnEarlierDeadlineIsAnnounced() {
    let (a, b) = (register("a"), register("b"))
    var announced: [Ticks] = []
    queue.onEarlier = { [unowned queue] in announced.append(queue.next) }
    queue.schedule(a, at: 100)
    queue.schedule(b, at: 150)
    queue.schedule(b, at: 90)
    queue.schedule(b, at: 95)
    #expect(announced == [100, 90])
  }
}
