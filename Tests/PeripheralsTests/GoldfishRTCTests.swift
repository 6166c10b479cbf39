import ISA
import Peripherals
import RegisterMaps
import SystemBus
import Testing

@Suite struct GoldfishRTCTests {
  typealias Registers = GoldfishRTCRegisters
  let rig = Rig()
  let line = InterruptLine { _ in }
  let rtc: GoldfishRTC

  init() { rtc = GoldfishRTC(line: line, clock: rig.clock, deadlines: rig.deadlines) }

  private func readTime() throws -> UInt64 {
    let low = try rtc.word(Registers.timeLow)
    return UInt64(try rtc.word(Registers.timeHigh)) << 32 | UInt64(low)
  }

  private func setAlarm(_ time: UInt64) throws {
    try rtc.store(UInt32(time >> 32), at: Registers.alarmHigh)
    try rtc.store(UInt32(truncatingIfNeeded: time), at: Registers.alarmLow)
  }

  @Test func timeIsTheWallClock() throws {
    #expect(try readTime() == 1_700_000_000_000_000_000)
    rig.advance(by: 3)
    #expect(try readTime() == 1_700_000_000_000_000_300)
  }

  @Test func readingTheLowWordLatchesTheHighOne() throws {
    rig.clock.wallClockNanoseconds = 0x1234_5678_FFFF_FFFF
    #expect(try rtc.word(Registers.timeLow) == 0xFFFF_FFFF)
    rig.clock.wallClockNanoseconds += 1
    #expect(try rtc.word(Registers.timeHigh) == 0x1234_5678)
    #expect(try readTime() == 0x1234_5679_0000_0000)
  }

  @Test func aTimeThatWasSetGoesOnAndOutlivesReset() throws {
    try rtc.store(5, at: Registers.timeHigh)
    try rtc.store(1000, at: Registers.timeLow)
    rig.advance(by: 2)
    #expect(try readTime() == 5 << 32 + 1200)
    rtc.reset()
    #expect(try readTime() == 5 << 32 + 1200)
  }

  @Test func alarmInterruptsWhenDue() throws {
    try rtc.store(1, at: Registers.interruptEnable)
    try setAlarm(rig.clock.wallClockNanoseconds + 250)
    #expect(try rtc.word(Registers.alarmStatus) == 1)
    #expect(rig.deadlines.next == 3)
    rig.advance(by: 2)
    #expect(!line.level)
    rig.advance(by: 1)
    #expect(line.level)
    #expect(try rtc.word(Registers.alarmStatus) == 0)
    try rtc.store(0, at: Registers.interruptEnable)
    #expect(!line.level)
    try rtc.store(1, at: Registers.interruptEnable)
    #expect(line.level)
    try rtc.store(0, at: Registers.clearInterrupt)
    #expect(!line.level)
    #expect(rig.deadlines.next == .max)
  }

  @Test func alarmInThePastInterruptsAtOnce() throws {
    try rtc.store(1, at: Registers.interruptEnable)
    try setAlarm(rig.clock.wallClockNanoseconds)
    #expect(line.level)
  }

  @Test func aClearedAlarmDoesNotCome() throws {
    try rtc.store(1, at: Registers.interruptEnable)
    try setAlarm(rig.clock.wallClockNanoseconds + 1000)
    try rtc.store(0, at: Registers.clearAlarm)
    #expect(try rtc.word(Registers.alarmStatus) == 0)
    rig.advance(by: 100)
    #expect(!line.level)
  }

  @Test func theHighWordAloneDoesNotMoveAnArmedAlarm() throws {
    try rtc.store(1, at: Registers.interruptEnable)
    try setAlarm(rig.clock.wallClockNanoseconds + 1000)
    try rtc.store(0, at: Registers.alarmHigh)
    #expect(!line.level)
    #expect(rig.deadlines.next == 10)
    rig.advance(by: 10)
    #expect(line.level)
  }

  @Test func anAlarmWaitsForAWallClockThatWasSetBack() throws {
    try rtc.store(1, at: Registers.interruptEnable)
    try setAlarm(rig.clock.wallClockNanoseconds + 1000)
    rig.clock.wallClockNanoseconds -= 500
    rig.advance(by: 10)
    #expect(!line.level)
    rig.advance(by: 5)
    #expect(line.level)
  }

  @Test func anAlarmAfterTheEndOfTimeNeverComes() throws {
    rig.clock.now = .max - 5
    try setAlarm(.max)
    #expect(rig.deadlines.next == .max)
  }

  @Test func onlyWordsOfItsRegistersAreDecoded() throws {
    for width in [AccessWidth.byte, .half, .double] { #expect(rtc.faults(at: 0, width)) }
    #expect(rtc.faults(at: 2, .word))
    #expect(rtc.faults(at: 0x24, .word))
    #expect(rtc.faults(at: 0xFFC, .word))
    #expect(try rtc.word(0x14) == 0)
    #expect(try rtc.word(0x20) == 0)
  }

  @Test func restoredAlarmGoesOn() throws {
    try rtc.store(7, at: Registers.timeHigh)
    _ = try readTime()
    try rtc.store(1, at: Registers.interruptEnable)
    try setAlarm(rtc.time + 1000)
    let twinRig = Rig()
    let twinLine = InterruptLine { _ in }
    let twin = GoldfishRTC(line: twinLine, clock: twinRig.clock, deadlines: twinRig.deadlines)
    try twin.restore(rtc.saved)
    #expect(twin.saved == rtc.saved)
    twinRig.advance(by: 9)
    #expect(!twinLine.level)
    twinRig.advance(by: 1)
    #expect(twinLine.level)
    let third = GoldfishRTC(line: InterruptLine { _ in }, clock: twinRig.clock, deadlines: twinRig.deadlines)
    try third.restore(twin.saved)
    #expect(third.saved == twin.saved)
  }

  @Test func resetDisarms() throws {
    let fresh = rtc.saved
    for _ in 0..<2 {
      try rtc.store(1, at: Registers.interruptEnable)
      try setAlarm(0)
      try setAlarm(rtc.time + 1000)
      _ = try readTime()
      #expect(line.level)
      rtc.reset()
      #expect(rtc.saved == fresh)
      #expect(!line.level)
      #expect(rig.deadlines.next == .max)
    }
  }
}
