import Boards
import ConformanceKit
import HartEngine
import ISA
import RegisterMaps
import Testing

/// What host code does by itself, compared with the interpreter.
@Suite struct HostCodeTests {
  private static let function = MemoryMap.ramBase + 0x2000
  private static let rounds: UInt32 = 500

  /// Calls a function of eight bytes at offset 0x20, between the stores of a size at a place near to it, in M-mode.
  private func storingProgram(_ assembler: inout Assembler, size: UInt32, place: UInt32) {
    assembler.write(.mstatus, 0x2000)
    assembler.li(7, Self.function + 0x20)
    for (index, word) in [Assembler.encode(.addi, rd: 10, rs1: 10, 3), Assembler.encode(.jalr, rs1: 1)].enumerated() {
      assembler.li(6, word)
      assembler.emit(.sw, rs1: 7, rs2: 6, Int32(index) * 4)
    }
    assembler.li(5, Self.rounds)
    assembler.li(8, Self.function + place)
    let loop = assembler.label()
    assembler.bind(loop)
    assembler.emit(.jalr, rd: 1, rs1: 7)
    switch size {
    case 1: assembler.emit(.lbu, rd: 6, rs1: 8); assembler.emit(.sb, rs1: 8, rs2: 6)
    case 2: assembler.emit(.lhu, rd: 6, rs1: 8); assembler.emit(.sh, rs1: 8, rs2: 6)
    case 4: assembler.emit(.lw, rd: 6, rs1: 8); assembler.emit(.sw, rs1: 8, rs2: 6)
    default: assembler.emit(.fld, rd: 6, rs1: 8); assembler.emit(.fsd, rs1: 8, rs2: 6)
    }
    assembler.emit(.addi, rd: 5, rs1: 5, -1)
    assembler.branch(.bne, 5, 0, to: loop)
    assembler.endMachine()
  }

  @Test(arguments: [1, 2, 4, 8] as [UInt32], 0x18...0x28 as ClosedRange<UInt32>)
  func storesAroundCode(size: UInt32, place: UInt32) throws {
    let interpreted = try Board(engine: .interpreter) { storingProgram(&$0, size: size, place: place) }
    let translated = try Board(engine: .translator) { storingProgram(&$0, size: size, place: place) }
    for board in [interpreted, translated] { #expect(board.run() == .ended(.passed)) }
    #expect(translated.machine.saveState() == interpreted.machine.saveState())
    #expect(translated.machine.harts[0][x: 10] == 3 * Self.rounds)
    guard let translator = translated.machine.translator else { return }
    let isHit = place + size > 0x20 && place < 0x28
    #expect(isHit == (translator.statistics.invalidations > 100))
  }
}
