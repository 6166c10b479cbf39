import ConformanceKit
import HartEngine
import ISA
import SystemBus
import Testing

/// An interrupt is taken before the very next instruction after it became pending and enabled.
@Suite struct InterruptTests {
  /// What makes a pending interrupt takeable, or an enabled one pending.
  struct Event: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var cause: UInt32
    var prepare: @Sendable (inout Assembler) -> Void
    /// One instruction.
    var happen: @Sendable (inout Assembler) -> Void
  }

  private static func enable(_ assembler: inout Assembler, _ bits: UInt32) {
    assembler.write(.mie, bits)
    assembler.csr(.csrrsi, CSR.mstatus.rawValue, 8)
  }

  static let events: [Event] = [
    Event(testDescription: "mstatus.MIE is set", cause: 11) { assembler in
      assembler.store(0x800, to: Bell.pins)
      assembler.write(.mie, 0x800)
    } happen: {
      $0.csr(.csrrsi, CSR.mstatus.rawValue, 8)
    },
    Event(testDescription: "mie is written", cause: 11) { assembler in
      assembler.store(0x800, to: Bell.pins)
      assembler.csr(.csrrsi, CSR.mstatus.rawValue, 8)
      assembler.li(5, 0x800)
    } happen: {
      $0.csr(.csrrw, CSR.mie.rawValue, 5)
    },
    Event(testDescription: "mip is written", cause: 1) { assembler in
      enable(&assembler, 2)
    } happen: {
      $0.csr(.csrrwi, CSR.mip.rawValue, 2)
    },
    Event(testDescription: "a device is written", cause: 3) { assembler in
      enable(&assembler, 8)
      assembler.li(5, 8)
      assembler.li(31, Bell.pins)
    } happen: {
      $0.emit(.sw, rs1: 31, rs2: 5)
    },
    Event(testDescription: "stimecmp is written", cause: 5) { assembler in
      assembler.write(.menvcfgh, 1 << 31)
      enable(&assembler, 0x20)
      assembler.csr(.csrrwi, CSR.stimecmph.rawValue, 0)
    } happen: {
      $0.csr(.csrrwi, CSR.stimecmp.rawValue, 0)
    },
    Event(testDescription: "menvcfg.STCE is set", cause: 5) { assembler in
      assembler.write(.menvcfgh, 1 << 31)
      assembler.csr(.csrrwi, CSR.stimecmph.rawValue, 0)
      assembler.csr(.csrrwi, CSR.stimecmp.rawValue, 0)
      assembler.csr(.csrrwi, CSR.menvcfgh.rawValue, 0)
      enable(&assembler, 0x20)
      assembler.li(5, 1 << 31)
    } happen: {
      $0.csr(.csrrw, CSR.menvcfgh.rawValue, 5)
    },
  ]

  @Test(arguments: events, [0, 1, 5, 63, 64])
  func theNextInstructionIsInterrupted(event: Event, distance: Int) throws {
    var expected: UInt32 = 0
    let rig = try Rig { assembler in
      event.prepare(&assembler)
      for _ in 0..<distance { assembler.emit(.addi) }
      event.happen(&assembler)
      expected = assembler.here
      for _ in 0..<8 { assembler.emit(.addi, rd: 10, rs1: 10, 1) }
      assembler.end()
    }
    #expect(rig.run())
    #expect(rig.bell.log == [1 << 31 | event.cause, expected])
    #expect(rig.hart[x: 10] == 8)
    #expect(rig.hart.statistics.interrupts == 1)
  }

  @Test func aReturnFromATrapIsInterruptedAtItsTarget() throws {
    var expected: UInt32 = 0
    let rig = try Rig { assembler in
      assembler.store(0x800, to: Bell.pins)
      assembler.write(.mie, 0x800)
      let target = assembler.label()
      assembler.write(.mepc, addressOf: target)
      assembler.write(.mstatus, 0x1880)
      assembler.emit(.mret)
      assembler.bind(target)
      expected = assembler.here
      assembler.end()
    }
    #expect(rig.run())
    #expect(rig.bell.log == [0x8000_000B, expected])
  }

  /// Machine interrupts are always enabled below M-mode.
  @Test func userModeIsInterruptedWhateverMIESays() throws {
    var expected: UInt32 = 0
    let rig = try Rig { assembler in
      assembler.allowEverything()
      assembler.write(.mie, 8)
      assembler.enter(.user)
      assembler.li(5, 8)
      assembler.li(31, Bell.pins)
      assembler.emit(.sw, rs1: 31, rs2: 5)
      expected = assembler.here
      assembler.end()
    }
    #expect(rig.run())
    #expect(rig.bell.log == [0x8000_0003, expected])
  }

  /// The order of section 3.1.9, with everything pending at once.
  @Test func theMostUrgentInterruptComesFirst() throws {
    let rig = try Rig { assembler in
      assembler.write(.mip, 0x222)
      assembler.store(0x888, to: Bell.pins)
      assembler.csr(.csrrsi, CSR.mstatus.rawValue, 8)
      for enabled in [0xAAA, 0x2AA, 0x2A2, 0x222, 0x22, 0x20] as [UInt32] { assembler.write(.mie, enabled) }
      assembler.end()
    }
    #expect(rig.run())
    #expect(stride(from: 0, to: rig.bell.log.count, by: 2).map { rig.bell.log[$0] & 0xFF } == [11, 3, 7, 9, 1, 5])
  }

  @Test(arguments: [3, 7, 11, 1, 5, 9] as [UInt32])
  func vectoredInterruptsEnterAtTheirSlot(cause: UInt32) throws {
    let table = Rig.base + 0x4000
    let rig = try Rig { assembler in
      assembler.write(.mtvec, table | 1)
      assembler.write(.mip, 0x222)
      assembler.store(0x888, to: Bell.pins)
      assembler.write(.mie, 1 << cause)
      assembler.csr(.csrrsi, CSR.mstatus.rawValue, 8)
    }
    for slot in 0..<16 as Range<UInt32> {
      rig.load(at: table + slot * 4) { $0.emit(.jal, rd: 5, Int32(0x100 - slot * 4)) }
    }
    rig.load(at: table + 0x100) { $0.end() }
    #expect(rig.run())
    #expect(rig.hart[x: 5] == table + cause * 4 + 4)
  }

  @Test func exceptionsAreNotVectored() throws {
    let table = Rig.base + 0x4000
    let rig = try Rig { assembler in
      assembler.write(.mtvec, table | 1)
      assembler.word(0)
    }
    rig.load(at: table) { $0.end() }
    #expect(rig.run())
  }

  // MARK: Waiting

  @Test func aWaitEndsWhenAnEnabledInterruptIsPending() throws {
    let rig = try Rig { assembler in
      assembler.write(.mie, 0x800)
      assembler.emit(.wfi)
      assembler.emit(.addi, rd: 10, 1)
      assembler.end()
    }
    #expect(!rig.run())
    #expect(rig.hart.isWaiting && !rig.hart.hasWakeUp && rig.hart.canBeWokenFromOutside)
    let executed = rig.hart.executed
    rig.pins[0].set(.machineTimer, to: true)
    #expect(!rig.hart.hasWakeUp && !rig.run() && rig.hart.executed == executed)
    rig.pins[0].set(.machineExternal, to: true)
    // `mstatus.MIE` is off: the hart goes on without a trap.
    #expect(rig.hart.hasWakeUp && rig.run())
    #expect(!rig.hart.isWaiting && rig.hart[x: 10] == 1 && rig.bell.log.isEmpty)
    #expect(rig.hart.statistics.waits == 1)
  }

  @Test func anInterruptedWaitResumesBehindIt() throws {
    var expected: UInt32 = 0
    let rig = try Rig { assembler in
      assembler.write(.mie, 0x800)
      assembler.csr(.csrrsi, CSR.mstatus.rawValue, 8)
      assembler.emit(.wfi)
      expected = assembler.here
      assembler.end()
    }
    #expect(!rig.run())
    rig.pins[0].set(.machineExternal, to: true)
    #expect(rig.run())
    #expect(rig.bell.log == [0x8000_000B, expected])
  }

  @Test func theSupervisorTimerEndsAWaitWhenItsTimeComes() throws {
    let rig = try Rig { assembler in
      assembler.write(.menvcfgh, 1 << 31)
      assembler.write(.mie, 0x20)
      assembler.csr(.csrrwi, CSR.stimecmph.rawValue, 0)
      assembler.write(.stimecmp, 500)
      assembler.emit(.wfi)
      assembler.end()
    }
    #expect(!rig.run() && rig.deadlines.next == 500)
    rig.clock.now = 499
    #expect(!rig.run() && !rig.hart.hasWakeUp)
    rig.clock.now = 500
    #expect(rig.hart.hasWakeUp && rig.run())
  }

  /// A board that lets `mtime` jump moves the supervisor timer with it.
  @Test func theSupervisorTimerFollowsAShiftOfTime() throws {
    let rig = try Rig { assembler in
      assembler.write(.menvcfgh, 1 << 31)
      assembler.csr(.csrrwi, CSR.stimecmph.rawValue, 0)
      assembler.write(.stimecmp, 500)
      assembler.stop()
      assembler.read(10, .time)
      assembler.stop()
    }
    #expect(rig.run() && rig.deadlines.next == 500)
    rig.hart.timeOffset = 100
    #expect(rig.deadlines.next == 400)
    rig.hart.timeOffset = .max &- 99
    #expect(rig.deadlines.next == .max)
    rig.hart.timeOffset = 600
    #expect(rig.deadlines.next == .max && rig.run() && rig.hart[x: 10] == 600)
    #expect(rig.hart.value(of: .mip) == 0x20)
  }

  // MARK: Harts that are lost

  @Test(arguments: [0, Bell.base, Rig.rom] as [UInt32])
  func aLoopOfTrapsEndsAndIsReported(vector: UInt32) throws {
    let rig = try Rig { assembler in
      assembler.write(.mtvec, vector)
      assembler.emit(.ecall)
    }
    #expect(rig.hart.loopReason == nil)
    rig.run(limit: 50_000)
    #expect(rig.hart.loopReason == nil)
    rig.run(limit: 60_000)
    #expect(try #require(rig.hart.loopReason).contains("0x" + String(vector, radix: 16)))
    #expect(rig.hart.retired < 10 && rig.hart.executed >= 110_000)
  }

  @Test func aTrapOfEveryInstructionIsNoLoop() throws {
    let rig = try Rig { assembler in
      let loop = assembler.label()
      assembler.bind(loop)
      for _ in 0..<20 { assembler.word(0xFFFF_FFFF) }
      assembler.jump(to: loop)
    }
    rig.run(limit: 300_000)
    #expect(rig.hart.loopReason == nil && rig.hart.trapsWithoutProgress == 0)
  }

  @Test func aJumpToItselfIsLostOnlyWithoutInterrupts() throws {
    for (enabled, isLost) in [(0, true), (0x80, false)] as [(UInt32, Bool)] {
      let rig = try Rig { assembler in
        assembler.write(.mie, enabled)
        assembler.csr(.csrrsi, CSR.mstatus.rawValue, 8)
        assembler.spin()
      }
      rig.run(limit: 100)
      #expect((rig.hart.loopReason != nil) == isLost)
    }
  }
}
