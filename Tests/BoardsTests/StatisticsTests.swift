import Boards
import ConformanceKit
import ISA
import RegisterMaps
import Testing

@Suite struct StatisticsTests {
  /// Ten calls, three illegal instructions, five reads and two writes of devices, one software interrupt, and a reset.
  private func program(_ assembler: inout Assembler) {
    let (handler, interrupt) = (assembler.label(), assembler.label())
    assembler.write(.mtvec, addressOf: handler)
    for _ in 0..<10 { assembler.emit(.ecall) }
    for _ in 0..<3 { assembler.word(0) }
    for _ in 0..<5 { assembler.load(5, from: MemoryMap.plic.base + PLICRegisters.priority(source: 1)) }
    assembler.print("x")
    assembler.write(.mie, 8)
    assembler.csr(.csrrsi, CSR.mstatus.rawValue, 8)
    assembler.store(1, to: MemoryMap.clint.base)
    assembler.write(.mie, 0x800)
    assembler.store(TestDeviceRegisters.reset, to: MemoryMap.testDevice.base)
    assembler.spin()
    assembler.align(4)
    assembler.bind(handler)
    assembler.read(20, .mcause)
    assembler.branch(.blt, 20, 0, to: interrupt)
    assembler.read(20, .mepc)
    assembler.emit(.addi, rd: 20, rs1: 20, 4)
    assembler.csr(.csrrw, CSR.mepc.rawValue, 20)
    assembler.emit(.mret)
    assembler.bind(interrupt)
    assembler.csr(.csrrw, CSR.mie.rawValue, 0)
    assembler.emit(.mret)
  }

  /// Runs to the end of so many rounds of the program.
  private func counted(rounds: Int) throws -> (Board, MachineStatistics) {
    let board = try Board(program)
    while board.machine.resets < rounds { try #require(board.run(limit: 1) == .ran) }
    return (board, board.machine.statistics)
  }

  @Test func whatHappenedIsCounted() throws {
    let (board, statistics) = try counted(rounds: 1)
    var traps = [UInt64](repeating: 0, count: 17)
    (traps[2], traps[11]) = (3, 10)
    #expect(statistics.traps == traps)
    var interrupts = [UInt64](repeating: 0, count: 16)
    interrupts[3] = 1
    #expect(statistics.interrupts == interrupts)
    let accesses: [String: [UInt64]] = ["clint": [0, 1], "plic": [5, 0], "test": [0, 1], "uart0": [0, 1]]
    #expect(
      Dictionary(uniqueKeysWithValues: statistics.deviceAccesses.map { ($0.device, [$0.reads, $0.writes]) }) == accesses
    )
    #expect(statistics.resets == 1 && statistics.waits == 0 && statistics.codeCacheFlushes == 0)
    #expect(statistics.blocksDecoded > 10 && statistics.instructions > 100)
    #expect(board.machine.harts[0].retired < statistics.instructions)
  }

  /// A reset, which begins the guest's own counts anew, changes none of these.
  @Test func countsGoOnOverResets() throws {
    let (_, one) = try counted(rounds: 1)
    let (_, three) = try counted(rounds: 3)
    #expect(three.traps == one.traps.map { $0 * 3 } && three.interrupts[3] == 3 && three.resets == 3)
    #expect((one.instructions * 3 - 6...one.instructions * 3).contains(three.instructions))
  }

  @Test func aRestoredStateBringsNoCounts() throws {
    let (board, _) = try counted(rounds: 2)
    board.run(limit: 30)
    let before = board.machine.statistics
    try board.machine.restoreState(board.machine.saveState())
    #expect(board.machine.statistics.instructions == before.instructions)
    let fresh = try Board()
    try fresh.machine.restoreState(board.machine.saveState())
    #expect(fresh.machine.statistics.instructions == 0)
    fresh.run(limit: 200)
    #expect(fresh.machine.statistics.instructions > 0)
    #expect(fresh.machine.statistics.instructions <= 200)
  }

  @Test func waitsAreCounted() throws {
    let board = try Board(harts: 2) { assembler in
      let loop = assembler.label()
      assembler.write(.mie, 0x800)
      assembler.bind(loop)
      assembler.emit(.wfi)
      assembler.jump(to: loop)
    }
    board.run()
    #expect(board.machine.statistics.waits == 2)
  }
}
