import ConformanceKit
import HartEngine
import ISA
import Testing

/// `run(budget:)` is exact to the instruction, wherever in a block a budget ends.
@Suite struct BudgetTests {
  /// A bit of everything: loops, calls, a long straight line, self-modification, traps, interrupts, counters, a
  /// straddling instruction, and at the end S-mode with translation.
  func mixedRig() throws -> Rig {
    let rig = try Rig { assembler in
      assembler.write(.mstatus, 0x2000)
      assembler.li(20, Rig.base + 0x9000)
      let loop = assembler.label()
      assembler.li(5, 6)
      assembler.bind(loop)
      stir(&assembler)
      modify(&assembler)
      trap(&assembler)
      interrupt(&assembler)
      count(&assembler)
      assembler.call(Rig.base + 0x2FF0)
      assembler.emit(.addi, rd: 5, rs1: 5, -1)
      assembler.branch(.bne, 5, 0, to: loop)
      supervise(&assembler)
    }
    rig.load(at: Rig.base + 0x2FF0) { assembler in
      for _ in 0..<7 { assembler.half(1) }
      assembler.emit(.addi, rd: 11, rs1: 11, 3)
      assembler.ret()
    }
    var tables = PageTables(rig)
    tables.mapSuperpage(Rig.base, to: Rig.base)
    tables.map(Bell.base, to: Bell.base, PageTables.Flag.rw)
    tables.map(0x4000_0000, to: Rig.base + 0xA000, PageTables.Flag.rw)
    tables.map(0x4000_1000, to: Rig.base + 0xC000, PageTables.Flag.rw)
    rig.setWord(tables.satp(asid: 3), at: Rig.base + 0x7000)
    return rig
  }

  private func stir(_ assembler: inout Assembler) {
    let (odd, next) = (assembler.label(), assembler.label())
    assembler.emit(.andi, rd: 6, rs1: 5, 1)
    assembler.branch(.bne, 6, 0, to: odd)
    for step in 1...70 as ClosedRange<Int32> { assembler.emit(.addi, rd: 10, rs1: 10, step) }
    assembler.jump(to: next)
    assembler.bind(odd)
    assembler.emit(.mul, rd: 10, rs1: 10, rs2: 5)
    assembler.bind(next)
    assembler.emit(.fcvtSW, rd: 1, rs1: 10)
    assembler.emit(.faddS, rd: 2, rs1: 2, rs2: 1)
    assembler.emit(.amoaddW, rd: 6, rs1: 20, rs2: 10)
    assembler.emit(.lrW, rd: 6, rs1: 20)
    assembler.emit(.scW, rd: 7, rs1: 20, rs2: 10)
    assembler.emit(.sw, rs1: 20, rs2: 7, 0xFFD - 0xFF0)
  }

  private func modify(_ assembler: inout Assembler) {
    let target = assembler.label()
    assembler.li(6, Assembler.encode(.addi, rd: 12, rs1: 12))
    assembler.emit(.slli, rd: 7, rs1: 5, 20)
    assembler.emit(.add, rd: 6, rs1: 6, rs2: 7)
    assembler.address(rd: 7, of: target)
    assembler.emit(.sw, rs1: 7, rs2: 6)
    assembler.emit(.addi)
    assembler.bind(target)
    assembler.emit(.addi, rd: 12, rs1: 12)
  }

  private func trap(_ assembler: inout Assembler) {
    let next = assembler.label()
    assembler.word(0xFFFF_FFFF)
    assembler.emit(.ebreak)
    assembler.emit(.lw, rd: 6, rs1: 0)
    assembler.li(6, 0x8000_0000 - 2)
    assembler.emit(.sw, rs1: 6, rs2: 6)
    assembler.address(rd: 29, of: next)
    assembler.emit(.jalr, rd: 1, rs1: 0, 0x40)
    assembler.bind(next)
  }

  private func interrupt(_ assembler: inout Assembler) {
    assembler.write(.mie, 0x888)
    assembler.csr(.csrrsi, CSR.mstatus.rawValue, 8)
    assembler.store(0x800, to: Bell.pins)
    assembler.emit(.addi, rd: 13, rs1: 13, 1)
    assembler.store(0, to: Bell.pins)
    assembler.csr(.csrrci, CSR.mstatus.rawValue, 8)
  }

  private func count(_ assembler: inout Assembler) {
    for counter in [CSR.minstret, .mcycle, .instret] {
      assembler.read(6, counter)
      assembler.log(6)
    }
    assembler.csr(.csrrwi, CSR.minstret.rawValue, 7)
    assembler.csr(.csrrwi, CSR.mcountinhibit.rawValue, 4)
    assembler.read(6, .minstret)
    assembler.log(6)
    assembler.csr(.csrrwi, CSR.mcountinhibit.rawValue, 0)
  }

  private func supervise(_ assembler: inout Assembler) {
    assembler.allowEverything()
    assembler.load(6, from: Rig.base + 0x7000)
    assembler.csr(.csrrw, CSR.satp.rawValue, 6)
    assembler.enter(.supervisor)
    let loop = assembler.label()
    assembler.li(5, 20)
    assembler.li(7, 0x4000_0FFE)
    assembler.bind(loop)
    assembler.emit(.sw, rs1: 7, rs2: 5)
    assembler.emit(.lw, rd: 8, rs1: 7)
    assembler.emit(.add, rd: 14, rs1: 14, rs2: 8)
    assembler.emit(.sfenceVMA, rs1: 7)
    assembler.emit(.lw, rd: 8, rs1: 0)
    assembler.emit(.addi, rd: 5, rs1: 5, -1)
    assembler.branch(.bne, 5, 0, to: loop)
    assembler.end()
  }

  @Test func theMixedProgramDoesWhatItShould() throws {
    let rig = try mixedRig()
    #expect(rig.run() && rig.bell.hasEnded)
    #expect(rig.hart[x: 11] == 18 && rig.hart[x: 12] == 21 && rig.hart[x: 13] == 6 && rig.hart[x: 14] == 210)
    #expect(rig.hart.statistics.interrupts == 6)
    #expect(rig.hart.statistics.traps == 6 * 5 + 20)
    #expect(rig.bell.log.filter { $0 == 0x8000_000B }.count == 6)
  }

  @Test(arguments: Array(1...80) + [97, 128, 500, 1000])
  func slicesOfAnySizeGiveTheSame(slice: UInt64) throws {
    let (whole, sliced) = (try mixedRig(), try mixedRig())
    #expect(whole.run() && sliced.run(slice: slice))
    #expect(whole.bell.log == sliced.bell.log)
    #expect(whole.hart.retired == sliced.hart.retired && whole.hart.executed == sliced.hart.executed)
    #expect(whole.outcome == sliced.outcome)
  }

  @Test func irregularSlicesGiveTheSame() throws {
    let whole = try mixedRig()
    #expect(whole.run())
    var random = RandomSource(seed: 7)
    for _ in 0..<20 {
      let sliced = try mixedRig()
      while !sliced.bell.hasEnded { sliced.run(limit: UInt64(1 + random.below(90))) }
      #expect(whole.outcome == sliced.outcome)
    }
  }

  /// Every run that nothing ends early executes exactly its budget, traps included.
  @Test func aBudgetIsSpentExactly() throws {
    let rig = try mixedRig()
    var random = RandomSource(seed: 8)
    while !rig.bell.hasEnded {
      let (budget, before) = (Int32(random.below(100)), rig.hart.executed)
      let exit = rig.hart.run(budget: budget)
      let executed = rig.hart.executed - before
      #expect(exit == .budgetSpent ? executed == UInt64(budget) : executed <= UInt64(budget))
      #expect(rig.hart.unusedBudget == budget - Int32(executed))
    }
  }

  /// However small budgets are, short blocks that nobody has run before are linked, and most of each budget is used.
  @Test(arguments: [2, 3, 10, 63, 64, 65, 67, 100, 127, 128, 1000] as [Int32])
  func aBudgetThatNeedNotBeSpentIsSpentByHalf(budget: Int32) throws {
    let rig = try Rig { assembler in
      let (loop, next) = (assembler.label(), assembler.label())
      assembler.bind(loop)
      assembler.emit(.addi, rd: 10, rs1: 10, 1)
      assembler.branch(.bne, 10, 0, to: next)
      assembler.bind(next)
      assembler.emit(.addi, rd: 11, rs1: 11, 1)
      assembler.emit(.addi, rd: 12, rs1: 12, 1)
      assembler.branch(.beq, 0, 0, to: loop)
    }
    for _ in 0..<5 {
      let before = rig.hart.executed
      _ = rig.hart.run(budget: budget, isExact: false)
      let executed = rig.hart.executed - before
      #expect((UInt64(budget + 1) / 2...UInt64(budget)).contains(executed), "\(executed)")
    }
  }

  @Test(arguments: [0, -1, .min] as [Int32])
  func withoutABudgetNothingRuns(budget: Int32) throws {
    let rig = try mixedRig()
    #expect(rig.hart.run(budget: budget) == .budgetSpent)
    #expect(rig.hart.executed == 0 && rig.hart.pc == Rig.base)
  }

  /// A full cache drops all its code in the middle of anything; nobody notices.
  @Test(arguments: [1, 2_000, 5_000, 20_000], [1 << 20, 1, 7] as [UInt64])
  func aSmallArenaGivesTheSame(arenaSize: Int, slice: UInt64) throws {
    let rigs = try [arenaSize, SharedCodeCache.defaultArenaSize].map { try wideRig(arenaSize: $0) }
    for rig in rigs { #expect(rig.run(slice: slice) && rig.bell.hasEnded) }
    #expect(rigs[0].code.flushes > 2 && rigs[1].code.flushes == 0)
    #expect(rigs[0].hart[x: 10] == 3 * 120 * 121 / 2)
    #expect(rigs[0].outcome == rigs[1].outcome)
  }

  /// Calls 120 functions in as many lines and pages, three times over, and writes into one of them at each round.
  private func wideRig(arenaSize: Int) throws -> Rig {
    let functions = (1...120 as ClosedRange<UInt32>).map { (number: $0, address: Rig.base + 0x1_0000 + $0 * 0x5B2) }
    let rig = try Rig(arenaSize: arenaSize) { assembler in
      let loop = assembler.label()
      assembler.li(5, 3)
      assembler.bind(loop)
      for function in functions { assembler.call(function.address) }
      assembler.store(Assembler.encode(.addi, rd: 10, rs1: 10, 17), to: functions[16].address)
      assembler.emit(.addi, rd: 5, rs1: 5, -1)
      assembler.branch(.bne, 5, 0, to: loop)
      assembler.end()
    }
    for function in functions {
      rig.load(at: function.address) { assembler in
        assembler.emit(.addi, rd: 10, rs1: 10, Int32(function.number))
        assembler.ret()
      }
    }
    return rig
  }
}
