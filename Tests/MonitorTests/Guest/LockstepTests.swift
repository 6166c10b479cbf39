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
    lockstep.join(4)
    for _ in 0..<3 {
      #expect(lockstep.mayRun(4))
      #expect(lockstep.endQuantum(of: 4))
    }
    #expect(woken.take().isEmpty)
  }

  @Test("nobody begins a quantum before all have ended the one before")
  func together() {
    for slot in 0..<3 { lockstep.join(slot) }
    #expect(!lockstep.endQuantum(of: 1) && !lockstep.mayRun(1))
    #expect(!lockstep.endQuantum(of: 0) && lockstep.mayRun(2))
    #expect(woken.take().isEmpty)
    #expect(lockstep.endQuantum(of: 2), "the last goes on at once")
    #expect(woken.take() == [0, 1])
    for slot in 0..<3 { #expect(lockstep.mayRun(slot)) }
  }

  @Test("who leaves is not waited for")
  func leaving() {
    for slot in 0..<3 { lockstep.join(slot) }
    _ = lockstep.endQuantum(of: 0)
    lockstep.leave(1)
    #expect(woken.take().isEmpty && !lockstep.mayRun(0))
    lockstep.leave(2)
    #expect(woken.take() == [0] && lockstep.mayRun(0))
    lockstep.leave(0)
    lockstep.leave(0)
    #expect(woken.take().isEmpty)
  }

  @Test("who joins does so where the slowest are")
  func joining() {
    lockstep.join(0)
    lockstep.join(1)
    _ = lockstep.endQuantum(of: 0)
    lockstep.join(2)
    lockstep.join(2)
    #expect(lockstep.mayRun(2) && !lockstep.endQuantum(of: 1))
    #expect(lockstep.endQuantum(of: 2))
    #expect(woken.take() == [0, 1])
  }

  @Test("who ends a quantum twice has ended it once")
  func twice() {
    lockstep.join(0)
    lockstep.join(1)
    #expect(!lockstep.endQuantum(of: 0) && !lockstep.endQuantum(of: 0))
    #expect(lockstep.mayRun(1) && lockstep.endQuantum(of: 1))
  }

  @Test("quanta end at whole milliseconds, and time ends")
  func quanta() {
    #expect(Lockstep.end(ofQuantumAt: 0) == 10_000)
    #expect(Lockstep.end(ofQuantumAt: 9_999) == 10_000)
    #expect(Lockstep.end(ofQuantumAt: 10_000) == 20_000)
    #expect(Lockstep.end(ofQuantumAt: .max) == .max)
  }
}
