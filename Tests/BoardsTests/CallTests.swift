import Boards
import ConformanceKit
import HartEngine
import ISA
import RegisterMaps
import Testing

/// Guest calls, which are calls of the host's, and returns that do not come back to where the host expects them; compared
/// with the interpreter.
@Suite struct CallTests {
  private static let stack = MemoryMap.ramBase + 0x8_0000
  private static let rounds: UInt32 = 400

  /// Runs a program on both engines; x10 at its end.
  private func result(_ program: @escaping (inout Assembler) -> Void) throws -> UInt32 {
    let translated = try Board.alike(limit: 4_000_000, program)
    return translated.machine.harts[0][x: 10]
  }

  /// `body` so many times, with the count in x9 and a stack in x2.
  private func loop(_ assembler: inout Assembler, _ rounds: UInt32, _ body: (inout Assembler) -> Void) {
    let again = assembler.label()
    assembler.li(2, Self.stack)
    assembler.li(9, rounds)
    assembler.bind(again)
    body(&assembler)
    assembler.emit(.addi, rd: 9, rs1: 9, -1)
    assembler.branch(.bne, 9, 0, to: again)
    assembler.endMachine()
  }

  private func push(_ assembler: inout Assembler, _ register: UInt8 = 1) {
    assembler.emit(.addi, rd: 2, rs1: 2, -4)
    assembler.emit(.sw, rs1: 2, rs2: register)
  }

  private func popAndReturn(_ assembler: inout Assembler) {
    assembler.emit(.lw, rd: 1, rs1: 2)
    assembler.emit(.addi, rd: 2, rs1: 2, 4)
    assembler.emit(.jalr, rs1: 1)
  }

  /// A function that calls itself x11 times, then does `innermost`, and adds 1 to x10 at each level on the way back.
  private func recursion(
    _ assembler: inout Assembler, _ function: Assembler.Label, innermost: (inout Assembler) -> Void
  ) {
    let deeper = assembler.label()
    assembler.bind(function)
    assembler.branch(.bne, 11, 0, to: deeper)
    innermost(&assembler)
    assembler.emit(.jalr, rs1: 1)
    assembler.bind(deeper)
    push(&assembler)
    assembler.emit(.addi, rd: 11, rs1: 11, -1)
    assembler.jump(rd: 1, to: function)
    assembler.emit(.addi, rd: 10, rs1: 10, 1)
    popAndReturn(&assembler)
  }

  /// The lowest bit of where a call or a return leads counts for nothing, in every other round.
  @Test func oddAddresses() throws {
    let sum = try result { assembler in
      let (start, function) = (assembler.label(), assembler.label())
      assembler.jump(to: start)
      assembler.bind(function)
      assembler.emit(.addi, rd: 10, rs1: 10, 1)
      assembler.emit(.xor, rd: 1, rs1: 1, rs2: 6)
      assembler.emit(.jalr, rs1: 1)
      assembler.bind(start)
      assembler.address(rd: 7, of: function)
      loop(&assembler, Self.rounds) { assembler in
        assembler.emit(.andi, rd: 6, rs1: 9, 1)
        assembler.emit(.xor, rd: 8, rs1: 7, rs2: 6)
        assembler.emit(.jalr, rd: 1, rs1: 8)
        assembler.jump(rd: 1, to: function)
        assembler.emit(.jalr, rd: 1, rs1: 7, 1)
      }
    }
    #expect(sum == Self.rounds * 3)
  }

  /// Deeper than calls go onto the host's stack.
  @Test(arguments: [3, 4094, 4095, 4096, 4097, 20_000] as [UInt32]) func recursion(depth: UInt32) throws {
    let rounds = 40_000 / depth
    let sum = try result { assembler in
      let (start, function) = (assembler.label(), assembler.label())
      assembler.jump(to: start)
      recursion(&assembler, function) { _ in }
      assembler.bind(start)
      loop(&assembler, rounds) { assembler in
        assembler.li(11, depth)
        assembler.jump(rd: 1, to: function)
      }
    }
    #expect(sum == rounds * depth)
  }

  /// Leaves some calls behind at once, and comes back to the one in front of them, or to others.
  @Test(arguments: [1, 2, 40] as [UInt32]) func returnsPastCalls(depth: UInt32) throws {
    let sum = try result { assembler in
      let (start, function, caught, outer) = (
        assembler.label(), assembler.label(), assembler.label(), assembler.label()
      )
      assembler.jump(to: start)
      recursion(&assembler, function) { assembler in
        // In half of the rounds.
        let goesBack = assembler.label()
        assembler.emit(.andi, rd: 6, rs1: 9, 1)
        assembler.branch(.beq, 6, 0, to: goesBack)
        assembler.emit(.addi, rd: 2, rs1: 18)
        assembler.emit(.addi, rd: 1, rs1: 19)
        assembler.emit(.jalr, rs1: 1)
        assembler.bind(goesBack)
      }
      assembler.bind(outer)
      push(&assembler)
      assembler.emit(.addi, rd: 18, rs1: 2)
      assembler.address(rd: 19, of: caught)
      assembler.li(11, depth)
      assembler.jump(rd: 1, to: function)
      assembler.bind(caught)
      popAndReturn(&assembler)
      assembler.bind(start)
      loop(&assembler, Self.rounds) { $0.jump(rd: 1, to: outer) }
    }
    #expect(sum == Self.rounds / 2 * depth)
  }

  /// Two threads that go on alternately, each within calls of its own.
  @Test func coroutines() throws {
    let sum = try result { assembler in
      let (start, other, again, turn) = (assembler.label(), assembler.label(), assembler.label(), assembler.label())
      assembler.jump(to: start)
      // Changes x2 and x1 for x18 and x19.
      assembler.bind(turn)
      for (mine, others) in [(2, 18), (1, 19)] as [(UInt8, UInt8)] {
        assembler.emit(.addi, rd: 6, rs1: mine)
        assembler.emit(.addi, rd: mine, rs1: others)
        assembler.emit(.addi, rd: others, rs1: 6)
      }
      assembler.emit(.jalr, rs1: 1)
      assembler.bind(other)
      assembler.bind(again)
      assembler.emit(.addi, rd: 10, rs1: 10, 3)
      assembler.jump(rd: 1, to: turn)
      // Each calls the other's register too: both link.
      assembler.emit(.jalr, rd: 5, rs1: 20)
      assembler.jump(to: again)
      assembler.bind(start)
      let leaf = assembler.label()
      assembler.address(rd: 20, of: leaf)
      assembler.address(rd: 19, of: other)
      assembler.li(18, Self.stack - 0x1000)
      loop(&assembler, Self.rounds) { assembler in
        assembler.jump(rd: 1, to: turn)
        assembler.emit(.jalr, rd: 5, rs1: 20)
      }
      assembler.bind(leaf)
      assembler.emit(.jalr, rd: 1, rs1: 5)
    }
    #expect(sum == 3 * Self.rounds)
  }

  /// A function changes the instruction that it comes back to, and one where its caller comes back to.
  @Test(arguments: [true, false]) func overwrittenCallers(fences: Bool) throws {
    let sum = try result { assembler in
      let (start, changer, caller, first, second) = (
        assembler.label(), assembler.label(), assembler.label(), assembler.label(), assembler.label()
      )
      let (one, other) = (
        Assembler.encode(.addi, rd: 10, rs1: 10, 1), Assembler.encode(.addi, rd: 10, rs1: 10, 100)
      )
      assembler.jump(to: start)
      assembler.bind(changer)
      // In every fourth round.
      let unchanged = assembler.label()
      assembler.emit(.andi, rd: 6, rs1: 9, 3)
      assembler.branch(.bne, 6, 0, to: unchanged)
      assembler.li(7, one ^ other)
      assembler.emit(.xor, rd: 8, rs1: 8, rs2: 7)
      for label in [first, second] {
        assembler.address(rd: 7, of: label)
        assembler.emit(.sw, rs1: 7, rs2: 8)
      }
      if fences { assembler.emit(.fenceI) }
      assembler.bind(unchanged)
      assembler.emit(.jalr, rs1: 1)
      assembler.bind(caller)
      push(&assembler)
      assembler.jump(rd: 1, to: changer)
      assembler.align(4)
      assembler.bind(first)
      assembler.word(one)
      popAndReturn(&assembler)
      assembler.bind(start)
      assembler.li(8, one)
      loop(&assembler, Self.rounds) { assembler in
        assembler.jump(rd: 1, to: caller)
        assembler.align(4)
        assembler.bind(second)
        assembler.word(one)
      }
    }
    #expect(sum == Self.rounds / 2 * 2 * 101)
  }

  /// A function traps, and what comes back from it finds no call on the host's stack.
  @Test(arguments: [0, 1, 5] as [UInt32]) func trapsWithinCalls(depth: UInt32) throws {
    let sum = try result { assembler in
      let (start, handler, function) = (assembler.label(), assembler.label(), assembler.label())
      assembler.jump(to: start)
      assembler.align(4)
      assembler.bind(handler)
      assembler.emit(.addi, rd: 10, rs1: 10, 1)
      assembler.read(21, .mepc)
      assembler.emit(.addi, rd: 21, rs1: 21, 4)
      assembler.csr(.csrrw, CSR.mepc.rawValue, 21)
      assembler.emit(.mret)
      recursion(&assembler, function) { $0.emit(.ecall) }
      assembler.bind(start)
      assembler.write(.mtvec, addressOf: handler)
      loop(&assembler, Self.rounds) { assembler in
        assembler.write(.mstatus, 0x1800)
        assembler.li(11, depth)
        assembler.jump(rd: 1, to: function)
      }
    }
    #expect(sum == Self.rounds * (depth + 1))
  }

  // MARK: With translation

  private static let tables = MemoryMap.ramBase + 0x4_0000
  private static let moved: UInt32 = 0x4000_0000

  /// Maps all of RAM to itself for S-mode, and the page at `moved` as `table` says, and goes on in S-mode.
  private func enterSupervisor(_ assembler: inout Assembler, table: UInt32) {
    let inside = assembler.label()
    assembler.write(.pmpaddr(15), .max)
    assembler.write(.pmpcfg(3), 0x1F00_0000)
    assembler.store(MemoryMap.ramBase >> 2 | 0xCF, to: Self.tables + (MemoryMap.ramBase >> 22) * 4)
    // Devices, too.
    assembler.store(0xCF, to: Self.tables)
    assembler.store(table >> 2 | 1, to: Self.tables + (Self.moved >> 22) * 4)
    assembler.write(.satp, 1 << 31 | Self.tables >> 12)
    assembler.write(.mstatus, 0x4_2800)
    assembler.write(.mepc, addressOf: inside)
    assembler.emit(.sfenceVMA)
    assembler.emit(.mret)
    assembler.bind(inside)
  }

  /// A function puts another page in the place of the one that it comes back to.
  @Test func remappedCallers() throws {
    let sum = try result { assembler in
      let (start, changer) = (assembler.label(), assembler.label())
      let table = Self.tables + 0x1000
      let pages = [Self.tables + 0x2000, Self.tables + 0x3000]
      assembler.jump(to: start)
      assembler.bind(changer)
      assembler.li(7, table)
      assembler.emit(.lw, rd: 6, rs1: 7)
      assembler.emit(.xor, rd: 6, rs1: 6, rs2: 8)
      assembler.emit(.sw, rs1: 7, rs2: 6)
      assembler.li(7, Self.moved)
      assembler.emit(.sfenceVMA, rs1: 7)
      assembler.emit(.jalr, rs1: 1)
      assembler.bind(start)
      for (page, step) in zip(pages, [1, 100] as [Int32]) {
        let code = [
          Assembler.encode(.addi, rd: 18, rs1: 1), Assembler.encode(.jalr, rd: 1, rs1: 20),
          Assembler.encode(.addi, rd: 10, rs1: 10, step), Assembler.encode(.jalr, rs1: 18),
        ]
        for (index, word) in code.enumerated() { assembler.store(word, to: page + UInt32(index) * 4) }
      }
      assembler.emit(.addi, rd: 18, rs1: 1)
      assembler.address(rd: 20, of: changer)
      assembler.li(8, (pages[0] ^ pages[1]) >> 2)
      assembler.li(22, Self.moved)
      assembler.store(pages[0] >> 2 | 0xCF, to: table)
      enterSupervisor(&assembler, table: table)
      loop(&assembler, Self.rounds) { $0.emit(.jalr, rd: 1, rs1: 22) }
    }
    #expect(sum == Self.rounds / 2 * 101)
  }

  /// A function's load marks a page as accessed whose page table entry is the instruction that it comes back to.
  @Test func callersThatArePageTables() throws {
    // `addi x6, x2, 512` as long as the page has not been accessed; then `fsgnj.s f6, f2, f0`.
    let entry = (MemoryMap.ramBase + 0x4_0000) >> 2 | 0x313
    let rounds: UInt32 = 1280
    let sum = try result { assembler in
      let (start, function, caller, slot) = (
        assembler.label(), assembler.label(), assembler.label(), assembler.label()
      )
      assembler.jump(to: start)
      assembler.align(4096)
      assembler.bind(function)
      assembler.emit(.lw, rd: 7, rs1: 22)
      assembler.emit(.jalr, rs1: 1)
      assembler.word(0)
      assembler.bind(caller)
      assembler.emit(.addi, rd: 18, rs1: 1)
      assembler.jump(rd: 1, to: function)
      assembler.bind(slot)
      assembler.word(entry)
      assembler.emit(.add, rd: 10, rs1: 10, rs2: 6)
      assembler.emit(.jalr, rs1: 18)
      assembler.bind(start)
      assembler.address(rd: 20, of: slot)
      enterSupervisor(&assembler, table: MemoryMap.ramBase + 0x1000)
      loop(&assembler, rounds) { assembler in
        let (accesses, kept) = (assembler.label(), assembler.label())
        assembler.emit(.andi, rd: 11, rs1: 9, 127)
        // The page that is the sixth there, or any.
        assembler.li(22, Self.moved + 0x5000)
        assembler.branch(.beq, 11, 0, to: accesses)
        assembler.li(22, Self.stack)
        assembler.bind(accesses)
        assembler.emit(.addi, rd: 11, rs1: 11, -127)
        assembler.branch(.bne, 11, 0, to: kept)
        assembler.li(7, entry)
        assembler.emit(.sw, rs1: 20, rs2: 7)
        assembler.emit(.sfenceVMA)
        assembler.bind(kept)
        assembler.li(6, 1)
        assembler.jump(rd: 1, to: caller)
      }
    }
    let accesses = rounds / 128
    #expect(sum == accesses &+ (rounds - accesses) &* (Self.stack + 512))
  }
}
