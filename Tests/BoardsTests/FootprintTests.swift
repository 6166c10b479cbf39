import Boards
import ConformanceKit
import HartEngine
import ISA
import RegisterMaps
import Testing

/// What machines cost the host.
@Suite struct FootprintTests {
  /// Waits for ever, after it has run code at several places.
  private func idleProgram(_ assembler: inout Assembler) {
    assembler.write(.mie, 0x800)
    for _ in 0..<20 {
      let next = assembler.label()
      assembler.jump(to: next)
      assembler.bind(next)
    }
    let loop = assembler.label()
    assembler.bind(loop)
    assembler.emit(.wfi)
    assembler.jump(to: loop)
  }

  @Test(arguments: [1 << 20, 128 << 20, 2 << 30])
  func anIdleMachineTakesLittleWhateverItsSize(memorySize: Int) throws {
    let board = try Board(clock: .host, memorySize: memorySize, idleProgram)
    #expect(board.run() == .idle(until: .max))
    #expect(board.machine.touchedBytes == 4096)
    #expect(board.machine.residentBytes < 256 << 10)
  }

  /// Code that runs on and on: one instruction that host code leaves to the hart, and a jump.
  private func clmulProgram(_ assembler: inout Assembler) {
    let loop = assembler.label()
    assembler.bind(loop)
    assembler.emit(.clmul, rd: 5, rs1: 6, rs2: 7)
    assembler.jump(to: loop)
  }

  @Test func hostCodeIsCountedAsTheMachinesMemory() throws {
    let interpreted = try Board(engine: .interpreter, clmulProgram)
    let translated = try Board(engine: .translator, clmulProgram)
    for board in [interpreted, translated] { board.run(limit: 10_000) }
    guard translated.machine.translator != nil else { return }
    #expect(translated.machine.residentBytes > interpreted.machine.residentBytes)
  }

  /// What each instruction costs beyond plain ones must end a run, whoever carries it out.
  @Test func instructionsThatHostCodeLeavesToTheHartCost() throws {
    let board = try Board(engine: .translator, clmulProgram)
    board.run(limit: 10_000)
    guard board.machine.translator != nil else { return }
    let before = board.machine.harts[0].executed
    #expect(board.machine.harts[0].run(budget: 100_000, effort: 5_000) == .cutShort)
    #expect(board.machine.harts[0].executed - before < 10_000)
  }

  /// Forty places that reach a device for the first time, against what they cost afterwards.
  @Test func faultsOfHostCodeCost() throws {
    let board = try Board(engine: .translator) { assembler in
      assembler.li(8, MemoryMap.uart.base)
      let loop = assembler.label()
      assembler.bind(loop)
      for _ in 0..<40 { assembler.emit(.lbu, rd: 10, rs1: 8, 5) }
      assembler.jump(to: loop)
    }
    guard board.machine.translator != nil else { return }
    #expect(board.machine.harts[0].run(budget: 120, effort: 7_000) == .cutShort)
    board.run(limit: 1000)
    #expect(board.machine.harts[0].run(budget: 120, effort: 7_000) == .budgetSpent)
  }

  /// Much code of both tiers, each instruction of which faults once; one that is not found ends the process.
  @Test(arguments: [.auto, .translator] as [EngineChoice])
  func faultsAreFoundInAllCode(engine: EngineChoice) throws {
    let count = 5000
    let board = try Board(engine: engine) { assembler in
      assembler.li(8, MemoryMap.uart.base)
      let loop = assembler.label()
      assembler.bind(loop)
      for _ in 0..<count { assembler.emit(.lbu, rd: 10, rs1: 8, 5) }
      assembler.emit(.addi, rd: 9, rs1: 9, 1)
      assembler.li(5, UInt32(bitPattern: Int32(-count * 4 - 12)))
      assembler.emit(.auipc, rd: 6, 0)
      assembler.emit(.add, rd: 6, rs1: 6, rs2: 5)
      assembler.emit(.jalr, rd: 0, rs1: 6, 0)
    }
    let rounds = 400
    board.run(limit: UInt64(count * rounds))
    #expect(board.machine.harts[0][x: 10] == 0x60)
    guard let translator = board.machine.translator else { return }
    #expect(translator.statistics.regions > 0 && translator.statistics.bytes > 128 << 10)
  }

  @Test func aFileMayBeTheMemory() throws {
    let whole = try Board { $0.busyProgram() }
    whole.run(limit: 50_000)
    let shared = try Board(ram: .descriptor(try temporaryFile(size: 1 << 20))) { $0.busyProgram() }
    shared.run(limit: 50_000)
    #expect(shared.machine.saveState() == whole.machine.saveState())
    shared.machine.reset()
    #expect(shared.machine.harts[0].pc == MemoryMap.bootROM.base && shared.machine.touchedBytes > 0)
  }
}
