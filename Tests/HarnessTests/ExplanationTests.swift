import Boards
import Harness
import SystemBus
import Testing

@Suite struct ExplanationTests {
  @Test func ofAShortLifeAllInstructionsAreTold() throws {
    let bench = try TestBench([try files("hello.elf")])
    #expect(bench.expect(["never"], from: bench.guests[0], within: 100_000_000) == .ended(.passed))
    let guest = bench.guests[0]
    let all = try guest.explain(instructions: 100_000)
    #expect(all.instructions.count > 300)
    // The last one tells the test device that all is well.
    #expect(all.instructions.last?.contains("mem 0x00100000 0x00005555") == true, "\(all.instructions.last ?? "")")
    #expect(try guest.explain(instructions: 5).instructions == all.instructions.suffix(5))
    #expect(all.console == guest.transcript.lastLines(20) && all.console.count > 0)
  }

  /// What was typed and what happened is done over again at its time; the last instructions are those of the guest itself.
  @Test(arguments: [false, true]) func whatLedToTheEndIsDoneOverAgain(isMarked: Bool) throws {
    let bench = try TestBench([try files("nest.elf", harts: 2)])
    #expect(bench.expect("nest> "))
    let guest = bench.guests[0]
    if isMarked { try guest.mark() }
    guest.type(Array("echo one\n".utf8))
    #expect(bench.expect("\none"))
    #expect(guest.inject(.clock(ticks: 12_345)) && guest.inject(.stall(hart: 0, ticks: 99_999)))
    guest.type(Array("echo two\n".utf8))
    #expect(bench.expect("\ntwo"))
    let explanation = try guest.explain(instructions: 1000, before: 30_000)
    #expect(explanation.instructions.count == 1000)
    let last = try #require(explanation.instructions.last)
    // A line begins with the number of its hart; the guest's own next instruction follows the last one told.
    let fork = try TestBench(BenchSnapshot(now: bench.now, guests: [explanation.before]))
    let before = fork.guests[0].machine.now
    #expect(before < guest.machine.now && guest.machine.now - before <= 30_000 + TestBench.grid)
    #expect(last.hasPrefix("core   "))
    #expect(explanation.before.transcript.end <= guest.transcript.end)
  }
}
