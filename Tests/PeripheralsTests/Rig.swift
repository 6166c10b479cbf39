import ISA
import Peripherals
import SystemBus

/// Time that stands still until a test moves it.
final class ManualClock: TimeSource {
  var now: Ticks = 0
  var wallClockNanoseconds: UInt64 = 1_700_000_000_000_000_000
}

final class RecordingSink: ConsoleSink {
  var bytes: [UInt8] = []
  func write(_ byte: UInt8) { bytes.append(byte) }
  var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// The surroundings of a device: clock, deadlines and the pins of some harts.
final class Rig {
  let clock = ManualClock()
  let deadlines = DeadlineQueue()
  let pins: [HartPins]

  init(harts: Int = 1) { pins = (0..<harts).map { _ in HartPins() } }

  /// Lets machine time, and wall-clock time with it, pass.
  func advance(by ticks: Ticks) {
    clock.now += ticks
    clock.wallClockNanoseconds += ticks * 100
    deadlines.fire(now: clock.now)
  }

  func isHigh(_ interrupt: HartInterrupt, hart: Int = 0) -> Bool {
    pins[hart].lines & 1 << interrupt.rawValue != 0
  }

  /// Every level that the pins of `hart` take while `body` runs.
  func levels(hart: Int = 0, during body: () throws -> Void) rethrows -> [UInt32] {
    var levels: [UInt32] = []
    let pins = pins[hart]
    pins.onChange = { [unowned pins] in levels.append(pins.lines) }
    defer { pins.onChange = nil }
    try body()
    return levels
  }
}

extension Device {
  func word(_ offset: UInt32) throws -> UInt32 { try read(at: offset, width: .word) }
  func byte(_ offset: UInt32) throws -> UInt8 { UInt8(truncatingIfNeeded: try read(at: offset, width: .byte)) }
  func store(_ value: UInt32, at offset: UInt32) throws { try write(value, at: offset, width: .word) }
  func store(byte value: UInt8, at offset: UInt32) throws { try write(UInt32(value), at: offset, width: .byte) }

  var saved: [UInt8] {
    var encoder = StateEncoder()
    save(to: &encoder)
    return encoder.bytes
  }

  func restore(_ bytes: [UInt8]) throws {
    var decoder = StateDecoder(bytes)
    try restore(from: &decoder)
    if !decoder.isAtEnd { throw decoder.invalid("length") }
  }

  /// Whether the device refuses a read and a write alike.
  func faults(at offset: UInt32, _ width: AccessWidth) -> Bool {
    let readFaults = (try? read(at: offset, width: width)) == nil
    let writeFaults = (try? write(0, at: offset, width: width)) == nil
    return readFaults && writeFaults
  }
}
