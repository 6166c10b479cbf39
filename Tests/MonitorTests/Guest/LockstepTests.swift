import Monitor
import Synchronization
import SystemBus
import Testing

@Suite("Lockstep") struct LockstepTests {
  /// Who has been woken, in order.
  private final class Woken: Sendable {
    private let slots = Mutex<[Int]>([])
    func note(_ slot: Int) { slots.withLock { $0.append(slot) } }
    func take() -> Set<Int> {
      slots.withLock { slots in
        defer { slots = [] }
        return Set(slots)
      }
    }
  }

  private let woken = Woken()
  private let lockstep: Lockstep

  init() { lockstep = Lockstep { [woken] in woken.note($0) } }

  @Test("one alone never waits")
  func alone() {
    lockstep.join(4, now: 0)
    for _ in 0..<3 {
      #expect(lockstep.mayRun(4, now: 0))
      #expect(lockstep.endQuantum(of: 4, now: 0))
    }
    #expect(woken.take().isEmpty)
  }

  @Test("nobody begins a quantum before all have ended the one before")
  func together() {
    for slot in 0..<3 { lockstep.join(slot, now: 0) }
    #expect(!lockstep.endQuantum(of: 1, now: 0) && !lockstep.mayRun(1, now: 0))
    #expect(!lockstep.endQuantum(of: 0, now: 0) && lockstep.mayRun(2, now: 0))
    #expect(woken.take().isEmpty)
    #expect(lockstep.endQuantum(of: 2, now: 0), "the last goes on at once")
    #expect(woken.take() == [0, 1])
    for slot in 0..<3 { #expect(lockstep.mayRun(slot, now: 0)) }
  }

  @Test("who leaves is not waited for")
  func leaving() {
    for slot in 0..<3 { lockstep.join(slot, now: 0) }
    _ = lockstep.endQuantum(of: 0, now: 0)
    lockstep.leave(1, now: 0)
    #expect(woken.take().isEmpty && !lockstep.mayRun(0, now: 0))
    lockstep.leave(2, now: 0)
    #expect(woken.take() == [0] && lockstep.mayRun(0, now: 0))
    lockstep.leave(0, now: 0)
    lockstep.leave(0, now: 0)
    #expect(woken.take().isEmpty)
  }

  @Test("who joins does so where the slowest are")
  func joining() {
    lockstep.join(0, now: 0)
    lockstep.join(1, now: 0)
    _ = lockstep.endQuantum(of: 0, now: 0)
    lockstep.join(2, now: 0)
    lockstep.join(2, now: 0)
    #expect(lockstep.mayRun(2, now: 0) && !lockstep.endQuantum(of: 1, now: 0))
    #expect(lockstep.endQuantum(of: 2, now: 0))
    #expect(woken.take() == [0, 1])
  }

  @Test("who ends a quantum twice has ended it once")
  func twice() {
    lockstep.join(0, now: 0)
    lockstep.join(1, now: 0)
    #expect(!lockstep.endQuantum(of: 0, now: 0) && !lockstep.endQuantum(of: 0, now: 0))
    #expect(lockstep.mayRun(1, now: 0) && lockstep.endQuantum(of: 1, now: 0))
  }

  @Test("nobody waits for long, and again for who has ended its quantum")
  func laggard() {
    let patience = Lockstep.patience
    for slot in 0..<3 { lockstep.join(slot, now: 0) }
    #expect(!lockstep.endQuantum(of: 0, now: 1) && !lockstep.endQuantum(of: 1, now: 2))
    #expect(lockstep.due == patience && !lockstep.mayRun(0, now: patience - 1))
    #expect(lockstep.mayRun(0, now: patience))
    #expect(woken.take() == [1])
    // The two go on without it.
    #expect(!lockstep.endQuantum(of: 0, now: patience) && lockstep.endQuantum(of: 1, now: patience))
    #expect(lockstep.mayRun(2, now: patience))
    #expect(woken.take() == [0])
    // It is back.
    #expect(!lockstep.endQuantum(of: 2, now: patience) && !lockstep.endQuantum(of: 0, now: patience))
    #expect(lockstep.endQuantum(of: 1, now: patience))
    #expect(woken.take() == [0, 2])
    #expect(!lockstep.endQuantum(of: 0, now: patience) && !lockstep.endQuantum(of: 1, now: patience))
    #expect(lockstep.endQuantum(of: 2, now: patience))
  }

  @Test("who joins late is waited for as long as any other, and who leaves lost leaves nothing behind")
  func lateLaggard() {
    let patience = Lockstep.patience
    for slot in 0..<2 { lockstep.join(slot, now: 0) }
    #expect(!lockstep.endQuantum(of: 0, now: 0))
    lockstep.join(2, now: 10)
    #expect(!lockstep.mayRun(0, now: patience) && lockstep.due == patience + 10)
    #expect(lockstep.mayRun(0, now: patience + 10))
    lockstep.leave(1, now: patience + 10)
    lockstep.leave(2, now: patience + 10)
    #expect(lockstep.endQuantum(of: 0, now: patience + 10))
    #expect(woken.take().isEmpty)
  }

  @Test("a guest whose time stands still does not stop the others")
  func liar() throws {
    let laboratory = Laboratory()
    let honest = try laboratory.add("honest", "march") { $0.machine.clock = .virtual }
    let liar = try laboratory.add("liar", "busy") { $0.machine.clock = .virtual }
    try liar.start()
    laboratory.untilQuietly("it runs") { liar.statistics.instructions > 0 }
    try honest.start()
    // A thousand for each slice, and a quantum in each.
    laboratory.untilQuietly("it goes on") { honest.statistics.instructions >= 20_000 }
  }

  @Test("quanta end at whole milliseconds, and time ends")
  func quanta() {
    #expect(Lockstep.end(ofQuantumAt: 0) == 10_000)
    #expect(Lockstep.end(ofQuantumAt: 9_999) == 10_000)
    #expect(Lockstep.end(ofQuantumAt: 10_000) == 20_000)
    #expect(Lockstep.end(ofQuantumAt: .max) == .max)
  }
}
