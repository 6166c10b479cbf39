import Boards
import ConformanceKit
import ISA
import RegisterMaps
import SystemBus
import Testing

@Suite struct VirtualClockTests {
  private static let rates: [UInt64] = [
    1_000_000, 1_000_003, 7_000_000, 33_333_333, 100_000_000, 62_500_000, 123_456_789, 99_999_999_999, 100_000_000_000,
  ]

  /// No rate drifts: at each moment, time is what division says.
  @Test(arguments: rates)
  func timeIsTheInstructionsOverTheRate(rate: UInt64) throws {
    let board = try Board(clock: .virtual(try #require(ClockRate(instructionsPerSecond: rate)))) { assembler in
      let loop = assembler.label()
      assembler.bind(loop)
      assembler.emit(.addi, rd: 5, rs1: 5, 1)
      assembler.jump(to: loop)
    }
    for _ in 0..<500 {
      board.run(limit: 7_919)
      let instructions = board.machine.harts[0].executed
      #expect(board.machine.now == instructions * 10_000_000 / rate)
    }
  }

  /// A timer interrupts at the first instruction at which its time has come.
  @Test(arguments: rates, [1_000, 12_345] as [UInt32])
  func timersAreExactAtEachRate(rate: UInt64, deadline: UInt32) throws {
    let board = try Board(clock: .virtual(try #require(ClockRate(instructionsPerSecond: rate)))) { assembler in
      let handler = assembler.label()
      assembler.write(.mtvec, addressOf: handler)
      assembler.store(deadline, to: MemoryMap.clint.base + CLINTRegisters.timeCompare)
      assembler.store(0, to: MemoryMap.clint.base + CLINTRegisters.timeCompare + 4)
      assembler.write(.mie, 0x80)
      assembler.emit(.wfi)
      assembler.csr(.csrrsi, CSR.mstatus.rawValue, 8)
      assembler.spin()
      assembler.align(4)
      assembler.bind(handler)
      assembler.read(11, .time)
      assembler.endMachine()
    }
    #expect(board.run(limit: 1_000_000_000) == .ended(.passed))
    let time = UInt64(board.machine.harts[0][x: 11])
    // Idle time ends with the first instruction that would be late; two follow until the handler reads the clock.
    let reached = (UInt64(deadline) * rate + 9_999_999) / 10_000_000
    #expect(time == reached * 10_000_000 / rate || time <= (reached + 3) * 10_000_000 / rate)
    #expect(time >= UInt64(deadline))
  }

  @Test func aTimerCenturiesAheadIsReachedOrNever() throws {
    for rate in [1_000_000, 100_000_000_000] as [UInt64] {
      let board = try Board(clock: .virtual(ClockRate(clamping: rate))) { assembler in
        assembler.store(0xFFFF_FFF0, to: MemoryMap.clint.base + CLINTRegisters.timeCompare)
        assembler.store(0xFFFF_FFFF, to: MemoryMap.clint.base + CLINTRegisters.timeCompare + 4)
        assembler.write(.mie, 0x80)
        assembler.emit(.wfi)
        assembler.endMachine()
      }
      let outcome = board.run(limit: 1_000)
      if rate == 1_000_000 {
        #expect(outcome == .ended(.passed) && board.machine.now >= 0xFFFF_FFFF_FFFF_FFF0)
      } else {
        guard case .ended(.hung) = outcome else { throw Unexpected(outcome: outcome) }
      }
    }
  }

  private struct Unexpected: Error { let outcome: SliceOutcome }

  @Test func statesOfOtherRatesAreRefused() throws {
    let state = try Board(clock: .virtual(ClockRate(clamping: 33_333_333))).machine.saveState()
    let same = try Board(clock: .virtual(ClockRate(clamping: 33_333_333)))
    try same.machine.restoreState(state)
    let other = try Board(clock: .virtual(ClockRate(clamping: 33_333_334)))
    #expect(throws: StateError.self) { try other.machine.restoreState(state) }
  }
}
