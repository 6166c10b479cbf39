import Boards
import ConformanceKit
import ISA
import RegisterMaps
import SystemBus
import Testing

@Suite struct TraceHashTests {
  private func executed(_ board: Board) -> UInt64 { board.machine.harts.reduce(0) { $0 &+ $1.executed } }

  private func hash(_ board: Board) throws -> UInt64 { try #require(board.machine.traceHash).value }

  /// The hash of a program of a few instructions, run to its end.
  private func hash(_ program: @escaping (inout Assembler) -> Void) throws -> UInt64 {
    let board = try Board {
      program(&$0)
      $0.endMachine()
    }
    #expect(board.run() == .ended(.passed))
    return try hash(board)
  }

  @Test(arguments: [1, 2, 4])
  func slicesLeaveNoTrace(harts: Int) throws {
    let whole = try Board(harts: harts) { $0.busyProgram() }
    whole.run(limit: 300_000)
    let sliced = try Board(harts: harts) { $0.busyProgram() }
    var length: UInt64 = 1
    while executed(sliced) < executed(whole) {
      sliced.run(limit: min(executed(whole) - executed(sliced), length))
      length = length % 4999 + 37
    }
    #expect(try hash(sliced) == hash(whole))
    #expect(sliced.machine.traceHash?.events == whole.machine.traceHash?.events)
    #expect(try #require(whole.machine.traceHash).events > 1000)
    #expect(sliced.machine.stateDigest == whole.machine.stateDigest)
  }

  /// Single steps decode no blocks: another way to execute the same.
  @Test(arguments: [1, 4])
  func steppingGivesTheSameHash(harts: Int) throws {
    let boards = try (0..<2).map { _ in try Board(harts: harts) { $0.busyProgram() } }
    boards[1].machine.onCommit = { _ in }
    for board in boards { board.run(limit: 60_000) }
    #expect(executed(boards[0]) == executed(boards[1]))
    #expect(try hash(boards[0]) == hash(boards[1]))
  }

  @Test func aRestoredMachineEndsWithTheSameHash() throws {
    let whole = try Board(harts: 2) { $0.busyProgram() }
    whole.run(limit: 123_456)
    let restored = try Board(harts: 2)
    let original = try Board(harts: 2) { $0.busyProgram() }
    original.run(limit: 61_803)
    try restored.machine.restoreState(original.machine.saveState())
    #expect(try hash(restored) == hash(original))
    restored.run(limit: executed(whole) - executed(restored))
    #expect(try hash(restored) == hash(whole))
    #expect(restored.machine.stateDigest == whole.machine.stateDigest)
  }

  @Test func theEndOfARestoredMachineIsNotCountedAgain() throws {
    let ended = try Board { $0.endMachine(code: 3) }
    ended.run()
    let restored = try Board()
    try restored.machine.restoreState(ended.machine.saveState())
    #expect(try hash(restored) == hash(ended))
  }

  @Test func whatCanBeSeenFromOutsideChangesIt() throws {
    let plain = try hash { $0.li(5, 1) }
    // A register alone is seen by nobody until a trap.
    #expect(try hash { $0.li(5, 2) } == plain)
    #expect(try hash { $0.print("a") } != hash { $0.print("b") })
    let rtc = MemoryMap.rtc.base + GoldfishRTCRegisters.timeLow
    #expect(try hash { $0.load(5, from: rtc) } != plain)
    let trapping = { (value: UInt32) in
      try self.hash { assembler in
        let handler = assembler.label()
        assembler.write(.mtvec, addressOf: handler)
        assembler.li(17, value)
        assembler.emit(.ecall)
        assembler.align(4)
        assembler.bind(handler)
      }
    }
    #expect(try trapping(1) != trapping(2))
    #expect(try trapping(1) == trapping(1))
    let ends = try [0, 1, 2].map { (code: UInt16) in
      let board = try Board { $0.endMachine(code: code) }
      board.run()
      return try hash(board)
    }
    #expect(Set(ends).count == 3)
  }

  /// Each of the 31 registers counts, and which is which.
  @Test func everyRegisterCounts() throws {
    var hashes: Set<UInt64> = []
    for register in 1...31 {
      let board = try Board { assembler in
        assembler.emit(.ebreak)
        assembler.spin()
      }
      // Behind the boot ROM, which sets some.
      board.run(limit: 6)
      for other in 1...31 { board.machine.harts[0][x: other] = other == register ? 7 : 0 }
      board.run(limit: 1)
      hashes.insert(try hash(board))
    }
    #expect(hashes.count == 31)
  }

  @Test func inputCountsWithItsTime() throws {
    let hashes = try [(100, 65), (100, 66), (200, 65)].map { (limit: UInt64, byte: UInt8) in
      let board = try Board { $0.spin() }
      board.run(limit: limit)
      #expect(board.machine.uart.receive([byte]) == 1)
      return try hash(board)
    }
    #expect(Set(hashes).count == 3)
  }

  @Test func aBootBeginsAnewAndAResetDoesNot() throws {
    let board = try Board { $0.endMachine() }
    board.run()
    let first = try hash(board)
    board.machine.reset()
    board.run()
    #expect(try hash(board) != first)
    #expect(try hash(Board { $0.spin() }) == hash(Board { $0.spin() }))
  }

  @Test func hostTimeHasNone() throws {
    #expect(try Board(clock: .host).machine.traceHash == nil)
    #expect(try Board(clock: .host).machine.statistics.traceHash == nil)
  }

  @Test func aDigestTellsStatesApart() throws {
    let board = try Board { $0.spin() }
    let before = board.machine.stateDigest
    #expect(board.machine.stateDigest == before)
    board.machine.harts[0][f: 31] = 1
    #expect(board.machine.stateDigest != before)
  }

  @Test func aHashIsWrittenAsSixteenDigits() {
    let hash = TraceHash()
    for byte in 0..<100 as Range<UInt8> {
      hash.output(byte)
      #expect(hash.description.count == 16 && UInt64(hash.description, radix: 16) == hash.value)
    }
  }
}
