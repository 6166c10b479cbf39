import ConformanceKit
import HartEngine
import ISA
import Testing

/// Physical memory protection where it meets cached translations and code: regions smaller than a page, and locks.
@Suite struct ProtectionTests {
  private static let page = Rig.base + 0x2_0000
  private static let (tor, napot, lock) = (0x08 as UInt32, 0x18 as UInt32, 0x80 as UInt32)
  private static let (r, w, x) = (1 as UInt32, 2 as UInt32, 4 as UInt32)

  /// Protects `start..<end` with entries 0 and 1, everything else being allowed, and enters a mode.
  private func protect(
    _ assembler: inout Assembler, _ range: Range<UInt32>, _ permissions: UInt32, mode: Mode
  ) {
    assembler.allowEverything()
    assembler.write(.pmpaddr(0), range.lowerBound >> 2)
    assembler.write(.pmpaddr(1), range.upperBound >> 2)
    assembler.write(.pmpcfg(0), (Self.tor | permissions) << 8)
    if mode != .machine { assembler.enter(mode) }
  }

  /// Words before, in and after a region of 8 bytes without permissions, at the start, middle and end of its page.
  @Test(arguments: [0, 0x7F8, 0xFF8] as [UInt32], [Mode.supervisor, .user])
  func aFewBytesOfAPageAreClosed(offset: UInt32, mode: Mode) throws {
    let closed = Self.page + offset
    let rig = try Rig { assembler in
      protect(&assembler, closed..<closed + 8, 0, mode: mode)
      assembler.li(8, closed)
      for _ in 0..<2 {
        for displacement in [-8, -4, 0, 4, 8, 12, -2, 6] as [Int32] {
          assembler.emit(.lw, rd: 9, rs1: 8, displacement)
          assembler.emit(.sw, rs1: 8, rs2: 8, displacement)
        }
      }
      assembler.end()
    }
    #expect(rig.run())
    let causes = stride(from: 0, to: rig.bell.log.count, by: 3).map { rig.bell.log[$0] }
    // Of each round four words fault, two of them only touched in part.
    #expect(causes == Array(repeating: [5, 7], count: 8).flatMap { $0 })
    #expect(rig.word(at: closed) == 0 && rig.word(at: closed + 4) == 0)
  }

  /// A function that lies in the executable half of a page calls one in the other half.
  @Test func halfAPageIsExecutable() throws {
    let (open, closed) = (Self.page + 0x7F0, Self.page + 0x800)
    let rig = try Rig { assembler in
      protect(&assembler, closed..<Self.page + 0x1000, Self.r | Self.w, mode: .supervisor)
      for _ in 0..<3 {
        let next = assembler.label()
        assembler.address(rd: 29, of: next)
        assembler.call(open)
        assembler.bind(next)
      }
      assembler.end()
    }
    rig.load(at: open) { assembler in for _ in 0..<16 { assembler.emit(.addi, rd: 10, rs1: 10, 1) } }
    #expect(rig.run())
    #expect(rig.hart[x: 10] == 12)
    #expect(rig.bell.log == Array(repeating: [1, closed, closed], count: 3).flatMap { $0 })
  }

  /// M-mode is bound by locked entries only, from the next instruction on, even in code it has just run.
  @Test func aLockBindsMachineModeAtOnce() throws {
    let function = Self.page
    let rig = try Rig { assembler in
      for permissions in [Self.r, Self.r | Self.lock] {
        let next = assembler.label()
        protect(&assembler, function..<function + 0x1000, permissions, mode: .machine)
        assembler.address(rd: 29, of: next)
        assembler.call(function)
        assembler.bind(next)
        assembler.emit(.addi, rd: 29)
        assembler.store(5, to: function + 0x100)
        assembler.load(11, from: function + 0x100)
      }
      // Locked registers keep their values, the lower bound of a locked range too.
      assembler.write(.pmpcfg(0), 0)
      assembler.write(.pmpaddr(0), 1)
      assembler.write(.pmpaddr(1), 1)
      assembler.read(12, .pmpcfg(0))
      assembler.read(13, .pmpaddr(0))
      assembler.read(14, .pmpaddr(1))
      assembler.end()
    }
    rig.load(at: function) { assembler in
      assembler.emit(.addi, rd: 10, rs1: 10, 1)
      assembler.ret()
    }
    #expect(rig.run())
    #expect(rig.hart[x: 10] == 1 && rig.hart[x: 11] == 5)
    #expect(stride(from: 0, to: rig.bell.log.count, by: 3).map { rig.bell.log[$0] } == [1, 7])
    #expect((12...14).map { rig.hart[x: $0] } == [0x8900, function >> 2, (function + 0x1000) >> 2])
  }

  /// What was cached before a region was opened or closed is forgotten.
  @Test func aChangeIsSeenAtOnce() throws {
    let rig = try Rig { assembler in
      let loop = assembler.label()
      assembler.allowEverything()
      assembler.li(8, Self.page)
      assembler.write(.pmpaddr(0), Self.page >> 2 | 0x1FF)
      assembler.bind(loop)
      assembler.stop()
      assembler.csr(.csrrw, CSR.pmpcfg(0).rawValue, 11)
      // Loads and stores as from S-mode.
      assembler.write(.mstatus, 1 << 17 | 1 << 11)
      assembler.emit(.lw, rd: 9, rs1: 8)
      assembler.emit(.sw, rs1: 8, rs2: 9)
      assembler.csr(.csrrw, CSR.mstatus.rawValue, 0)
      assembler.jump(to: loop)
    }
    #expect(rig.run())
    for (permissions, causes) in [(3, []), (1, [7]), (0, [5, 7]), (3, [])] as [(UInt32, [UInt32])] {
      rig.hart[x: 11] = Self.napot | permissions
      rig.bell.log = []
      #expect(rig.run())
      #expect(stride(from: 0, to: rig.bell.log.count, by: 3).map { rig.bell.log[$0] } == causes)
    }
  }

  /// Page tables are read with the permissions of S-mode.
  @Test func pageTablesMustBeReadable() throws {
    let rig = try Rig { assembler in
      protect(&assembler, Rig.base + 0x8_0000..<Rig.base + 0x8_1000, 0, mode: .machine)
      assembler.load(20, from: Rig.base + 0x7000)
      assembler.csr(.csrrw, CSR.satp.rawValue, 20)
      assembler.li(29, Rig.base + 0x1000)
      assembler.write(.mstatus, 1 << 17 | 1 << 11)
      assembler.emit(.lw, rd: 9, rs1: 0)
    }
    rig.load(at: Rig.base + 0x1000) { $0.end() }
    var tables = PageTables(rig)
    tables.map(0, to: Rig.base)
    rig.setWord(tables.satp(), at: Rig.base + 0x7000)
    rig.run(limit: 200)
    #expect(rig.bell.log.first == 5)
  }

  @Test func readOnlyMemoryRefusesStores() throws {
    let rig = try Rig { assembler in
      assembler.load(9, from: Rig.rom)
      assembler.store(1, to: Rig.rom)
      assembler.emit(.amoaddW, rd: 9, rs1: 31, rs2: 31)
      assembler.emit(.cboZero, rs1: 31)
      assembler.end()
    }
    #expect(rig.run())
    #expect(stride(from: 0, to: rig.bell.log.count, by: 3).map { rig.bell.log[$0] } == [7, 7, 7])
  }
}
