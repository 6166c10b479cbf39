import ConformanceKit
import HartEngine
import ISA
import Testing

/// Instructions whose second half is in another page, which may change by itself.
@Suite struct StraddlingTests {
  static let function = Rig.base + 0x2FFE

  /// `addi x10, x0, number` across a page end, and a return.
  private func loadFunction(_ rig: Rig, number: Int32) {
    rig.load(at: Self.function) { assembler in
      assembler.emit(.addi, rd: 10, number)
      assembler.ret()
    }
  }

  @Test func theSecondPageIsWritten() throws {
    let rig = try Rig { assembler in
      let loop = assembler.label()
      assembler.li(7, Self.function + 2)
      assembler.bind(loop)
      assembler.emit(.slli, rd: 6, rs1: 5, 4)
      assembler.emit(.sh, rs1: 7, rs2: 6)
      assembler.call(Self.function)
      assembler.log(10)
      assembler.emit(.addi, rd: 5, rs1: 5, 1)
      assembler.li(6, 4)
      assembler.branch(.bne, 5, 6, to: loop)
      assembler.end()
    }
    loadFunction(rig, number: 0)
    #expect(rig.run())
    #expect(rig.bell.log == [0, 1, 2, 3])
  }

  @Test func theSecondPageIsMappedElsewhere() throws {
    let virtual: UInt32 = 0x4000_1000
    let rig = try Rig { assembler in
      assembler.allowEverything()
      assembler.load(20, from: Rig.base + 0x7000)
      assembler.csr(.csrrw, CSR.satp.rawValue, 20)
      assembler.enter(.supervisor)
      let loop = assembler.label()
      assembler.bind(loop)
      assembler.emit(.sfenceVMA)
      assembler.address(rd: 29, of: loop)
      assembler.call(virtual - 2)
      assembler.log(10)
      assembler.stop()
      assembler.jump(to: loop)
    }
    // Two pages that the second half may come from, and one for the first.
    loadFunction(rig, number: 111)
    rig.write(rig.ram.read(at: Rig.base + 0x3000, count: 16) ?? [], at: Rig.base + 0x5000)
    loadFunction(rig, number: 222)
    var tables = PageTables(rig)
    tables.mapSuperpage(Rig.base, to: Rig.base)
    tables.map(Bell.base, to: Bell.base, PageTables.Flag.rw)
    tables.map(virtual - 0x1000, to: Rig.base + 0x2000, PageTables.Flag.rx)
    rig.setWord(tables.satp(), at: Rig.base + 0x7000)
    for (physical, expected) in [(0x3000, [222]), (0x5000, [111]), (0x3000, [222])] as [(UInt32, [UInt32])] {
      tables.map(virtual, to: Rig.base + physical, PageTables.Flag.rx)
      rig.bell.log = []
      #expect(rig.run())
      #expect(rig.bell.log == expected)
    }
    // Gone: the fault is of the second page, the instruction's address is in the first. Then the program tries again.
    rig.setWord(0, at: tables.entry(of: virtual))
    rig.bell.log = []
    rig.run(limit: 60)
    #expect(rig.bell.log.prefix(3) == [12, virtual - 2, virtual])
  }

  /// PMP may allow the first half and not the second.
  @Test(arguments: [Rig.base + 0x3000, Rig.base + 0x2800])
  func theSecondHalfIsProtected(limit: UInt32) throws {
    let start = limit - 2
    let rig = try Rig { assembler in
      assembler.allowEverything()
      assembler.write(.pmpaddr(0), limit >> 2)
      assembler.write(.pmpaddr(1), limit >> 2 + 0x100)
      assembler.write(.pmpcfg(0), 0x0B0F)
      assembler.enter(.supervisor)
      assembler.li(29, Rig.base + 0x1000)
      assembler.call(start)
    }
    rig.load(at: Rig.base + 0x1000) { $0.end() }
    rig.load(at: start) { $0.emit(.addi, rd: 10, 7) }
    #expect(rig.run())
    #expect(rig.bell.log == [1, start, limit])
    #expect(rig.hart[x: 10] == 0)
  }

  @Test func budgetsOfOneStopOnBothSides() throws {
    let rig = try Rig { assembler in
      assembler.call(Self.function)
      assembler.end()
    }
    loadFunction(rig, number: 9)
    #expect(rig.run(slice: 1))
    #expect(rig.hart[x: 10] == 9)
  }
}
