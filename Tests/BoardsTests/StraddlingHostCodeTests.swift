import Boards
import ConformanceKit
import HartEngine
import ISA
import RegisterMaps
import Testing

/// Host code of instructions whose second half is in another page, compared with the interpreter.
@Suite struct StraddlingHostCodeTests {
  private static let rounds: UInt32 = 400
  /// Where the first half is, and two pages that the second may come from.
  private static let first = MemoryMap.ramBase + 0x2FFE
  private static let seconds = [MemoryMap.ramBase + 0x3000, MemoryMap.ramBase + 0x5000]
  private static let tables = MemoryMap.ramBase + 0x1_0000
  private static let virtual: UInt32 = 0x4000_1000

  /// `addi x10, x10, number` across a page end, and a return.
  private func storeFunction(_ assembler: inout Assembler, number: Int32, second: UInt32) {
    let add = Assembler.encode(.addi, rd: 10, rs1: 10, number)
    assembler.store(add, to: Self.first, .sh)
    assembler.store(add >> 16, to: second, .sh)
    let back = Assembler.encode(.jalr, rs1: 1)
    assembler.store(back, to: second + 2, .sh)
    assembler.store(back >> 16, to: second + 4, .sh)
  }

  /// Runs a program with each engine, which must come to the same end.
  private func compare(_ program: @escaping (inout Assembler) -> Void) throws -> UInt32 {
    let translated = try Board.alike(program)
    if let translator = translated.machine.translator { #expect(translator.statistics.blocks > 0) }
    return translated.machine.harts[0][x: 10]
  }

  /// The second half is overwritten in every fourth round, without a fence.
  @Test func theSecondPageIsWritten() throws {
    let sum = try compare { assembler in
      storeFunction(&assembler, number: 1, second: Self.seconds[0])
      assembler.li(5, Self.rounds)
      assembler.li(7, Self.first)
      let (loop, same) = (assembler.label(), assembler.label())
      assembler.bind(loop)
      assembler.emit(.jalr, rd: 1, rs1: 7)
      assembler.emit(.andi, rd: 6, rs1: 5, 3)
      assembler.branch(.bne, 6, 0, to: same)
      // Adds 1 or 17 by turns.
      assembler.emit(.lhu, rd: 6, rs1: 7, 2)
      assembler.emit(.xori, rd: 6, rs1: 6, 0x100)
      assembler.emit(.sh, rs1: 7, rs2: 6, 2)
      assembler.bind(same)
      assembler.emit(.addi, rd: 5, rs1: 5, -1)
      assembler.branch(.bne, 5, 0, to: loop)
      assembler.endMachine()
    }
    #expect(sum > Self.rounds * 8 && sum < Self.rounds * 10)
  }

  /// The second page is mapped to one of two frames by turns, in S-mode, with and without `sfence.vma` of it.
  @Test(arguments: [true, false]) func theSecondPageIsMappedElsewhere(isFenced: Bool) throws {
    let sum = try compare { assembler in
      storeFunction(&assembler, number: 1, second: Self.seconds[0])
      storeFunction(&assembler, number: 1 + 16, second: Self.seconds[1])
      let leaf = Self.tables + 0x1000
      func entry(_ physical: UInt32, _ flags: UInt32) -> UInt32 { (physical >> 12) << 10 | flags }
      assembler.store(entry(MemoryMap.ramBase, 0xCF), to: Self.tables + (MemoryMap.ramBase >> 22) * 4)
      assembler.store(entry(leaf, 1), to: Self.tables + (Self.virtual >> 22) * 4)
      assembler.store(entry(Self.first & ~0xFFF, 0xCF), to: leaf)
      let (end, loop) = (assembler.label(), assembler.label())
      assembler.enterSupervisor(tables: Self.tables, endingAt: end)
      assembler.li(5, Self.rounds)
      assembler.li(7, Self.virtual - 2)
      assembler.li(8, leaf)
      assembler.li(11, entry(Self.seconds[0], 0xCF))
      assembler.li(12, entry(Self.seconds[0], 0xCF) ^ entry(Self.seconds[1], 0xCF))
      assembler.bind(loop)
      assembler.emit(.andi, rd: 6, rs1: 5, 8)
      assembler.emit(.sltu, rd: 6, rs1: 0, rs2: 6)
      assembler.emit(.sub, rd: 6, rs1: 0, rs2: 6)
      assembler.emit(.and, rd: 6, rs1: 6, rs2: 12)
      assembler.emit(.xor, rd: 6, rs1: 6, rs2: 11)
      assembler.emit(.sw, rs1: 8, rs2: 6, 4)
      if isFenced {
        assembler.emit(.addi, rd: 9, rs1: 7, 2)
        assembler.emit(.sfenceVMA, rs1: 9)
      }
      assembler.emit(.jalr, rd: 1, rs1: 7)
      assembler.emit(.addi, rd: 5, rs1: 5, -1)
      assembler.branch(.bne, 5, 0, to: loop)
      assembler.endSupervisor(at: end)
    }
    if isFenced { #expect(sum == Self.rounds * 9) }
  }
}
