import RegisterMaps
import SystemBus

/// Everything a UART remembers; the initial value is the state after a master reset.
struct UARTState {
  typealias Registers = UARTRegisters

  var received = ByteFIFO()
  var interruptEnable: Registers.InterruptEnable = []
  var fifoControl: Registers.FIFOControl = []
  var lineControl: Registers.LineControl = []
  private(set) var modemControl: Registers.ModemControl = []
  /// Outside loopback the other end is always there and ready.
  var modemStatus = Self.outsideModemStatus
  var scratch: UInt8 = 0
  /// 19,200 baud.
  var divisor: UInt16 = 12
  var hasOverrun = false
  /// The transmitter became empty and neither a read of the interrupt identification nor a byte to send has said so.
  var isTransmitterInterruptPending = false
  var isTimeoutPending = false
  /// When bytes below the trigger level interrupt; `Ticks.max` when there are none or they already do.
  var timeoutDeadline = Ticks.max

  private static var outsideModemStatus: Registers.ModemStatus { [.clearToSend, .dataSetReady, .carrierDetect] }

  var isFIFOEnabled: Bool { fifoControl.contains(.enable) }
  /// Bytes the receiver holds.
  var capacity: Int { isFIFOEnabled ? ByteFIFO.depth : 1 }

  var lineStatus: Registers.LineStatus {
    var status: Registers.LineStatus = [.transmitterHoldingEmpty, .transmitterEmpty]
    if received.count > 0 { status.insert(.dataReady) }
    if hasOverrun { status.insert(.overrun) }
    return status
  }

  /// The enabled source of highest priority (data sheet, table "Interrupt Control Functions").
  var interruptID: Registers.InterruptID {
    let trigger = isFIFOEnabled ? fifoControl.trigger : 1
    if interruptEnable.contains(.lineStatus), hasOverrun { return .lineStatus }
    if interruptEnable.contains(.receivedData), received.count >= trigger { return .receivedData }
    if interruptEnable.contains(.receivedData), isTimeoutPending { return .characterTimeout }
    if interruptEnable.contains(.transmitterEmpty), isTransmitterInterruptPending { return .transmitterEmpty }
    if interruptEnable.contains(.modemStatus), !modemStatus.isDisjoint(with: .deltas) { return .modemStatus }
    return .none
  }

  /// How long one character takes on the line. A divisor of 0 would stop the chip; it counts as 1.
  var characterTicks: Ticks {
    let clocks = 16 * UInt64(max(divisor, 1)) * UInt64(lineControl.bitsPerCharacter)
    return (clocks * ticksPerSecond).dividedRoundingUp(by: UInt64(Registers.clockFrequency))
  }

  /// A byte that the transmitter sent in loopback mode arrives. With no room a FIFO loses the new byte, the single
  /// receive buffer the old one.
  mutating func loopBack(_ byte: UInt8) {
    if received.count >= capacity {
      hasOverrun = true
      guard !isFIFOEnabled else { return }
      received.removeAll()
    }
    received.push(byte)
  }

  /// Sets the modem control outputs; in loopback mode they are the modem status inputs.
  mutating func setModemControl(_ new: Registers.ModemControl) {
    modemControl = new
    var inputs = Self.outsideModemStatus
    if new.contains(.loopback) {
      inputs = []
      if new.contains(.requestToSend) { inputs.insert(.clearToSend) }
      if new.contains(.dataTerminalReady) { inputs.insert(.dataSetReady) }
      if new.contains(.out1) { inputs.insert(.ring) }
      if new.contains(.out2) { inputs.insert(.carrierDetect) }
    }
    let old = modemStatus.subtracting(.deltas)
    let changed = inputs.symmetricDifference(old)
    var deltas = modemStatus.intersection(.deltas)
    if changed.contains(.clearToSend) { deltas.insert(.deltaClearToSend) }
    if changed.contains(.dataSetReady) { deltas.insert(.deltaDataSetReady) }
    if changed.contains(.ring), old.contains(.ring) { deltas.insert(.trailingEdgeRing) }
    if changed.contains(.carrierDetect) { deltas.insert(.deltaCarrierDetect) }
    modemStatus = inputs.union(deltas)
  }
}

extension UARTState {
  func save(to encoder: inout StateEncoder) {
    encoder.encode(received.bytes)
    for register in [
      interruptEnable.rawValue, fifoControl.rawValue, lineControl.rawValue, modemControl.rawValue, modemStatus.rawValue,
      scratch,
    ] {
      encoder.encode(register)
    }
    encoder.encode(divisor)
    encoder.encode(hasOverrun)
    encoder.encode(isTransmitterInterruptPending)
    encoder.encode(isTimeoutPending)
    encoder.encode(timeoutDeadline)
  }

  init(from decoder: inout StateDecoder) throws(StateError) {
    let bytes = try decoder.decodeBytes()
    interruptEnable = .init(rawValue: try decoder.decode(UInt8.self)).intersection(.all)
    fifoControl = .init(rawValue: try decoder.decode(UInt8.self)).subtracting([.resetReceiver, .resetTransmitter])
    lineControl = .init(rawValue: try decoder.decode(UInt8.self))
    modemControl = .init(rawValue: try decoder.decode(UInt8.self)).intersection(.all)
    modemStatus = .init(rawValue: try decoder.decode(UInt8.self))
    scratch = try decoder.decode(UInt8.self)
    divisor = try decoder.decode(UInt16.self)
    hasOverrun = try decoder.decode(Bool.self)
    isTransmitterInterruptPending = try decoder.decode(Bool.self)
    isTimeoutPending = try decoder.decode(Bool.self)
    timeoutDeadline = try decoder.decode(Ticks.self)
    guard bytes.count <= capacity else { throw decoder.invalid("received") }
    for byte in bytes { received.push(byte) }
  }
}

extension UInt64 {
  fileprivate func dividedRoundingUp(by divisor: UInt64) -> UInt64 { (self + divisor - 1) / divisor }
}
