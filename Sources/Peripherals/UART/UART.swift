import DeviceTree
import ISA
import RegisterMaps
import SystemBus

/// Where the bytes go that a guest sends to its console.
public protocol ConsoleSink: AnyObject {
  func write(_ byte: UInt8)
}

/// A 16550A UART (National Semiconductor PC16550D data sheet) whose transmitter takes no time.
///
/// Input never gets lost: `receive` takes no more than there is room for, and `onReceiveSpace` tells when there is room
/// again. As in QEMU an aligned access of any width reaches the one byte register at its offset.
public final class UART: Device {
  typealias Registers = UARTRegisters

  public let name: String
  public let windowSize: UInt32 = MemoryMap.uart.size
  /// Told whenever the guest made room for input. It may call `receive`.
  public var onReceiveSpace: (() -> Void)?

  /// Told of every byte in and out, where the board wants to know.
  public var traceHash: TraceHash?

  let line: InterruptLine
  let clock: any TimeSource
  let deadlines: DeadlineQueue
  private let sink: any ConsoleSink
  private var timer: DeadlineQueue.Handle?
  var state = UARTState()

  public init(
    name: String = "uart0", sink: any ConsoleSink, line: InterruptLine, clock: any TimeSource, deadlines: DeadlineQueue
  ) {
    self.name = name
    self.sink = sink
    self.line = line
    self.clock = clock
    self.deadlines = deadlines
    timer = deadlines.register { [weak self] now in self?.characterTimeout(now) }
  }

  // MARK: - Host side

  /// How many bytes `receive` takes now: none in loopback mode, where the input is cut off.
  public var receiveSpace: Int {
    state.modemControl.contains(.loopback) ? 0 : state.capacity - state.received.count
  }

  /// Puts bytes that arrive from outside into the receiver.
  /// - Returns: how many it took, from the first on; offer the rest again at `onReceiveSpace`.
  public func receive(_ bytes: some Collection<UInt8>) -> Int {
    let accepted = bytes.prefix(receiveSpace)
    guard !accepted.isEmpty else { return 0 }
    for byte in accepted {
      state.received.push(byte)
      traceHash?.input(byte, at: clock.now)
    }
    bytesArrived()
    updateLine()
    return accepted.count
  }

  /// How many bytes lie in the receiver, which the guest has not read.
  public var receivedCount: Int { state.received.count }

  /// Whether the guest has asked for an interrupt when bytes arrive.
  public var interruptsOnInput: Bool { state.interruptEnable.contains(.receivedData) }

  // MARK: - Registers

  public func read(at offset: UInt32, width: AccessWidth) throws(AccessFault) -> UInt32 {
    try requireDecoded(offset, width)
    return UInt32(readRegister(offset))
  }

  public func write(_ value: UInt32, at offset: UInt32, width: AccessWidth) throws(AccessFault) {
    try requireDecoded(offset, width)
    writeRegister(offset, UInt8(truncatingIfNeeded: value))
  }

  private func requireDecoded(_ offset: UInt32, _ width: AccessWidth) throws(AccessFault) {
    guard offset < Registers.count, width != .double, offset & (width.bytes - 1) == 0 else { throw AccessFault() }
  }

  private var isDivisorLatchOpen: Bool { state.lineControl.contains(.divisorLatch) }

  private func readRegister(_ offset: UInt32) -> UInt8 {
    switch offset {
    case Registers.data:
      return isDivisorLatchOpen ? UInt8(truncatingIfNeeded: state.divisor) : readData()
    case Registers.interruptEnable:
      return isDivisorLatchOpen ? UInt8(truncatingIfNeeded: state.divisor >> 8) : state.interruptEnable.rawValue
    case Registers.interruptID:
      return readInterruptID()
    case Registers.lineControl:
      return state.lineControl.rawValue
    case Registers.modemControl:
      return state.modemControl.rawValue
    case Registers.lineStatus:
      let status = state.lineStatus
      state.hasOverrun = false
      updateLine()
      return status.rawValue
    case Registers.modemStatus:
      let status = state.modemStatus
      state.modemStatus.subtract(.deltas)
      updateLine()
      return status.rawValue
    default:
      return state.scratch
    }
  }

  private func writeRegister(_ offset: UInt32, _ value: UInt8) {
    switch offset {
    case Registers.data where isDivisorLatchOpen:
      state.divisor = state.divisor & 0xFF00 | UInt16(value)
    case Registers.data:
      transmit(value)
    case Registers.interruptEnable where isDivisorLatchOpen:
      state.divisor = state.divisor & 0x00FF | UInt16(value) << 8
    case Registers.interruptEnable:
      writeInterruptEnable(Registers.InterruptEnable(rawValue: value).intersection(.all))
    case Registers.fifoControl:
      writeFIFOControl(Registers.FIFOControl(rawValue: value))
    case Registers.lineControl:
      state.lineControl = Registers.LineControl(rawValue: value)
    case Registers.modemControl:
      writeModemControl(Registers.ModemControl(rawValue: value).intersection(.all))
    case Registers.scratch:
      state.scratch = value
    default:  // The status registers are read-only.
      break
    }
  }

  private func readInterruptID() -> UInt8 {
    let id = state.interruptID
    if id == .transmitterEmpty {
      state.isTransmitterInterruptPending = false
      updateLine()
    }
    return id.rawValue | (state.isFIFOEnabled ? Registers.fifosEnabled : 0)
  }

  private func writeInterruptEnable(_ new: Registers.InterruptEnable) {
    // Linux tests for chips that fail to interrupt when this bit is set while the transmitter is empty, as it always is.
    if new.contains(.transmitterEmpty) != state.interruptEnable.contains(.transmitterEmpty) {
      state.isTransmitterInterruptPending = new.contains(.transmitterEmpty)
    }
    state.interruptEnable = new
    updateLine()
  }

  private func writeFIFOControl(_ new: Registers.FIFOControl) {
    // The other bits count only together with the enable bit, and switching the FIFOs on or off clears both.
    let resets: Registers.FIFOControl = [.resetReceiver, .resetTransmitter]
    let isSwitched = new.contains(.enable) != state.isFIFOEnabled
    let effective = new.contains(.enable) ? new : []
    let cleared = isSwitched ? resets : effective.intersection(resets)
    state.fifoControl = effective.subtracting(resets)
    // As in QEMU, clearing the transmitter counts as its becoming empty.
    if cleared.contains(.resetTransmitter) { state.isTransmitterInterruptPending = true }
    if cleared.contains(.resetReceiver) {
      state.received.removeAll()
      restartTimeout()
    }
    updateLine()
    if cleared.contains(.resetReceiver) { announceSpace() }
  }

  private func writeModemControl(_ new: Registers.ModemControl) {
    let wasLoopback = state.modemControl.contains(.loopback)
    state.setModemControl(new)
    updateLine()
    if wasLoopback, !new.contains(.loopback) { announceSpace() }
  }

  // MARK: - Data

  /// Sends a byte. Word length is ignored: bare-metal guests send text without ever setting it.
  private func transmit(_ byte: UInt8) {
    state.isTransmitterInterruptPending = true
    if state.modemControl.contains(.loopback) {
      state.loopBack(byte)
      bytesArrived()
    } else {
      traceHash?.output(byte)
      sink.write(byte)
    }
    updateLine()
  }

  private func readData() -> UInt8 {
    guard let byte = state.received.pop() else { return 0 }
    restartTimeout()
    updateLine()
    announceSpace()
    return byte
  }

  private func announceSpace() {
    if receiveSpace > 0 { onReceiveSpace?() }
  }

  // MARK: - Interrupts

  private func updateLine() { line.set(state.interruptID != .none) }

  /// Arriving bytes put a timeout off, but one that has come stays until a byte is read.
  private func bytesArrived() {
    if !state.isTimeoutPending { restartTimeout() }
  }

  /// Starts anew the time after which bytes below the trigger level interrupt: four characters long.
  private func restartTimeout() {
    state.isTimeoutPending = false
    let isRunning = state.isFIFOEnabled && state.received.count > 0
    state.timeoutDeadline = isRunning ? clock.now &+ 4 &* state.characterTicks : .max
    scheduleTimeout()
  }

  private func scheduleTimeout() {
    if let timer { deadlines.schedule(timer, at: state.timeoutDeadline) }
  }

  private func characterTimeout(_ now: Ticks) {
    guard now >= state.timeoutDeadline else { return scheduleTimeout() }
    state.timeoutDeadline = .max
    state.isTimeoutPending = true
    updateLine()
  }

  // MARK: - Life cycle

  public func reset() {
    state = UARTState()
    scheduleTimeout()
    updateLine()
    announceSpace()
  }

  public func describe(in node: inout DeviceNode) {
    node.set("compatible", "ns16550a")
    node.set("clock-frequency", Registers.clockFrequency)
  }

  public func save(to encoder: inout StateEncoder) {
    encoder.section(name, version: 1)
    state.save(to: &encoder)
  }

  public func restore(from decoder: inout StateDecoder) throws(StateError) {
    try decoder.section(name, newest: 1)
    state = try UARTState(from: &decoder)
    scheduleTimeout()
    updateLine()
  }
}
