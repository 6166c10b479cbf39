import ConformanceKit
import HartEngine
import ISA
import RegisterMaps
import Testing

/// Loops of floating-point instructions, which host code looks at the state for on the way to them and not each time round:
/// reached in all ways there are, while that state changes outside of the loop; compared with the interpreter.
@Suite struct FloatLoopTests {
  enum Way: CaseIterable {
    case fallThrough, jump, branch, branchOverCold, afterCall, afterSmallFunction, recursion
  }

  private static let rounds: UInt32 = 2000

  /// In x9 is the number of rounds left. Every fourth time floating-point state is off, and another fourth time rounding is
  /// not to the nearest.
  private func changeState(_ assembler: inout Assembler) {
    assembler.write(.mstatus, 0x2000)
    assembler.emit(.andi, rd: 6, rs1: 9, 3)
    assembler.emit(.addi, rd: 7, rs1: 6, -1)
    assembler.emit(.sltiu, rd: 7, rs1: 7, 1)
    assembler.csr(.csrrw, CSR.frm.rawValue, 7)
    assembler.emit(.sltiu, rd: 7, rs1: 6, 1)
    assembler.emit(.xori, rd: 7, rs1: 7, 1)
    assembler.emit(.slli, rd: 7, rs1: 7, 13)
    assembler.csr(.csrrw, CSR.mstatus.rawValue, 7)
  }

  /// Switches the state on and counts in x10.
  private func handleTraps(_ assembler: inout Assembler, _ handler: Assembler.Label) {
    assembler.align(4)
    assembler.bind(handler)
    assembler.li(30, 0x2000)
    assembler.csr(.csrrs, CSR.mstatus.rawValue, 30)
    assembler.emit(.addi, rd: 10, rs1: 10, 1)
    assembler.emit(.mret)
  }

  /// f1 += f2, rounded as `frm` says.
  private func add(_ assembler: inout Assembler) {
    assembler.word(Assembler.encode(.faddD, rd: 1, rs1: 1, rs2: 2) | 7 << 12)
  }

  private func push(_ assembler: inout Assembler) {
    assembler.emit(.addi, rd: 2, rs1: 2, -16)
    assembler.emit(.sw, rs1: 2, rs2: 1)
  }

  private func pop(_ assembler: inout Assembler) {
    assembler.emit(.lw, rd: 1, rs1: 2)
    assembler.emit(.addi, rd: 2, rs1: 2, 16)
  }

  /// Leads to `loop`, which begins behind it.
  private func go(_ way: Way, to loop: Assembler.Label, _ functions: [Assembler.Label], _ assembler: inout Assembler) {
    switch way {
    case .fallThrough, .recursion: break
    case .jump: assembler.jump(to: loop)
    case .branch:
      assembler.branch(.beq, 6, 0, to: loop)
      assembler.emit(.addi, rd: 12, rs1: 12, 1)
      assembler.emit(.andi, rd: 13, rs1: 9, 8)
      assembler.branch(.beq, 13, 0, to: loop)
    case .branchOverCold:
      assembler.branch(.bne, 9, 0, to: loop)
      assembler.emit(.addi, rd: 12, rs1: 12, 1)
    case .afterCall, .afterSmallFunction:
      add(&assembler)
      assembler.jump(rd: 1, to: functions[way == .afterCall ? 0 : 1])
    }
  }

  /// Rounds to the nearest or not, by the lowest bit of a register: without leaving host code, as a change of `mstatus` does.
  private func changeRounding(_ assembler: inout Assembler, by register: UInt8) {
    assembler.emit(.andi, rd: 7, rs1: register, 1)
    assembler.csr(.csrrw, CSR.frm.rawValue, 7)
  }

  /// Adds a third and calls itself twice, x11 times, and changes rounding where it is deepest.
  private func recursion(_ assembler: inout Assembler, _ function: Assembler.Label) {
    let deeper = assembler.label()
    assembler.bind(function)
    add(&assembler)
    assembler.emit(.addi, rd: 11, rs1: 11, -1)
    assembler.branch(.bne, 11, 0, to: deeper)
    assembler.emit(.addi, rd: 12, rs1: 12, 1)
    changeRounding(&assembler, by: 12)
    assembler.emit(.addi, rd: 11, rs1: 11, 1)
    assembler.emit(.jalr, rs1: 1)
    assembler.bind(deeper)
    push(&assembler)
    assembler.jump(rd: 1, to: function)
    assembler.jump(rd: 1, to: function)
    pop(&assembler)
    assembler.emit(.addi, rd: 11, rs1: 11, 1)
    assembler.emit(.jalr, rs1: 1)
  }

  private func program(_ way: Way, _ assembler: inout Assembler) {
    let (start, handler, outer, loop) = (
      assembler.label(), assembler.label(), assembler.label(), assembler.label()
    )
    let functions = [assembler.label(), assembler.label(), assembler.label()]
    assembler.jump(to: start)
    handleTraps(&assembler, handler)
    assembler.bind(functions[0])
    push(&assembler)
    assembler.jump(rd: 1, to: functions[1])
    pop(&assembler)
    assembler.emit(.jalr, rs1: 1)
    assembler.bind(functions[1])
    changeRounding(&assembler, by: 9)
    assembler.emit(.jalr, rs1: 1)
    recursion(&assembler, functions[2])

    assembler.bind(start)
    assembler.write(.mtvec, addressOf: handler)
    assembler.write(.mstatus, 0x2000)
    assembler.li(2, MemoryMap.ramBase + 0x8_0000)
    assembler.li(6, 1)
    assembler.emit(.fcvtDW, rd: 1, rs1: 6)
    assembler.li(6, 3)
    assembler.emit(.fcvtDW, rd: 2, rs1: 6)
    assembler.emit(.fdivD, rd: 2, rs1: 1, rs2: 2)
    assembler.li(9, Self.rounds)
    assembler.bind(outer)
    changeState(&assembler)
    assembler.li(11, 5)
    go(way, to: loop, functions, &assembler)
    assembler.bind(loop)
    if way == .recursion {
      assembler.jump(rd: 1, to: functions[2])
    } else {
      add(&assembler)
      assembler.emit(.addi, rd: 11, rs1: 11, -1)
      assembler.branch(.bne, 11, 0, to: loop)
    }
    assembler.emit(.addi, rd: 9, rs1: 9, -1)
    assembler.branch(.bne, 9, 0, to: outer)
    assembler.endMachine()
  }

  @Test(arguments: Way.allCases) func stateIsLookedAt(way: Way) throws {
    let translated = try Board.alike { program(way, &$0) }
    // In every fourth round the first addition traps.
    #expect(translated.machine.harts[0][x: 10] == Self.rounds / 4)
  }
}
