import Boards
import SystemBus
import Testing

@Suite struct RunUntilTests {
  @Test(arguments: [1, 3]) func aRunDividedAnyhowIsTheSameRun(harts: Int) throws {
    let whole = try Board(harts: harts) { $0.busyProgram() }
    _ = whole.machine.run(until: 30_000)
    for step in [1, 7, 999, 2_500] as [Ticks] {
      let board = try Board(harts: harts) { $0.busyProgram() }
      for time in stride(from: step, to: 30_000, by: Ticks.Stride(step)) {
        _ = board.machine.run(until: time)
        #expect(board.machine.now == time)
      }
      _ = board.machine.run(until: 30_000)
      #expect(board.machine.saveState() == whole.machine.saveState())
      #expect(board.console.bytes == whole.console.bytes)
    }
  }

  @Test func idleTimePassesAtOnceButNotBeyond() throws {
    let board = try Board { assembler in
      assembler.write(.mie, 0x80)
      assembler.store(0, to: 0x200_4004)
      assembler.store(50_000, to: 0x200_4000)
      assembler.emit(.wfi)
      assembler.print("t")
      assembler.write(.mie, 0x800)
      let loop = assembler.label()
      assembler.bind(loop)
      assembler.emit(.wfi)
      assembler.jump(to: loop)
    }
    #expect(board.machine.run(until: 20_000) == .idle(until: 50_000))
    #expect(board.machine.now == 20_000 && board.console.text == "")
    #expect(board.machine.run(until: 60_000) == .idle(until: .max))
    #expect(board.machine.now == 60_000 && board.console.text == "t")
    let retired = board.machine.harts[0].retired
    #expect(board.machine.run(until: 1 << 50) == .idle(until: .max))
    #expect(board.machine.now == 1 << 50 && board.machine.harts[0].retired == retired)
  }

  @Test func anEndIsToldAtOnceAndAgain() throws {
    let board = try Board { $0.endMachine(code: 7) }
    #expect(board.machine.run(until: 1000) == .ended(.failed(code: 7)))
    #expect(board.machine.run(until: 2000) == .ended(.failed(code: 7)))
  }
}
