import ISA
import Peripherals
import RegisterMaps
import SystemBus
import Testing

@Suite struct CLINTTests {
  typealias Registers = CLINTRegisters
  let rig: Rig
  let clint: CLINT

  init() {
    rig = Rig(harts: 2)
    clint = CLINT(harts: rig.pins, clock: rig.clock, deadlines: rig.deadlines)
  }

  private func setCompare(_ value: UInt64, hart: UInt32 = 0) throws {
    try clint.store(UInt32(truncatingIfNeeded: value), at: Registers.timeCompare(hart: hart))
    try clint.store(UInt32(truncatingIfNeeded: value >> 32), at: Registers.timeCompare(hart: hart) + 4)
  }

  @Test func softwareInterruptHasOneBit() throws {
    try clint.store(0xFFFF_FFFF, at: Registers.softwareInterrupt(hart: 1))
    #expect(try clint.word(4) == 1)
    #expect(rig.isHigh(.machineSoftware, hart: 1))
    #expect(!rig.isHigh(.machineSoftware, hart: 0))
    try clint.store(0xFFFF_FFFE, at: Registers.softwareInterrupt(hart: 1))
    #expect(try clint.word(4) == 0)
    #expect(!rig.isHigh(.machineSoftware, hart: 1))
  }

  @Test func onlyAlignedWordsAreDecoded() {
    for offset in [Registers.softwareInterrupt, Registers.timeCompare, Registers.time] {
      for width in [AccessWidth.byte, .half, .double] { #expect(clint.faults(at: offset, width)) }
      #expect(clint.faults(at: offset + 1, .word))
      #expect(clint.faults(at: offset + 2, .word))
    }
  }

  @Test(arguments: [0x8, 0x3FFC, 0x4010, 0x8000, 0xBFF4, 0xC000, 0xFFFC] as [UInt32])
  func wordsWithoutRegisterReadZero(offset: UInt32) throws {
    try clint.store(0xFFFF_FFFF, at: offset)
    #expect(try clint.word(offset) == 0)
    #expect(rig.pins.allSatisfy { $0.lines == 0 })
  }

  @Test func timerRisesAtItsDeadlineAndFallsWhenMoved() throws {
    try setCompare(1000)
    #expect(rig.deadlines.next == 1000)
    rig.advance(by: 999)
    #expect(!rig.isHigh(.machineTimer))
    rig.advance(by: 1)
    #expect(rig.isHigh(.machineTimer))
    #expect(!rig.isHigh(.machineTimer, hart: 1))
    #expect(rig.deadlines.next == .max, "the line is level-triggered: nothing happens until it is moved")
    try setCompare(5000)
    #expect(!rig.isHigh(.machineTimer))
    #expect(rig.deadlines.next == 5000)
  }

  @Test func compareInThePastInterruptsAtOnce() throws {
    rig.advance(by: 100)
    try setCompare(100)
    #expect(rig.isHigh(.machineTimer))
  }

  /// The privileged specification's sequence for RV32 ("Machine Timer Registers"): low word to all ones first.
  @Test func compareWrittenInHalvesInterruptsOnlyWhenDue() throws {
    rig.advance(by: 0x1_8000_0000)
    try setCompare(0x1_9000_0000)
    let levels = try rig.levels {
      try clint.store(0xFFFF_FFFF, at: Registers.timeCompare)
      try clint.store(2, at: Registers.timeCompare + 4)
      try clint.store(0x10, at: Registers.timeCompare)
    }
    #expect(levels.isEmpty)
    #expect(rig.deadlines.next == 0x2_0000_0010)
    #expect(try clint.word(Registers.timeCompare) == 0x10)
    #expect(try clint.word(Registers.timeCompare + 4) == 2)
  }

  /// The other order passes through a value in the past, and the real chip interrupts then, too.
  @Test func everyHalfTakesEffectAtOnce() throws {
    rig.advance(by: 0x1_8000_0000)
    try setCompare(0x1_9000_0000)
    let levels = try rig.levels {
      try clint.store(0x10, at: Registers.timeCompare)
      try clint.store(2, at: Registers.timeCompare + 4)
    }
    #expect(levels == [1 << HartInterrupt.machineTimer.rawValue, 0])
  }

  @Test func timeReadsTheClockInHalves() throws {
    rig.advance(by: 0x12_3456_789A)
    #expect(try clint.word(Registers.time) == 0x3456_789A)
    #expect(try clint.word(Registers.time + 4) == 0x12)
  }

  @Test func settingTheTimeShiftsItAndTheTimers() throws {
    var offsets: [UInt64] = []
    clint.onTimeOffsetChange = { offsets.append($0) }
    rig.advance(by: 500)
    try setCompare(2000)
    try clint.store(1990, at: Registers.time)
    #expect(offsets == [1490])
    #expect(clint.time == 1990)
    #expect(rig.deadlines.next == 510)
    rig.advance(by: 10)
    #expect(rig.isHigh(.machineTimer))
    try clint.store(0, at: Registers.time)
    #expect(!rig.isHigh(.machineTimer))
    #expect(rig.deadlines.next == 2510)
    try clint.store(7, at: Registers.time + 4)
    #expect(clint.time == 7 << 32)
    #expect(rig.isHigh(.machineTimer))
    #expect(clint.timeOffset == 7 << 32 &- 510)
  }

  @Test func deadlineBeyondTheEndOfTimeNeverComes() throws {
    rig.advance(by: 100)
    try clint.store(0, at: Registers.time)
    try setCompare(.max - 10)
    #expect(rig.deadlines.next == .max)
    #expect(!rig.isHigh(.machineTimer))
  }

  @Test func timerFallsWhenTimeStartsAgainFromZero() throws {
    try clint.store(.max, at: Registers.time + 4)
    try clint.store(.max - 9, at: Registers.time)
    try setCompare(5, hart: 0)
    #expect(rig.isHigh(.machineTimer))
    rig.advance(by: 9)
    #expect(rig.isHigh(.machineTimer))
    rig.advance(by: 1)
    #expect(clint.time == 0)
    #expect(!rig.isHigh(.machineTimer))
    rig.advance(by: 5)
    #expect(rig.isHigh(.machineTimer))
  }

  @Test func resetRestoresPowerOnStateEveryTime() throws {
    let fresh = clint.saved
    for _ in 0..<3 {
      try clint.store(1, at: Registers.softwareInterrupt(hart: 0))
      try clint.store(77, at: Registers.time)
      try setCompare(0, hart: 1)
      #expect(rig.pins.allSatisfy { $0.lines != 0 })
      clint.reset()
      #expect(clint.saved == fresh)
      #expect(rig.pins.allSatisfy { $0.lines == 0 })
      #expect(rig.deadlines.next == .max)
    }
  }

  @Test func restoredTimersGoOn() throws {
    rig.advance(by: 300)
    try clint.store(1300, at: Registers.time)
    try setCompare(1400, hart: 0)
    try setCompare(1200, hart: 1)
    try clint.store(1, at: Registers.softwareInterrupt(hart: 0))
    let twinRig = Rig(harts: 2)
    twinRig.clock.now = 300
    let twin = CLINT(harts: twinRig.pins, clock: twinRig.clock, deadlines: twinRig.deadlines)
    try twin.restore(clint.saved)
    #expect(twin.saved == clint.saved)
    #expect(twinRig.pins.map(\.lines) == rig.pins.map(\.lines))
    twinRig.advance(by: 99)
    #expect(!twinRig.isHigh(.machineTimer))
    twinRig.advance(by: 1)
    #expect(twinRig.isHigh(.machineTimer))
  }

  @Test func stateOfAnotherHartCountIsRefused() {
    let rig = Rig(harts: 3)
    let other = CLINT(harts: rig.pins, clock: rig.clock, deadlines: rig.deadlines)
    #expect(throws: StateError.invalidValue(section: "clint", field: "count")) { try other.restore(clint.saved) }
  }
}
