import Boards
import ConformanceKit
import HartEngine
import ISA
import RegisterMaps
import Testing

/// Host code that looks up a page once for the last access of a block and the first of the next, compared with the
/// interpreter: in S-mode, through pages that lie in no order, one of which comes to lie elsewhere by turns.
@Suite struct CarriedPageTests {
  private static let laps: UInt32 = 300
  private static let (pages, nodes): (UInt32, UInt32) = (6, 60)
  private static let tables = MemoryMap.ramBase + 0x1_0000
  private static let (frames, others) = (MemoryMap.ramBase + 0x2_0000, MemoryMap.ramBase + 0x4_0000)
  private static let virtual: UInt32 = 0x4000_0000

  private static func frame(_ page: UInt32) -> UInt32 { frames + (page * 5 % pages) << 12 }
  private static func entry(_ physical: UInt32, _ flags: UInt32) -> UInt32 { (physical >> 12) << 10 | flags }

  /// Where a node is: three words, some of them on both sides of a page's end.
  private static func node(_ number: UInt32) -> UInt32 {
    let page = number * 7 % pages
    return virtual + page << 12
      + (number < 30 && number % 5 == 0 && page + 1 < pages ? 0x1000 - number % 3 * 4 - 4 : number * 48)
  }

  /// Puts a list of nodes there: two words that lead to the next one, and a number.
  private func storeNodes(_ assembler: inout Assembler) {
    for number in 0..<Self.nodes {
      let next = number + 1 < Self.nodes ? Self.node(number + 1) : 0
      for (index, word) in [next, next, number * 3 + 1].enumerated() {
        let address = Self.node(number) + UInt32(index) * 4
        let place = Self.frame((address - Self.virtual) >> 12) + address & 0xFFF
        assembler.store(word, to: place)
        // The page that is exchanged has the same list with other numbers in it.
        if (address - Self.virtual) >> 12 == 2 {
          assembler.store(index == 2 ? word + 1000 : word, to: Self.others + address & 0xFFF)
        }
      }
    }
  }

  /// Runs `lap` so many times in S-mode, with the count in x5, after `prepare` has put into memory and registers what it
  /// needs.
  private func run(
    prepare: @escaping (inout Assembler) -> Void, lap: @escaping (inout Assembler) -> Void
  ) throws -> Board {
    let board = try Board.alike(limit: 3_000_000) { assembler in
      assembler.store(Self.entry(MemoryMap.ramBase, 0xCF), to: Self.tables + (MemoryMap.ramBase >> 22) * 4)
      assembler.store(Self.entry(Self.tables + 0x1000, 1), to: Self.tables + (Self.virtual >> 22) * 4)
      for page in 0..<Self.pages {
        assembler.store(Self.entry(Self.frame(page), 0xCF), to: Self.tables + 0x1000 + page * 4)
      }
      prepare(&assembler)
      let (end, again) = (assembler.label(), assembler.label())
      assembler.enterSupervisor(tables: Self.tables, endingAt: end)
      assembler.li(5, Self.laps)
      assembler.bind(again)
      lap(&assembler)
      assembler.emit(.addi, rd: 5, rs1: 5, -1)
      assembler.branch(.bne, 5, 0, to: again)
      assembler.endSupervisor(at: end)
    }
    if let translator = board.machine.translator { #expect(translator.statistics.regions > 0) }
    return board
  }

  /// Goes through the list `laps` times; `body` is what is done at the node in x7, which ends with the next one in x7.
  private func walk(_ body: @escaping (inout Assembler) -> Void) throws {
    let board = try run(prepare: storeNodes) { assembler in
      let step = assembler.label()
      assembler.li(8, Self.tables + 0x1000 + 2 * 4)
      assembler.li(11, Self.entry(Self.frame(2), 0xCF) ^ Self.entry(Self.others, 0xCF))
      assembler.li(12, Self.virtual + 0x2000)
      assembler.emit(.lw, rd: 6, rs1: 8, 0)
      assembler.emit(.xor, rd: 6, rs1: 6, rs2: 11)
      assembler.emit(.sw, rs1: 8, rs2: 6, 0)
      assembler.emit(.sfenceVMA, rs1: 12)
      assembler.li(7, Self.node(0))
      assembler.bind(step)
      body(&assembler)
      assembler.branch(.bne, 7, 0, to: step)
    }
    // Both sums of the numbers came up.
    #expect(board.machine.harts[0][x: 10] > Self.laps * Self.nodes * (Self.nodes - 1) / 2 * 3)
  }

  /// Two accesses with a branch between that is always taken, the first off x7, and adds what they load to x10.
  private func loadTwice(
    _ assembler: inout Assembler, _ first: (opcode: Opcode, at: Int32), _ second: (opcode: Opcode, at: Int32),
    off register: UInt8 = 7, between: (inout Assembler) -> Void = { _ in }
  ) {
    let skip = assembler.label()
    assembler.emit(first.opcode, rd: 6, rs1: 7, first.at)
    assembler.emit(.add, rd: 10, rs1: 10, rs2: 6)
    assembler.branch(.bne, 5, 0, to: skip)
    assembler.emit(.addi, rd: 10, rs1: 10, 1)
    assembler.bind(skip)
    between(&assembler)
    assembler.emit(second.opcode, rd: 6, rs1: register, second.at)
    assembler.emit(.add, rd: 10, rs1: 10, rs2: 6)
  }

  /// Adds the number to x10, unless it is odd and some bit of the sum is set: two ways to what follows.
  private func addNumber(_ assembler: inout Assembler) {
    let skip = assembler.label()
    assembler.emit(.lw, rd: 6, rs1: 7, 8)
    assembler.emit(.add, rd: 10, rs1: 10, rs2: 6)
    assembler.branch(.bne, 6, 0, to: skip)
    assembler.emit(.lw, rd: 6, rs1: 7, 4)
    assembler.bind(skip)
  }

  @Test func theNextBlockGoesOnWithTheSameRegister() throws {
    try walk { assembler in
      addNumber(&assembler)
      assembler.emit(.lw, rd: 7, rs1: 7, 4)
    }
  }

  @Test func orWithOneThatIsComputedFromIt() throws {
    try walk { assembler in
      addNumber(&assembler)
      assembler.emit(.andi, rd: 6, rs1: 10, 1)
      assembler.emit(.slli, rd: 6, rs1: 6, 2)
      assembler.emit(.add, rd: 9, rs1: 7, rs2: 6)
      assembler.emit(.lw, rd: 7, rs1: 9, 0)
    }
  }

  @Test func andStores() throws {
    try walk { assembler in
      let skip = assembler.label()
      assembler.emit(.lw, rd: 6, rs1: 7, 8)
      assembler.emit(.addi, rd: 6, rs1: 6, 1)
      assembler.emit(.add, rd: 10, rs1: 10, rs2: 6)
      assembler.emit(.sw, rs1: 7, rs2: 6, 8)
      assembler.branch(.bne, 6, 0, to: skip)
      assembler.emit(.addi, rd: 10, rs1: 10, 1)
      assembler.bind(skip)
      assembler.emit(.lw, rd: 9, rs1: 7, 4)
      assembler.emit(.sw, rs1: 7, rs2: 9, 0)
      assembler.emit(.addi, rd: 7, rs1: 9, 0)
    }
  }

  /// Registers point to one side of the end of all addresses, and accesses reach the other.
  @Test func addressesGoRoundTheEnd() throws {
    let board = try run { assembler in
      for (index, frame) in [Self.frame(0), Self.frame(1)].enumerated() {
        let table = Self.tables + 0x2000 + UInt32(index) * 0x1000
        assembler.store(Self.entry(table, 1), to: Self.tables + (index == 0 ? 0xFFC : 0))
        assembler.store(Self.entry(frame, 0xCF), to: table + (index == 0 ? 0xFFC : 0))
        for word in 0..<8 as Range<UInt32> {
          assembler.store(word + UInt32(index) * 100, to: frame + word * 4 + (index == 0 ? 0xFE0 : 0))
        }
      }
    } lap: { assembler in
      // The second access is off the same register, or off another that is so far from it.
      for (pointer, before, after, distance) in [
        (0xFFFF_FFF8, 8, 12, nil), (4, -8, -12, nil), (4, 0, 8, -12), (0xFFFF_FFF8, 0, -8, 12), (0, 4, 8, nil),
      ] as [(UInt32, Int32, Int32, Int32?)] {
        assembler.li(7, pointer)
        loadTwice(&assembler, (.lw, before), (.lw, after), off: distance == nil ? 7 : 8) {
          if let distance { $0.emit(.addi, rd: 8, rs1: 7, distance) }
        }
      }
    }
    #expect(board.machine.harts[0][x: 10] == Self.laps * (100 + 101 + 7 + 6 + 101 + 100 + 6 + 7 + 101 + 102))
  }

  /// Two accesses off one register that are nearly a page apart, in pages whose frames are not neighbours.
  @Test func accessesThatAreFarApart() throws {
    let board = try run { assembler in
      for page in 0..<Self.pages {
        for place in stride(from: 0, to: 0x1000 as UInt32, by: 4) where place < 16 || place >= 0xFF0 {
          assembler.store(page * 1000 + place, to: Self.frame(page) + place)
        }
      }
    } lap: { assembler in
      for (pointer, before, after) in [
        (0x27FC, -2048, 2044), (0x2804, -2048, 2047), (0x2FF8, -2048, 2047), (0x27FC, 2044, -2048), (0x1FFC, 0, 2047),
        (0x2004, -8, 2044),
      ] as [(UInt32, Int32, Int32)] {
        assembler.li(7, Self.virtual + pointer)
        loadTwice(&assembler, (.lb, before), (.lh, after))
      }
    }
    #expect(board.machine.harts[0][x: 10] != 0)
  }
}
