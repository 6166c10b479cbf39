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
    let translated = try Board.alike { storingProgram(&$0, size: size, place: place) }
    #expect(translated.machine.harts[0][x: 10] == 3 * Self.rounds)
    guard let translator = translated.machine.translator else { return }
    let isHit = place + size > 0x20 && place < 0x28
    #expect(isHit == (translator.statistics.invalidations > 100))
  }

  /// Goes through the CSRs that are plain storage: all in M-mode, and those of S-mode in each mode, by the same code.
  private func controlProgram(_ assembler: inout Assembler) {
    let (start, handler, skip, touch, loop) = (
      assembler.label(), assembler.label(), assembler.label(), assembler.label(), assembler.label()
    )
    assembler.jump(to: start)
    handleTraps(&assembler, handler, skip)
    assembler.bind(touch)
    exchange(&assembler, [.sscratch, .sepc, .scause, .stval])
    assembler.emit(.ecall)

    assembler.bind(start)
    assembler.write(.mtvec, addressOf: handler)
    assembler.write(.pmpaddr(15), .max)
    assembler.write(.pmpcfg(3), 0x1F00_0000)
    assembler.li(5, Self.rounds)
    assembler.bind(loop)
    exchange(&assembler, [.mscratch, .mepc, .mcause, .mtval])
    for mode in [HartEngine.PrivilegeMode.machine, .supervisor, .user] {
      let back = assembler.label()
      assembler.address(rd: 22, of: back)
      assembler.write(.mstatus, UInt32(mode.rawValue) << 11)
      assembler.write(.mepc, addressOf: touch)
      assembler.emit(.mret)
      assembler.bind(back)
    }
    assembler.emit(.addi, rd: 5, rs1: 5, -1)
    assembler.branch(.bne, 5, 0, to: loop)
    assembler.endMachine()
  }

  /// Counts in x20 and skips what trapped; after a call goes on at x22 in M-mode.
  private func handleTraps(_ assembler: inout Assembler, _ handler: Assembler.Label, _ skip: Assembler.Label) {
    assembler.align(4)
    assembler.bind(handler)
    assembler.emit(.addi, rd: 20, rs1: 20, 1)
    assembler.read(21, .mcause)
    assembler.li(23, 8)
    assembler.branch(.bltu, 21, 23, to: skip)
    assembler.write(.mstatus, 0x1800)
    assembler.csr(.csrrw, CSR.mepc.rawValue, 22)
    assembler.emit(.mret)
    assembler.bind(skip)
    assembler.read(21, .mepc)
    assembler.emit(.addi, rd: 21, rs1: 21, 4)
    assembler.csr(.csrrw, CSR.mepc.rawValue, 21)
    assembler.emit(.mret)
  }

  /// Writes odd numbers, and adds up what was read.
  private func exchange(_ assembler: inout Assembler, _ registers: [CSR]) {
    for register in registers {
      assembler.emit(.slli, rd: 6, rs1: 5, 3)
      assembler.emit(.addi, rd: 6, rs1: 6, 7)
      assembler.csr(.csrrw, rd: 8, register.rawValue, 6)
      assembler.emit(.add, rd: 10, rs1: 10, rs2: 8)
      assembler.csr(.csrrs, rd: 8, register.rawValue, 0)
      assembler.emit(.add, rd: 10, rs1: 10, rs2: 8)
      assembler.csr(.csrrwi, rd: 6, register.rawValue, 19)
      assembler.emit(.add, rd: 10, rs1: 10, rs2: 6)
      assembler.csr(.csrrc, rd: 6, register.rawValue, 5)
      assembler.emit(.addi, rd: 12, rs1: 5)
      assembler.csr(.csrrw, rd: 12, register.rawValue, 12)
      assembler.csr(.csrrw, rd: 12, register.rawValue, 12)
    }
  }

  @Test func controlRegisters() throws {
    let translated = try Board.alike(controlProgram)
    // In U-mode each of 24 accesses is refused.
    #expect(translated.machine.harts[0][x: 20] == Self.rounds * (3 + 24))
  }

  /// More functions than there are places for their host code, called in turns through a register.
  @Test func manyTargets() throws {
    let functions: UInt32 = 300
    let program = { (assembler: inout Assembler) in
      let loop = assembler.label()
      assembler.li(7, MemoryMap.ramBase + 0x2000)
      for (index, word) in [Assembler.encode(.addi, rd: 10, rs1: 10, 3), Assembler.encode(.jalr, rs1: 1)].enumerated() {
        let fill = assembler.label()
        assembler.li(6, word)
        assembler.li(8, MemoryMap.ramBase + 0x2000 + UInt32(index) * 4)
        assembler.li(9, functions)
        assembler.li(11, 2064)
        assembler.bind(fill)
        assembler.emit(.sw, rs1: 8, rs2: 6)
        assembler.emit(.add, rd: 8, rs1: 8, rs2: 11)
        assembler.emit(.addi, rd: 9, rs1: 9, -1)
        assembler.branch(.bne, 9, 0, to: fill)
      }
      assembler.li(5, 60)
      let again = assembler.label()
      assembler.bind(again)
      assembler.li(7, MemoryMap.ramBase + 0x2000)
      assembler.li(9, functions)
      assembler.bind(loop)
      assembler.emit(.jalr, rd: 1, rs1: 7)
      assembler.emit(.add, rd: 7, rs1: 7, rs2: 11)
      assembler.emit(.addi, rd: 9, rs1: 9, -1)
      assembler.branch(.bne, 9, 0, to: loop)
      assembler.emit(.addi, rd: 5, rs1: 5, -1)
      assembler.branch(.bne, 5, 0, to: again)
      assembler.endMachine()
    }
    let translated = try Board.alike(program)
    #expect(translated.machine.harts[0][x: 10] == 3 * 60 * functions)
  }

  /// Functions of a page in turns that have the same first place for their host code, so that one is always in its second,
  /// which is another page's; and then the page leads elsewhere.
  @Test func manyTargetsOfAPageThatIsMappedAnew() throws {
    let base = MemoryMap.ramBase
    let (root, leaf, virtual) = (base + 0x8000, base + 0x9000, 0x4000_0000 as UInt32)
    let pages = [base + 0xA000, base + 0xB000]
    let program = { (assembler: inout Assembler) in
      for (page, sum) in zip(pages, [3, 100] as [Int32]) {
        for function in [0, 0x444, 0x888] as [UInt32] {
          assembler.store(Assembler.encode(.addi, rd: 10, rs1: 10, sum), to: page + function)
          assembler.store(Assembler.encode(.jalr, rs1: 1), to: page + function + 4)
        }
      }
      // All but the page is mapped one to one.
      for start in [0, base] { assembler.store(start >> 2 | 0xCF, to: root + start >> 22 * 4) }
      assembler.store(leaf >> 2 | 1, to: root + virtual >> 22 * 4)
      assembler.write(.pmpaddr(15), .max)
      assembler.write(.pmpcfg(3), 0x1F00_0000)
      assembler.write(.satp, 1 << 31 | root >> 12)
      let (start, round, calls) = (assembler.label(), assembler.label(), assembler.label())
      assembler.write(.mepc, addressOf: start)
      assembler.write(.mstatus, 0x800)
      assembler.emit(.mret)
      assembler.bind(start)
      for (index, function) in [0, 0x444, 0x888].enumerated() {
        assembler.li(11 + UInt8(index), virtual + UInt32(function))
      }
      assembler.li(5, Self.rounds)
      assembler.li(7, leaf)
      for (index, page) in pages.enumerated() { assembler.li(8 + UInt8(index), page >> 2 | 0xCF) }
      assembler.bind(round)
      assembler.emit(.sw, rs1: 7, rs2: 8)
      assembler.emit(.sfenceVMA, rs1: 11)
      assembler.li(6, 20)
      assembler.bind(calls)
      for register in UInt8(11)...13 { assembler.emit(.jalr, rd: 1, rs1: register) }
      assembler.emit(.addi, rd: 6, rs1: 6, -1)
      assembler.branch(.bne, 6, 0, to: calls)
      for register in UInt8(8)...9 { assembler.emit(.xor, rd: register, rs1: 8, rs2: 9) }
      assembler.emit(.xor, rd: 8, rs1: 8, rs2: 9)
      assembler.emit(.addi, rd: 5, rs1: 5, -1)
      assembler.branch(.bne, 5, 0, to: round)
      assembler.endMachine()
    }
    let translated = try Board.alike(program)
    #expect(translated.machine.harts[0][x: 10] == 103 * 60 * Self.rounds / 2)
  }
}
