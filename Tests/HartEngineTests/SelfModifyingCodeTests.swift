import ConformanceKit
import HartEngine
import ISA
import Testing

/// Stores into code are seen by the very next instruction, without `fence.i`, as on QEMU.
@Suite struct SelfModifyingCodeTests {
  /// Ways to put the instruction in x6 at the address in x7; x8 and x9 may be used.
  enum Patch: String, CaseIterable {
    case word, halves, bytes, upperHalf, swap, conditional, float

    func emit(in assembler: inout Assembler) {
      switch self {
      case .word: assembler.emit(.sw, rs1: 7, rs2: 6)
      case .halves:
        assembler.emit(.srli, rd: 8, rs1: 6, 16)
        assembler.emit(.sh, rs1: 7, rs2: 6)
        assembler.emit(.sh, rs1: 7, rs2: 8, 2)
      case .bytes:
        for byte in 0..<4 as Range<Int32> {
          assembler.emit(.srli, rd: 8, rs1: 6, byte * 8)
          assembler.emit(.sb, rs1: 7, rs2: 8, byte)
        }
      case .upperHalf:
        assembler.emit(.srli, rd: 8, rs1: 6, 16)
        assembler.emit(.sh, rs1: 7, rs2: 8, 2)
      case .swap: assembler.emit(.amoswapW, rd: 8, rs1: 7, rs2: 6)
      case .conditional:
        assembler.emit(.lrW, rd: 8, rs1: 7)
        assembler.emit(.scW, rd: 8, rs1: 7, rs2: 6)
      case .float:
        assembler.emit(.fmvWX, rd: 1, rs1: 6)
        assembler.emit(.fsw, rs1: 7, rs2: 1)
      }
    }
  }

  private static let rounds: UInt32 = 4
  private static let numbers = Array(0..<rounds)

  /// Puts `addi x10, x0, x5` into x6.
  private func makeInstruction(_ assembler: inout Assembler) {
    assembler.li(6, Assembler.encode(.addi, rd: 10))
    assembler.emit(.slli, rd: 8, rs1: 5, 20)
    assembler.emit(.add, rd: 6, rs1: 6, rs2: 8)
  }

  /// Runs `body` with x5 = 0…3, then ends.
  private func repeated(_ assembler: inout Assembler, _ body: (inout Assembler) -> Void) {
    assembler.write(.mstatus, 0x2000)
    let loop = assembler.label()
    assembler.bind(loop)
    body(&assembler)
    assembler.emit(.addi, rd: 5, rs1: 5, 1)
    assembler.li(8, Self.rounds)
    assembler.branch(.bne, 5, 8, to: loop)
    assembler.end()
  }

  @Test(arguments: Patch.allCases, [0, 1, 3, 80])
  func aheadInTheSameBlock(patch: Patch, distance: Int) throws {
    let rig = try Rig { assembler in
      repeated(&assembler) { assembler in
        let target = assembler.label()
        makeInstruction(&assembler)
        assembler.address(rd: 7, of: target)
        assembler.align(4)
        patch.emit(in: &assembler)
        for _ in 0..<distance { assembler.emit(.addi) }
        assembler.bind(target)
        assembler.emit(.addi, rd: 10, 0x7FF)
        assembler.log(10)
      }
    }
    #expect(rig.run())
    #expect(rig.bell.log == Self.numbers)
  }

  /// Instructions at every place with respect to the 64-byte lines and the page, the end of which some cross.
  @Test(arguments: [0, 2, 30, 58, 60, 62] as [UInt32], [0, 0x7C0, 0xFC0] as [UInt32])
  func inAnotherPage(place: UInt32, line: UInt32) throws {
    let function = Rig.base + 0x2000 + line + place
    let rig = try Rig { assembler in
      repeated(&assembler) { assembler in
        makeInstruction(&assembler)
        assembler.li(7, function)
        assembler.emit(.sw, rs1: 7, rs2: 6)
        assembler.call(function)
        assembler.log(10)
        assembler.emit(.addi, rd: 10)
        assembler.emit(.jalr, rd: 1, rs1: 7)
        assembler.log(10)
      }
    }
    rig.load(at: function) { assembler in
      assembler.emit(.addi, rd: 10, 0x7FF)
      assembler.ret()
    }
    #expect(rig.run())
    #expect(rig.bell.log == Self.numbers.flatMap { [$0, $0] })
  }

  /// The page is written first, so that stores to it have become fast, then executed, then written again.
  @Test func inAPageThatWasDataBefore() throws {
    let function = Rig.base + 0x3000
    let rig = try Rig { assembler in
      assembler.store(1, to: function + 0x800)
      assembler.store(Assembler.encode(.jalr, rs1: 1), to: function + 4)
      repeated(&assembler) { assembler in
        makeInstruction(&assembler)
        assembler.li(7, function)
        assembler.emit(.sw, rs1: 7, rs2: 6)
        assembler.call(function)
        assembler.log(10)
      }
    }
    #expect(rig.run())
    #expect(rig.bell.log == Self.numbers)
  }

  @Test func throughAnotherVirtualAddress() throws {
    let function = Rig.base + 0x4000
    let rig = try Rig { assembler in
      assembler.allowEverything()
      assembler.load(20, from: Rig.base + 0x7000)
      assembler.csr(.csrrw, CSR.satp.rawValue, 20)
      assembler.enter(.supervisor)
      let loop = assembler.label()
      assembler.bind(loop)
      makeInstruction(&assembler)
      assembler.li(7, 0x5000_0000)
      assembler.emit(.sw, rs1: 7, rs2: 6)
      assembler.call(0x4000_0000)
      assembler.log(10)
      assembler.call(function)
      assembler.log(10)
      assembler.emit(.addi, rd: 5, rs1: 5, 1)
      assembler.li(8, Self.rounds)
      assembler.branch(.bne, 5, 8, to: loop)
      assembler.end()
    }
    rig.load(at: function) { assembler in
      assembler.emit(.addi, rd: 10, 0x7FF)
      assembler.ret()
    }
    var tables = PageTables(rig)
    tables.mapSuperpage(Rig.base, to: Rig.base)
    tables.map(0x4000_0000, to: function, PageTables.Flag.rx)
    tables.map(0x5000_0000, to: function, PageTables.Flag.rw)
    tables.map(Bell.base, to: Bell.base, PageTables.Flag.rw)
    rig.setWord(tables.satp(), at: Rig.base + 0x7000)
    #expect(rig.run())
    #expect(rig.bell.log == Self.numbers.flatMap { [$0, $0] })
  }

  @Test func byAnotherHart() throws {
    let (function, writer) = (Rig.base + 0x2000, Rig.base + 0x5000)
    let rig = try Rig(harts: 2) { assembler in
      let loop = assembler.label()
      assembler.bind(loop)
      assembler.call(function)
      assembler.log(10)
      assembler.stop()
      assembler.jump(to: loop)
    }
    rig.load(at: function) { assembler in
      assembler.emit(.addi, rd: 10, 0x7FF)
      assembler.ret()
    }
    rig.load(at: writer) { assembler in
      assembler.write(.mtvec, Rig.handler)
      repeated(&assembler) { assembler in
        makeInstruction(&assembler)
        assembler.li(7, function)
        assembler.emit(.sw, rs1: 7, rs2: 6)
        assembler.stop()
      }
    }
    rig.harts[1].pc = writer
    #expect(rig.run())
    for _ in Self.numbers { #expect(rig.run(hart: 1) && rig.run()) }
    #expect(rig.bell.log == [0x7FF] + Self.numbers)
  }

  @Test func byALoader() throws {
    let function = Rig.base + 0x2000
    let rig = try Rig { assembler in
      let loop = assembler.label()
      assembler.bind(loop)
      assembler.call(function)
      assembler.log(10)
      assembler.stop()
      assembler.jump(to: loop)
    }
    for number in 1...3 as ClosedRange<Int32> {
      rig.load(at: function) { assembler in
        assembler.emit(.addi, rd: 10, number)
        assembler.ret()
      }
      #expect(rig.run())
    }
    #expect(rig.bell.log == [1, 2, 3])
  }

  /// A loop that writes its own page, even its own line, but not itself, runs from the cache all the same.
  @Test(arguments: [0x800, 0x30] as [UInt32])
  func codeAndDataInOnePage(offset: UInt32) throws {
    let function = Rig.base + 0x2000
    let rig = try Rig { assembler in
      assembler.li(5, 1000)
      assembler.call(function)
      assembler.end()
    }
    rig.load(at: function) { assembler in
      let loop = assembler.label()
      assembler.li(7, function + offset)
      assembler.bind(loop)
      assembler.emit(.lw, rd: 6, rs1: 7)
      assembler.emit(.addi, rd: 6, rs1: 6, 3)
      assembler.emit(.sw, rs1: 7, rs2: 6)
      assembler.emit(.addi, rd: 5, rs1: 5, -1)
      assembler.branch(.bne, 5, 0, to: loop)
      assembler.ret()
      assembler.align(64)
    }
    rig.setWord(0, at: function + offset)
    #expect(rig.run())
    #expect(rig.word(at: function + offset) == 3000)
    #expect(rig.code.blocksBuilt < 100)
  }

  /// Two short functions in one line, the second of which is written again and again.
  @Test func onlyWhatAStoreHitsIsDropped() throws {
    let function = Rig.base + 0x2000
    let rounds: UInt32 = 100
    let rig = try Rig { assembler in
      assembler.li(5, rounds)
      assembler.li(6, Assembler.encode(.addi, rd: 10, rs1: 10, 3))
      assembler.li(7, function + 16)
      let loop = assembler.label()
      assembler.bind(loop)
      assembler.emit(.sw, rs1: 7, rs2: 6)
      assembler.call(function)
      assembler.call(function + 16)
      assembler.emit(.addi, rd: 5, rs1: 5, -1)
      assembler.branch(.bne, 5, 0, to: loop)
      assembler.log(10)
      assembler.end()
    }
    rig.load(at: function) { assembler in
      assembler.emit(.addi, rd: 11, rs1: 11, 1)
      assembler.ret()
      assembler.align(16)
      assembler.emit(.addi, rd: 10, rs1: 10, 3)
      assembler.ret()
    }
    #expect(rig.run())
    #expect(rig.bell.log == [3 * rounds])
    #expect(rig.code.blocksBuilt >= Int(rounds) && rig.code.blocksBuilt < Int(rounds) + 50)
  }

  /// Stores of what is there already, of each size and at each place before, in and behind a function of eight bytes.
  @Test(arguments: [1, 2, 4, 8] as [UInt32], 0x18...0x28 as ClosedRange<UInt32>)
  func storesAroundCode(size: UInt32, place: UInt32) throws {
    let function = Rig.base + 0x2000
    let rounds: UInt32 = 60
    let rig = try Rig { assembler in
      assembler.write(.mstatus, 0x2000)
      assembler.li(5, rounds)
      assembler.li(7, function + place)
      let loop = assembler.label()
      assembler.bind(loop)
      assembler.call(function + 0x20)
      switch size {
      case 1: assembler.emit(.lbu, rd: 6, rs1: 7); assembler.emit(.sb, rs1: 7, rs2: 6)
      case 2: assembler.emit(.lhu, rd: 6, rs1: 7); assembler.emit(.sh, rs1: 7, rs2: 6)
      case 4: assembler.emit(.lw, rd: 6, rs1: 7); assembler.emit(.sw, rs1: 7, rs2: 6)
      default: assembler.emit(.fld, rd: 6, rs1: 7); assembler.emit(.fsd, rs1: 7, rs2: 6)
      }
      assembler.emit(.addi, rd: 5, rs1: 5, -1)
      assembler.branch(.bne, 5, 0, to: loop)
      assembler.log(10)
      assembler.end()
    }
    rig.load(at: function + 0x20) { assembler in
      assembler.emit(.addi, rd: 10, rs1: 10, 3)
      assembler.ret()
    }
    #expect(rig.run())
    #expect(rig.bell.log == [3 * rounds])
    let isHit = place + size > 0x20 && place < 0x28
    #expect(isHit == (rig.code.blocksBuilt >= Int(rounds)))
  }

  /// After all code was dropped, what was code before is data, though other code comes to be in its page.
  @Test func droppedCodeIsData() throws {
    let function = Rig.base + 0x2000
    let rig = try Rig { assembler in
      assembler.call(function)
      assembler.stop()
      assembler.li(5, 200)
      assembler.li(7, function)
      let loop = assembler.label()
      assembler.bind(loop)
      assembler.call(function + 0x20)
      assembler.emit(.sw, rs1: 7, rs2: 5)
      assembler.emit(.addi, rd: 5, rs1: 5, -1)
      assembler.branch(.bne, 5, 0, to: loop)
      assembler.end()
    }
    rig.load(at: function) { assembler in
      assembler.ret()
      assembler.align(32)
      assembler.ret()
    }
    #expect(rig.run())
    rig.code.flush()
    #expect(rig.run())
    #expect(rig.code.blocksBuilt < 100)
  }

  /// `cbo.zero` over the code behind it leaves illegal instructions.
  @Test func zeroedBlocks() throws {
    let function = Rig.base + 0x2000
    let rig = try Rig { assembler in
      assembler.call(function)
      assembler.log(10)
      assembler.li(7, function + 17)
      assembler.emit(.cboZero, rs1: 7)
      assembler.li(29, Rig.base + 0x1000)
      assembler.call(function)
    }
    rig.load(at: Rig.base + 0x1000) { $0.end() }
    rig.load(at: function) { assembler in
      assembler.emit(.addi, rd: 10, 5)
      assembler.ret()
    }
    #expect(rig.run())
    #expect(rig.bell.log == [5, 2, function, 0])
  }
}
