import ConformanceKit
import HartEngine
import ISA
import Testing

/// What is cached about address translation, and when it must be forgotten.
@Suite struct TranslationTests {
  typealias Flag = PageTables.Flag
  private static let (first, second) = (Rig.base + 0x1_0000, Rig.base + 0x1_1000)
  private static let virtual: UInt32 = 0x4000_0000

  /// A rig whose program turns on the `satp` in memory, enters a mode, and ends up at `program`, mapped one to one.
  private func rig(in mode: Mode = .supervisor, _ program: (inout Assembler) -> Void) throws -> Rig {
    let rig = try Rig { assembler in
      assembler.allowEverything()
      assembler.load(20, from: Rig.base + 0x7000)
      assembler.csr(.csrrw, CSR.satp.rawValue, 20)
      assembler.enter(mode)
      program(&assembler)
    }
    rig.setWord(111, at: Self.first)
    rig.setWord(222, at: Self.second)
    return rig
  }

  private func tables(_ rig: Rig, asid: UInt32 = 0, root: UInt32 = Rig.base + 0x8_0000) -> PageTables {
    var tables = PageTables(rig, root: root)
    tables.mapSuperpage(Rig.base, to: Rig.base)
    tables.map(Bell.base, to: Bell.base, Flag.rw)
    rig.setWord(tables.satp(asid: asid), at: Rig.base + 0x7000)
    return tables
  }

  /// An `sfence.vma` by its operands, and whether it must reach a page of ASID 5 at `virtual`.
  struct Fence: CustomTestStringConvertible, Sendable {
    var address: UInt32?
    var asid: UInt32?
    var testDescription: String { "address \(address ?? 0), asid \(asid ?? 0)" }

    func emit(in assembler: inout Assembler) {
      if let address { assembler.li(6, address) }
      if let asid { assembler.li(7, asid) }
      assembler.emit(.sfenceVMA, rs1: address == nil ? 0 : 6, rs2: asid == nil ? 0 : 7)
    }
  }

  static let reachingFences = [
    Fence(), Fence(address: virtual), Fence(address: virtual + 0xFFF), Fence(asid: 5), Fence(address: virtual, asid: 5),
  ]

  @Test(arguments: reachingFences)
  func dataSeesANewMappingAfterAFence(fence: Fence) throws {
    let rig = try rig { assembler in
      let loop = assembler.label()
      assembler.li(8, Self.virtual)
      assembler.bind(loop)
      fence.emit(in: &assembler)
      assembler.emit(.lw, rd: 10, rs1: 8)
      assembler.emit(.sw, rs1: 8, rs2: 10, 4)
      assembler.stop()
      assembler.jump(to: loop)
    }
    var tables = tables(rig, asid: 5)
    for target in [Self.first, Self.second, Self.first] {
      tables.map(Self.virtual, to: target, Flag.rw)
      rig.setWord(0, at: target + 4)
      #expect(rig.run())
      #expect(rig.hart[x: 10] == rig.word(at: target) && rig.word(at: target + 4) == rig.word(at: target))
    }
  }

  @Test(arguments: reachingFences)
  func fetchSeesANewMappingAfterAFence(fence: Fence) throws {
    let rig = try rig { assembler in
      let loop = assembler.label()
      assembler.bind(loop)
      fence.emit(in: &assembler)
      assembler.call(Self.virtual)
      assembler.call(Self.virtual)
      assembler.stop()
      assembler.jump(to: loop)
    }
    for (target, number) in [(Self.first, 1), (Self.second, 100)] as [(UInt32, Int32)] {
      rig.load(at: target) { assembler in
        assembler.emit(.addi, rd: 10, rs1: 10, number)
        assembler.ret()
      }
    }
    var tables = tables(rig, asid: 5)
    for (target, sum) in [(Self.first, 2), (Self.second, 202), (Self.first, 204)] as [(UInt32, UInt32)] {
      tables.map(Self.virtual, to: target, Flag.rx)
      #expect(rig.run())
      #expect(rig.hart[x: 10] == sum)
    }
  }

  /// A fence for any address within a 4 MiB page forgets all of it.
  @Test(arguments: [0, 0x1000, 0x12_3456, 0x3F_FFFF] as [UInt32])
  func superpagesAreForgottenAsAWhole(offset: UInt32) throws {
    let pages: [UInt32] = [0, 0x1000, 0x10_0000, 0x3F_F000]
    let rig = try rig { assembler in
      let loop = assembler.label()
      assembler.bind(loop)
      Fence(address: Self.virtual + offset).emit(in: &assembler)
      for (index, page) in pages.enumerated() { assembler.load(UInt8(10 + index), from: Self.virtual + page) }
      assembler.stop()
      assembler.jump(to: loop)
    }
    let tables = tables(rig)
    for (target, value) in [(Rig.base + 0x40_0000, 1), (Rig.base + 0x80_0000, 2)] as [(UInt32, UInt32)] {
      tables.mapSuperpage(Self.virtual, to: target, Flag.rw)
      for page in pages { rig.setWord(value, at: target + page) }
      #expect(rig.run())
      #expect(pages.indices.map { rig.hart[x: 10 + $0] } == pages.map { _ in value })
    }
  }

  /// A page becomes read-only, a fence, and the next store must fault; then writable again.
  @Test func permissionsAreSeenAfterAFence() throws {
    let rig = try rig { assembler in
      let loop = assembler.label()
      assembler.li(8, Self.virtual)
      assembler.bind(loop)
      Fence(address: Self.virtual).emit(in: &assembler)
      assembler.emit(.sw, rs1: 8, rs2: 8)
      assembler.stop()
      assembler.jump(to: loop)
    }
    var tables = tables(rig)
    for (flags, faults) in [(Flag.rw, false), (Flag.r | Flag.ad, true), (Flag.rw, false)] {
      tables.map(Self.virtual, to: Self.first, flags)
      rig.bell.log = []
      #expect(rig.run())
      #expect(rig.bell.log.first == (faults ? 15 : nil))
    }
  }

  /// Entries are made accessed and dirty; a store after a load of the same page still sets D.
  @Test func accessedAndDirtyBitsAreSet() throws {
    let rig = try rig { assembler in
      assembler.li(8, Self.virtual)
      assembler.stop()
      assembler.emit(.lw, rd: 9, rs1: 8)
      assembler.stop()
      assembler.emit(.sw, rs1: 8, rs2: 8)
      assembler.stop()
    }
    var tables = tables(rig)
    tables.map(Self.virtual, to: Self.first, Flag.r | Flag.w)
    for expected in [0, 0x40, 0xC0] as [UInt32] {
      #expect(rig.run())
      #expect(rig.word(at: tables.entry(of: Self.virtual)) & 0xC0 == expected)
    }
  }

  /// Code that runs and is linked in M-mode, across pages; then the same addresses lead elsewhere in S-mode.
  @Test func linkedMachineCodeIsNotUsedUnderTranslation() throws {
    let (start, next) = (Self.first + 0xFF0, Self.second)
    let rig = try Rig { assembler in
      for _ in 0..<3 { assembler.call(start) }
      assembler.log(10)
      assembler.allowEverything()
      assembler.load(20, from: Rig.base + 0x7000)
      assembler.csr(.csrrw, CSR.satp.rawValue, 20)
      for _ in 0..<3 { assembler.call(start) }
      assembler.log(10)
      assembler.enter(.supervisor)
      for _ in 0..<3 { assembler.call(start) }
      assembler.log(10)
      assembler.end()
    }
    rig.load(at: start) { assembler in
      assembler.emit(.addi, rd: 10, rs1: 10, 1)
      assembler.emit(.jal, Int32(next - start) - 4)
    }
    for (address, number) in [(next, 10), (Rig.base + 0x2_0000, 1000)] as [(UInt32, Int32)] {
      rig.load(at: address) { assembler in
        assembler.emit(.addi, rd: 10, rs1: 10, number)
        assembler.ret()
      }
    }
    var tables = PageTables(rig)
    for page in 0..<32 as Range<UInt32> { tables.map(Rig.base + page << 12, to: Rig.base + page << 12) }
    tables.map(next, to: Rig.base + 0x2_0000)
    tables.map(Bell.base, to: Bell.base, Flag.rw)
    rig.setWord(tables.satp(), at: Rig.base + 0x7000)
    #expect(rig.run())
    #expect(rig.bell.log == [33, 66, 66 + 3 * 1001])
  }

  /// Two spaces in turn, through registers x20 and x21: with ASIDs of their own, or both with ASID 0.
  @Test(arguments: [(1, 2), (0, 0)] as [(UInt32, UInt32)])
  func eachSpaceHasItsOwnPages(asids: (UInt32, UInt32)) throws {
    let rig = try rig { assembler in
      let loop = assembler.label()
      assembler.li(5, 50)
      assembler.li(8, Self.virtual)
      assembler.load(20, from: Rig.base + 0x7004)
      assembler.load(21, from: Rig.base + 0x7008)
      assembler.bind(loop)
      for (space, sum) in [(20, 10), (21, 11)] as [(UInt8, UInt8)] {
        assembler.csr(.csrrw, CSR.satp.rawValue, space)
        assembler.emit(.lw, rd: 9, rs1: 8)
        assembler.emit(.add, rd: sum, rs1: sum, rs2: 9)
        assembler.emit(.jalr, rd: 1, rs1: 8, 8)
      }
      assembler.emit(.addi, rd: 5, rs1: 5, -1)
      assembler.branch(.bne, 5, 0, to: loop)
      assembler.stop()
    }
    for (target, number) in [(Self.first, 1), (Self.second, 1000)] as [(UInt32, Int32)] {
      rig.load(at: target + 8) { assembler in
        assembler.emit(.addi, rd: 12, rs1: 12, number)
        assembler.ret()
      }
    }
    var (one, two) = (tables(rig, root: Rig.base + 0x9_0000), tables(rig, root: Rig.base + 0xA_0000))
    one.map(Self.virtual, to: Self.first)
    two.map(Self.virtual, to: Self.second)
    rig.setWord(one.satp(asid: asids.0), at: Rig.base + 0x7004)
    rig.setWord(two.satp(asid: asids.1), at: Rig.base + 0x7008)
    #expect(rig.run())
    #expect(rig.hart[x: 10] == 50 * 111 && rig.hart[x: 11] == 50 * 222 && rig.hart[x: 12] == 50 * 1001)
  }

  /// A kernel that uses ASID 0 for everything may count on a write of `satp` to forget what was cached, as on QEMU.
  @Test func aSwitchToASIDZeroForgetsIt() throws {
    let rig = try rig { assembler in
      let loop = assembler.label()
      assembler.bind(loop)
      assembler.csr(.csrrw, CSR.satp.rawValue, 20)
      assembler.load(10, from: Self.virtual)
      assembler.stop()
      assembler.jump(to: loop)
    }
    var tables = tables(rig)
    for target in [Self.first, Self.second] {
      tables.map(Self.virtual, to: target, Flag.r | Flag.ad)
      #expect(rig.run())
      #expect(rig.hart[x: 10] == rig.word(at: target))
    }
  }

  /// More address spaces than a hart keeps cached translations for.
  @Test func manySpaces() throws {
    let spaces: [UInt32] = Array(0..<20)
    let rig = try rig { assembler in
      let loop = assembler.label()
      assembler.li(5, 3)
      assembler.bind(loop)
      for space in spaces {
        assembler.load(20, from: Rig.base + 0x7100 + space * 4)
        assembler.csr(.csrrw, CSR.satp.rawValue, 20)
        assembler.load(9, from: Self.virtual)
        assembler.emit(.slli, rd: 11, rs1: 10, 1)
        assembler.emit(.add, rd: 10, rs1: 11, rs2: 9)
      }
      assembler.emit(.addi, rd: 5, rs1: 5, -1)
      assembler.branch(.bne, 5, 0, to: loop)
      assembler.stop()
    }
    _ = tables(rig)
    for space in spaces {
      var tables = tables(rig, asid: 0, root: Rig.base + 0x9_0000 + space * 0x3000)
      tables.map(Self.virtual, to: Rig.base + 0x2_0000 + space << 12, Flag.r | Flag.ad)
      rig.setWord(space * 7 + 1, at: Rig.base + 0x2_0000 + space << 12)
      rig.setWord(tables.satp(asid: space + 1), at: Rig.base + 0x7100 + space * 4)
    }
    #expect(rig.run())
    let expected = (0..<3).reduce(UInt32(0)) { sum, _ in spaces.reduce(sum) { $0 &* 2 &+ $1 * 7 + 1 } }
    #expect(rig.hart[x: 10] == expected)
  }

  // MARK: Accesses over a page end

  struct Crossing: CustomTestStringConvertible, Sendable {
    var offset: UInt32
    var opcode: Opcode
    var testDescription: String { "\(opcode) at \(String(offset, radix: 16))" }
  }

  static let crossings =
    ([0xFFD, 0xFFE, 0xFFF] as [UInt32]).map { Crossing(offset: $0, opcode: .sw) }
    + [Crossing(offset: 0xFFF, opcode: .sh)]
    + (0xFF9...0xFFF as ClosedRange<UInt32>).map { Crossing(offset: $0, opcode: .fsd) }

  /// A store over a page end that the second page refuses leaves the first page as it was.
  @Test(arguments: crossings, [0, 0x43] as [UInt32])
  func aRefusedStoreWritesNothing(crossing: Crossing, flagsOfSecondPage: UInt32) throws {
    let rig = try rig { assembler in
      assembler.li(8, Self.virtual + crossing.offset)
      assembler.li(9, 0xFFFF_FFFF)
      assembler.emit(crossing.opcode, rs1: 8, rs2: 9)
      assembler.stop()
    }
    var tables = tables(rig)
    tables.map(Self.virtual, to: Self.first, Flag.rw)
    tables.map(Self.virtual + 0x1000, to: Self.second, 0)
    rig.setWord(
      flagsOfSecondPage == 0 ? 0 : PageTables.leaf(Self.second, flagsOfSecondPage),
      at: tables.entry(of: Self.virtual + 0x1000))
    rig.setWord(0x1234_5678, at: Self.first + 0xFF8)
    rig.setWord(0x1234_5678, at: Self.first + 0xFFC)
    rig.hart[f: 9] = .max
    #expect(rig.run())
    #expect(rig.bell.log.first == 15 && rig.bell.log.last == Self.virtual + 0x1000)
    #expect(rig.word(at: Self.first + 0xFF8) == 0x1234_5678 && rig.word(at: Self.first + 0xFFC) == 0x1234_5678)
    #expect(rig.word(at: Self.second) == 222)
  }

  /// Over the end of a page into one that is somewhere else in memory.
  @Test(arguments: [0xFFD, 0xFFE, 0xFFF] as [UInt32])
  func wordsCrossIntoAnyPage(offset: UInt32) throws {
    let rig = try rig { assembler in
      assembler.li(8, Self.virtual + offset)
      assembler.li(9, 0x8765_4321)
      assembler.emit(.sw, rs1: 8, rs2: 9)
      assembler.emit(.lw, rd: 10, rs1: 8)
      assembler.emit(.lhu, rd: 11, rs1: 8)
      assembler.stop()
    }
    var tables = tables(rig)
    tables.map(Self.virtual, to: Self.second, Flag.rw)
    tables.map(Self.virtual + 0x1000, to: Self.first, Flag.rw)
    #expect(rig.run())
    #expect(rig.hart[x: 10] == 0x8765_4321 && rig.hart[x: 11] == 0x4321)
    let bytes =
      (rig.ram.read(at: Self.second + offset, count: Int(0x1000 - offset)) ?? [])
      + (rig.ram.read(at: Self.first, count: Int(offset - 0xFFC)) ?? [])
    #expect(bytes == [0x21, 0x43, 0x65, 0x87])
  }

  /// At the end of the address space there is nothing, and an access that goes on at its start finds nothing either:
  /// neither before anything has been cached, nor after.
  @Test(arguments: [Mode.machine, .supervisor, .user])
  func accessesAcrossTheEndOfTheAddressSpaceFault(mode: Mode) throws {
    let accesses: [(Opcode, Int32, UInt32)] = [
      (.lw, -1, 5), (.lw, -2, 5), (.lw, -3, 5), (.lh, -1, 5), (.lhu, -1, 5), (.fld, -1, 5), (.fld, -7, 5),
      (.flw, -2, 5),
      (.sw, -1, 7), (.sw, -2, 7), (.sw, -3, 7), (.sh, -1, 7), (.fsd, -1, 7), (.fsd, -7, 7), (.fsw, -2, 7),
    ]
    let rig = try Rig { assembler in
      assembler.allowEverything()
      assembler.li(6, 0x6000)  // mstatus.FS
      assembler.csr(.csrrs, CSR.mstatus.rawValue, 6)
      assembler.li(8, 0xDEAD_BEEF)
      if mode != .machine { assembler.enter(mode) }
      for _ in 0..<2 {
        for (opcode, offset, cause) in accesses {
          if cause == 5 {
            assembler.emit(opcode, rd: 9, rs1: 0, offset)
          } else {
            assembler.emit(opcode, rs1: 0, rs2: 8, offset)
          }
        }
        assembler.emit(.sfenceVMA)
      }
      assembler.end()
    }
    #expect(rig.run())
    let causes = stride(from: 0, to: rig.bell.log.count, by: 3).map { rig.bell.log[$0] }
    let once = accesses.map(\.2) + (mode == .user ? [2] : [])
    #expect(causes == once + once)
  }

  /// What host code has tables for is some memory of the host's for each part of the guest's addresses that is used.
  /// - Parameter isSpread: whether each access has a place of its own in the soft TLB, so that none goes because of another.
  @Test(arguments: [false, true]) func accessesAllOverTheAddressesTakeLittleMemory(isSpread: Bool) throws {
    let (rounds, step): (UInt32, UInt32) = (3, isSpread ? 1 << 22 | 1 << 12 : 1 << 22)
    let rig = try Rig { assembler in
      assembler.allowEverything()
      assembler.load(20, from: Rig.base + 0x7000)
      assembler.csr(.csrrw, CSR.satp.rawValue, 20)
      assembler.enter(.supervisor)
      let (loop, next) = (assembler.label(), assembler.label())
      assembler.li(5, rounds << 10)
      assembler.li(6, 0x6000)
      assembler.li(7, step)
      assembler.li(9, Bell.base >> 22)
      assembler.bind(loop)
      assembler.emit(.srli, rd: 8, rs1: 6, 22)
      assembler.branch(.beq, 8, 9, to: next)
      assembler.emit(.lw, rd: 8, rs1: 6)
      assembler.emit(.addi, rd: 8, rs1: 8, 1)
      // Those that are spread are of the program too.
      if !isSpread { assembler.emit(.sw, rs1: 6, rs2: 8) }
      assembler.bind(next)
      assembler.emit(.add, rd: 6, rs1: 6, rs2: 7)
      assembler.emit(.addi, rd: 5, rs1: 5, -1)
      assembler.branch(.bne, 5, 0, to: loop)
      assembler.log(8)
      assembler.end()
    }
    let tables = PageTables(rig)
    for part in 0..<1024 as Range<UInt32> {
      tables.mapSuperpage(part << 22, to: part == Bell.base >> 22 ? Bell.base : Rig.base)
    }
    rig.setWord(tables.satp(), at: Rig.base + 0x7000)
    #expect(rig.run(limit: 100_000))
    if !isSpread { #expect(rig.word(at: Rig.base + 0x6000) == rounds * 1023) }
    // 1,023 parts of the tables would be 4 MiB for loads, and as much for stores.
    #expect(rig.hart.residentBytes < 3 << 20)
  }
}
