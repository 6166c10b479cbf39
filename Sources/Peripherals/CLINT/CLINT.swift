import DeviceTree
import ISA
import RegisterMaps
import SystemBus

/// The core-local interruptor: one software interrupt and one timer compare register per hart, and the machine's
/// `mtime` (RISC-V ACLINT specification, MSWI and MTIMER devices, at the offsets of the SiFive CLINT).
///
/// As in QEMU only aligned words are decoded; words that hold no register read zero and ignore writes.
public final class CLINT: Device {
  public let name: String
  public let windowSize: UInt32 = CLINTRegisters.windowSize

  /// What a guest's writes to `mtime` add to the machine's time, modulo 2⁶⁴. The `time` CSR shows the same shift.
  public private(set) var timeOffset: UInt64 = 0
  /// Told the new offset after each change of it.
  public var onTimeOffsetChange: ((UInt64) -> Void)?

  private let pins: [HartPins]
  private let clock: any TimeSource
  private let deadlines: DeadlineQueue
  private var timers: [DeadlineQueue.Handle] = []
  private var softwareInterrupts: [Bool]
  private var compares: [UInt64]

  /// - Parameter harts: the pins of harts 0, 1, …; the CLINT drives their software and timer inputs.
  public init(name: String = "clint", harts: [HartPins], clock: any TimeSource, deadlines: DeadlineQueue) {
    self.name = name
    self.pins = harts
    self.clock = clock
    self.deadlines = deadlines
    softwareInterrupts = Array(repeating: false, count: harts.count)
    compares = Array(repeating: .max, count: harts.count)
    timers = harts.indices.map { hart in
      deadlines.register { [weak self] _ in self?.updateTimer(of: hart) }
    }
  }

  /// `mtime` now.
  public var time: UInt64 { clock.now &+ timeOffset }

  /// `mtimecmp` of a hart; the largest value, as after reset, for a hart that does not exist.
  public func timeCompare(of hart: UInt32) -> UInt64 { Int(hart) < compares.count ? compares[Int(hart)] : .max }

  // MARK: - Registers

  private enum Register {
    case softwareInterrupt(hart: Int)
    case timeCompare(hart: Int, high: Bool)
    case time(high: Bool)
  }

  private func register(at offset: UInt32) -> Register? {
    let isHigh = offset & 4 != 0
    switch offset {
    case CLINTRegisters.time, CLINTRegisters.time + 4:
      return .time(high: isHigh)
    case CLINTRegisters.timeCompare..<CLINTRegisters.time:
      let hart = Int((offset - CLINTRegisters.timeCompare) / 8)
      return hart < pins.count ? .timeCompare(hart: hart, high: isHigh) : nil
    case CLINTRegisters.softwareInterrupt..<CLINTRegisters.timeCompare:
      let hart = Int((offset - CLINTRegisters.softwareInterrupt) / 4)
      return hart < pins.count ? .softwareInterrupt(hart: hart) : nil
    default:
      return nil
    }
  }

  public func read(at offset: UInt32, width: AccessWidth) throws(AccessFault) -> UInt32 {
    try requireAlignedWord(at: offset, width: width)
    switch register(at: offset) {
    case .softwareInterrupt(let hart): return softwareInterrupts[hart] ? 1 : 0
    case .timeCompare(let hart, let high): return compares[hart].word(high: high)
    case .time(let high): return time.word(high: high)
    case nil: return 0
    }
  }

  public func write(_ value: UInt32, at offset: UInt32, width: AccessWidth) throws(AccessFault) {
    try requireAlignedWord(at: offset, width: width)
    switch register(at: offset) {
    case .softwareInterrupt(let hart):
      softwareInterrupts[hart] = value & 1 != 0
      pins[hart].set(.machineSoftware, to: softwareInterrupts[hart])
    case .timeCompare(let hart, let high):
      compares[hart] = compares[hart].replacingWord(high: high, with: value)
      updateTimer(of: hart)
    case .time(let high):
      let now = clock.now
      shiftTime(by: (now &+ timeOffset).replacingWord(high: high, with: value) &- now)
    case nil: break
    }
  }

  // MARK: - Timers

  private func shiftTime(by offset: UInt64) {
    guard offset != timeOffset else { return }
    timeOffset = offset
    for hart in pins.indices { updateTimer(of: hart) }
    onTimeOffsetChange?(offset)
  }

  /// Drives the timer input of `hart` and asks to be called when it has to change: it rises when `mtime` reaches
  /// `mtimecmp` and falls when `mtime` starts again from 0.
  private func updateTimer(of hart: Int) {
    let now = clock.now
    let time = now &+ timeOffset
    let isDue = time >= compares[hart]
    pins[hart].set(.machineTimer, to: isDue)
    let wait = (isDue ? 0 : compares[hart]) &- time
    let (deadline, isBeyondTime) = now.addingReportingOverflow(wait)
    deadlines.schedule(timers[hart], at: wait == 0 || isBeyondTime ? .max : deadline)
  }

  // MARK: - Life cycle

  /// Software interrupts 0, `mtime` equal to the machine's time, and no timer due: the specification leaves `mtimecmp`
  /// open at reset, and the largest value keeps a guest that never wrote it free of interrupts.
  public func reset() {
    for hart in pins.indices {
      softwareInterrupts[hart] = false
      compares[hart] = .max
      pins[hart].set(.machineSoftware, to: false)
    }
    timeOffset = 0
    onTimeOffsetChange?(0)
    for hart in pins.indices { updateTimer(of: hart) }
  }

  public func describe(in node: inout DeviceNode) {
    node.set("compatible", ["sifive,clint0", "riscv,clint0"])
  }

  public func save(to encoder: inout StateEncoder) {
    encoder.section(name, version: 1)
    encoder.encode(timeOffset)
    encoder.encode(softwareInterrupts.map { $0 ? UInt8(1) : 0 })
    encoder.encode(compares)
  }

  public func restore(from decoder: inout StateDecoder) throws(StateError) {
    try decoder.section(name, newest: 1)
    let offset = try decoder.decode(UInt64.self)
    let software = try decoder.decodeArray(of: UInt8.self, count: pins.count)
    guard software.allSatisfy({ $0 <= 1 }) else { throw decoder.invalid("msip") }
    compares = try decoder.decodeArray(of: UInt64.self, count: pins.count)
    softwareInterrupts = software.map { $0 == 1 }
    timeOffset = offset
    onTimeOffsetChange?(offset)
    for hart in pins.indices {
      pins[hart].set(.machineSoftware, to: softwareInterrupts[hart])
      updateTimer(of: hart)
    }
  }
}
