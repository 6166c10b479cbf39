import DeviceTree
import ISA
import RegisterMaps
import SystemBus

/// The goldfish real-time clock: wall-clock time in nanoseconds and one alarm.
///
/// As in QEMU only aligned words of the first 36 bytes are decoded, and what holds no readable register reads zero. A time that the
/// guest sets outlives a reset, as in a clock with a battery.
public final class GoldfishRTC: Device {
  public let name: String
  public let windowSize: UInt32 = MemoryMap.rtc.size

  private let line: InterruptLine
  private let clock: any TimeSource
  private let deadlines: DeadlineQueue
  private var timer: DeadlineQueue.Handle?

  /// What the guest's setting of the time adds to the host's, modulo 2⁶⁴ nanoseconds.
  private var offset: UInt64 = 0
  private var latchedHigh: UInt32 = 0
  private var alarm: UInt64 = 0
  /// The time at which the armed alarm fires: the alarm registers as they were when the low one was written.
  private var armedAlarm: UInt64?
  private var isInterruptEnabled = false
  private var isInterruptPending = false

  public init(name: String = "rtc", line: InterruptLine, clock: any TimeSource, deadlines: DeadlineQueue) {
    self.name = name
    self.line = line
    self.clock = clock
    self.deadlines = deadlines
    timer = deadlines.register { [weak self] _ in self?.checkAlarm() }
  }

  /// The time the guest reads, in nanoseconds since 1970-01-01 UTC.
  public var time: UInt64 { clock.wallClockNanoseconds &+ offset }

  // MARK: - Registers

  public func read(at offset: UInt32, width: AccessWidth) throws(AccessFault) -> UInt32 {
    try requireDecoded(offset, width)
    switch offset {
    case GoldfishRTCRegisters.timeLow:
      let now = time
      latchedHigh = now.word(high: true)
      return now.word(high: false)
    case GoldfishRTCRegisters.timeHigh: return latchedHigh
    case GoldfishRTCRegisters.alarmLow: return alarm.word(high: false)
    case GoldfishRTCRegisters.alarmHigh: return alarm.word(high: true)
    case GoldfishRTCRegisters.interruptEnable: return isInterruptEnabled ? 1 : 0
    case GoldfishRTCRegisters.alarmStatus: return armedAlarm == nil ? 0 : 1
    default: return 0
    }
  }

  public func write(_ value: UInt32, at offset: UInt32, width: AccessWidth) throws(AccessFault) {
    try requireDecoded(offset, width)
    switch offset {
    case GoldfishRTCRegisters.timeLow: setTime(high: false, to: value)
    case GoldfishRTCRegisters.timeHigh: setTime(high: true, to: value)
    case GoldfishRTCRegisters.alarmLow:
      alarm = alarm.replacingWord(high: false, with: value)
      armedAlarm = alarm
      checkAlarm()
    case GoldfishRTCRegisters.alarmHigh:
      alarm = alarm.replacingWord(high: true, with: value)
    case GoldfishRTCRegisters.interruptEnable:
      isInterruptEnabled = value & 1 != 0
      updateLine()
    case GoldfishRTCRegisters.clearAlarm:
      armedAlarm = nil
      checkAlarm()
    case GoldfishRTCRegisters.clearInterrupt:
      isInterruptPending = false
      updateLine()
    default: break
    }
  }

  private func requireDecoded(_ offset: UInt32, _ width: AccessWidth) throws(AccessFault) {
    try requireAlignedWord(at: offset, width: width)
    guard offset < GoldfishRTCRegisters.decodedSize else { throw AccessFault() }
  }

  private func setTime(high: Bool, to word: UInt32) {
    let host = clock.wallClockNanoseconds
    offset = (host &+ offset).replacingWord(high: high, with: word) &- host
    checkAlarm()
  }

  // MARK: - Alarm

  /// Fires an alarm that is due, and otherwise asks to be called when it will be.
  private func checkAlarm() {
    var deadline = Ticks.max
    let now = time
    if let armed = armedAlarm, now >= armed {
      armedAlarm = nil
      isInterruptPending = true
      updateLine()
    } else if let armed = armedAlarm {
      let nanosecondsPerTick = 1_000_000_000 / ticksPerSecond
      let ticks = (armed - now - 1) / nanosecondsPerTick + 1
      deadline = clock.now.addingReportingOverflow(ticks).overflow ? .max : clock.now &+ ticks
    }
    if let timer { deadlines.schedule(timer, at: deadline) }
  }

  private func updateLine() { line.set(isInterruptPending && isInterruptEnabled) }

  // MARK: - Life cycle

  public func reset() {
    latchedHigh = 0
    alarm = 0
    armedAlarm = nil
    isInterruptEnabled = false
    isInterruptPending = false
    checkAlarm()
    updateLine()
  }

  public func describe(in node: inout DeviceNode) { node.set("compatible", "google,goldfish-rtc") }

  public func save(to encoder: inout StateEncoder) {
    encoder.section(name, version: 1)
    encoder.encode(offset)
    encoder.encode(latchedHigh)
    encoder.encode(alarm)
    encoder.encode(armedAlarm != nil)
    encoder.encode(armedAlarm ?? 0)
    encoder.encode(isInterruptEnabled)
    encoder.encode(isInterruptPending)
  }

  public func restore(from decoder: inout StateDecoder) throws(StateError) {
    try decoder.section(name, newest: 1)
    offset = try decoder.decode(UInt64.self)
    latchedHigh = try decoder.decode(UInt32.self)
    alarm = try decoder.decode(UInt64.self)
    let isArmed = try decoder.decode(Bool.self)
    let armed = try decoder.decode(UInt64.self)
    armedAlarm = isArmed ? armed : nil
    isInterruptEnabled = try decoder.decode(Bool.self)
    isInterruptPending = try decoder.decode(Bool.self)
    checkAlarm()
    updateLine()
  }
}
