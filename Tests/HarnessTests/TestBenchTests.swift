import Boards
import Harness
import SystemBus
import Testing

@Suite struct TestBenchTests {
  @Test func aShellAnswersAndForksGoTheirOwnWays() throws {
    let bench = try TestBench([try files("nest.elf")])
    #expect(bench.expect("nest> "))
    let forks = try (0..<3).map { _ in try bench.fork() }
    for (number, fork) in forks.enumerated() {
      fork.guests[0].type(Array("echo fork\(number)\n".utf8))
      #expect(fork.expect("\nfork\(number)"))
    }
    #expect(!bench.guests[0].transcript.text.contains("fork"))
    bench.guests[0].type(Array("echo original\n".utf8))
    #expect(bench.expect("\noriginal"))
    #expect(!forks[0].guests[0].transcript.text.contains("original"))
  }

  @Test(arguments: [1, 4]) func theSameTestGivesTheSameMachine(harts: Int) throws {
    func run() throws -> (state: [UInt8], text: String, now: Ticks) {
      let bench = try TestBench([try files("nest.elf", harts: harts)])
      #expect(bench.expect("nest> "))
      bench.guests[0].type(Array("echo one\n".utf8))
      #expect(bench.expect("\none"))
      #expect(bench.advance(until: bench.now + 1_234_567) == .timeReached)
      return (bench.guests[0].machine.saveState(), bench.guests[0].transcript.text, bench.now)
    }
    let (first, second) = (try run(), try run())
    #expect(first.state == second.state && first.text == second.text && first.now == second.now)
  }

  @Test func anUnmetExpectationEndsAtItsTimeAndCostsNoneOfTheHosts() throws {
    let bench = try TestBench([try files("nest.elf")])
    #expect(bench.expect("nest> "))
    let before = bench.now
    #expect(bench.expect(["never"], from: bench.guests[0], within: 36_000_000_000) == .timeReached)
    #expect(bench.now == before + 36_000_000_000)
  }

  @Test func outputIsSeenWhenItIsThereThoughTheGuestThenIdles() throws {
    let bench = try TestBench([try files("nest.elf")])
    #expect(bench.expect("nest> ") && bench.now < ticksPerSecond)
    bench.guests[0].type(Array("echo here\n".utf8))
    let before = bench.now
    #expect(bench.expect("\nhere") && bench.now <= before + 2 * TestBench.grid)
  }

  @Test func whatIsForbiddenEndsAWait() throws {
    let bench = try TestBench([try files("nest.elf")])
    let result = bench.expect(["never"], from: bench.guests[0], forbidden: ["zzz", "nest> "], within: 100_000_000)
    guard case .forbidden(1, _) = result else {
      Issue.record("\(result)")
      return
    }
  }

  @Test func aGuestThatEndsIsToldAtOnce() throws {
    let bench = try TestBench([try files("hello.elf")])
    #expect(bench.expect(["never"], from: bench.guests[0], within: 100_000_000) == .ended(.passed))
    bench.guests[0].reset()
    bench.guests[0].rewind()
    #expect(bench.guests[0].end == nil)
    #expect(bench.expect("ello"))
  }

  @Test func guestsAdvanceSideBySideAndAPausedOneStandsStill() throws {
    let bench = try TestBench([try files("nest.elf", name: "a"), try files("nest.elf", name: "b")])
    let b = try #require(bench.guest(named: "b"))
    #expect(bench.expect("nest> "))
    b.isPaused = true
    let stood = b.machine.now
    #expect(bench.advance(until: bench.now + 5_000_000) == .timeReached)
    #expect(b.machine.now == stood && bench.guests[0].machine.now == bench.now)
    b.isPaused = false
    #expect(bench.advance(until: bench.now + 3_000_000) == .timeReached)
    #expect(b.machine.now == stood + 3_000_000)
  }

  @Test func cutPowerComesBackOnlyWithAReset() throws {
    let bench = try TestBench([try files("nest.elf")])
    #expect(bench.expect("nest> "))
    #expect(bench.guests[0].inject(.powerCut))
    #expect(bench.expect(["x"], from: bench.guests[0], within: 10_000_000) == .ended(nil))
    bench.guests[0].reset()
    #expect(bench.expect("nest> "))
  }

  @Test func injectionsReachTheMachine() throws {
    let bench = try TestBench([try files("nest.elf")])
    #expect(bench.expect("nest> "))
    let (guest, address) = (bench.guests[0], UInt32(0x80F0_0000))
    #expect(guest.inject(.flipMemory(address: address, bit: 3)))
    #expect(guest.machine.ram.read(at: address, count: 1) == [8])
    #expect(!guest.inject(.flipMemory(address: 0x100, bit: 3)) && !guest.inject(.interrupt(source: 97)))
    guest.machine.harts[0][x: 31] = 1
    #expect(guest.inject(.flipRegister(.integer(31), bit: 4, hart: 0)))
    #expect(guest.machine.harts[0][x: 31] == 17)
    #expect(!guest.inject(.flipRegister(.pc, bit: 4, hart: 1)))
    let now = guest.machine.now
    #expect(guest.inject(.clock(ticks: 777)))
    #expect(guest.machine.now == now + 777)
    #expect(guest.inject(.stall(hart: 0, ticks: 1_000_000)))
    let retired = guest.machine.harts[0].retired
    guest.type(Array("echo later\n".utf8))
    #expect(bench.expect(["\nlater"], from: guest, within: 990_000) == .timeReached)
    #expect(guest.machine.harts[0].retired == retired)
    // A stall goes with the machine.
    let fork = try bench.fork()
    for one in [bench, fork] { #expect(one.expect("\nlater")) }
  }
}
