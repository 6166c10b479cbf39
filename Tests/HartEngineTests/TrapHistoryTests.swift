import ConformanceKit
import HartEngine
import ISA
import Testing

/// What a hart remembers of its traps, and looking at it from outside.
@Suite struct TrapHistoryTests {
  typealias Flag = PageTables.Flag

  @Test func keepsWhatTrappedAndWhere() throws {
    let rig = try Rig { assembler in
      assembler.li(2, 0x8000_4000)
      assembler.li(1, 0x8000_1234)
      assembler.li(10, 0x1234_5678)
      assembler.emit(.lw, rd: 11, rs1: 10)
      assembler.end()
    }
    rig.run()
    let trap = try #require(rig.hart.trapHistory.records.first)
    #expect(trap.exception == .loadAccessFault && !trap.isInterrupt && trap.value == 0x1234_5678)
    #expect(trap.from == .machine && trap.to == .machine && trap.nesting == 1 && trap.times == 1)
    #expect(trap.stackPointer == 0x8000_4000 && trap.returnAddress == 0x8000_1234 && trap.lead == .instructions)
    #expect(rig.hart.inspectInstruction(at: trap.pc, in: .machine)?.instruction.opcode == .lw)
  }

  @Test func tellsHandlersThatTrapFromReturnsThatTrap() throws {
    // The handler is where nothing can be executed.
    let nested = try Rig { assembler in
      assembler.write(.mtvec, 0x1000)
      assembler.emit(.ebreak)
    }
    _ = nested.hart.run(budget: 1000)
    let records = nested.hart.trapHistory.records
    #expect(records.map(\.exception) == [.breakpoint, .instructionAccessFault])
    #expect(records[1].lead == .trap && records[1].times > 900 && records[1].nesting == 2)
    #expect(nested.hart.trapHistory.nesting(in: .machine) == records[1].times + 1)

    let returning = try Rig()
    returning.load(at: Rig.base) { assembler in
      let handler = assembler.label()
      assembler.write(.mtvec, addressOf: handler)
      assembler.emit(.ebreak)
      assembler.align(4)
      assembler.bind(handler)
      assembler.emit(.mret)
    }
    returning.hart.pc = Rig.base
    _ = returning.hart.run(budget: 1000)
    let again = returning.hart.trapHistory.records
    #expect(again.map(\.lead) == [.instructions, .trapReturn])
    #expect(again[1].times > 400 && again[1].nesting == 1 && again[1].origin != 0)
    #expect(returning.hart.inspectInstruction(at: again[1].origin, in: .machine)?.instruction.opcode == .mret)
  }

  @Test func keepsTheLastOnes() throws {
    let rig = try Rig { assembler in
      for index in 0..<UInt32(100) { assembler.load(11, from: 0x3000_0000 + 4 * index) }
      assembler.end()
    }
    rig.run()
    let records = rig.hart.trapHistory.records
    #expect(records.count == TrapHistory.capacity)
    #expect(records.map(\.value) == (68..<100).map { 0x3000_0000 + 4 * $0 })
    #expect(rig.hart.trapHistory.newest == records.last)
    rig.hart.reset(pc: Rig.base)
    #expect(rig.hart.trapHistory.records.isEmpty)
  }

  @Test func isSmall() { #expect(MemoryLayout<TrapHistory>.size <= 2048) }

  // MARK: Inspection

  /// What it says is what an access then meets, and asking leaves no trace.
  @Test func inspectionAgreesWithAccessesAndLeavesNoTrace() throws {
    let rig = try Rig { assembler in
      assembler.allowEverything()
      assembler.write(.satp, 1 << 31 | (Rig.base + 0x8_0000) >> 12)
      assembler.enter(.supervisor)
      assembler.stop()
    }
    var tables = PageTables(rig)
    let plain = Flag.r | Flag.w | Flag.x
    tables.mapSuperpage(Rig.base, to: Rig.base)
    tables.map(0x4000_0000, to: Rig.base + 0x1_0000, plain)
    tables.map(0x4000_1000, to: Rig.base + 0x1_1000, Flag.r)
    tables.map(0x4000_2000, to: Rig.base + 0x1_2000, plain | Flag.u)
    tables.map(0x4000_3000, to: 0x3000_0000, plain)
    tables.map(0x4000_4000, to: Bell.base, plain)
    rig.setWord(0x1234_5678, at: Rig.base + 0x1_0FFC)
    rig.setWord(0x9ABC_DEF0, at: Rig.base + 0x1_1000)
    rig.run()
    let hart = rig.hart
    #expect(hart.translates(in: .supervisor) && !hart.translates(in: .machine))
    let entry = tables.entry(of: 0x4000_0000)
    let before = rig.word(at: entry)
    let expected: [(UInt32, AccessKind, AccessProspect)] = [
      (0x4000_0000, .store, .memory(physical: Rig.base + 0x1_0000)),
      (0x4000_1004, .load, .memory(physical: Rig.base + 0x1_1004)),
      (0x4000_1000, .store, .fault(.noPermission)),
      (0x4000_1000, .fetch, .fault(.noPermission)),
      (0x4000_2000, .load, .fault(.otherMode)),
      (0x4000_3000, .load, .fault(.nothing(physical: 0x3000_0000))),
      (0x4000_4000, .load, .device(physical: Bell.base)),
      (0x4000_4000, .fetch, .fault(.nothing(physical: UInt64(Bell.base)))),
      (0x5000_0000, .load, .fault(.noPage)),
      (0x4000_5000, .load, .fault(.noPage)),
    ]
    for (address, kind, prospect) in expected {
      #expect(hart.prospect(of: address, kind, in: .supervisor) == prospect, "\(String(address, radix: 16)) \(kind)")
    }
    #expect(hart.prospect(of: 0x4000_2000, .load, in: .user) == .memory(physical: Rig.base + 0x1_2000))
    // Across two pages that lie apart, and whatever their permissions.
    #expect(hart.inspectWord(0x4000_0FFE, in: .supervisor) == 0xDEF0_1234)
    #expect(hart.inspectWord(0x4000_2000, in: .supervisor) == 0)
    #expect(hart.inspect(0x4000_4000, count: 4, in: .supervisor) == nil)
    #expect(hart.inspect(0xFFFF_FFFE, count: 4, in: .supervisor) == nil)
    #expect(rig.word(at: entry) == before, "A and D bits are as they were")
  }

  @Test func tellsMissingProtectionFromDenial() throws {
    let rig = try Rig { assembler in assembler.stop() }
    rig.run()
    #expect(
      rig.hart.prospect(of: Rig.base, .fetch, in: .supervisor)
        == .fault(.noProtectionEntry(physical: UInt64(Rig.base))))
    #expect(rig.hart.prospect(of: Rig.base, .fetch, in: .machine) == .memory(physical: Rig.base))
    let denied = try Rig { assembler in
      assembler.write(.pmpaddr(0), .max)
      assembler.write(.pmpcfg(0), 0x18)
      assembler.stop()
    }
    denied.run()
    #expect(
      denied.hart.prospect(of: Rig.base, .load, in: .user) == .fault(.protected(physical: UInt64(Rig.base))))
  }
}
