import ISA
import Peripherals
import RegisterMaps
import SystemBus
import Testing

/// A UART with names for its registers.
struct UARTRig {
  typealias Registers = UARTRegisters
  let rig = Rig()
  let sink = RecordingSink()
  let line = InterruptLine { _ in }
  let uart: UART

  init() { uart = UART(sink: sink, line: line, clock: rig.clock, deadlines: rig.deadlines) }

  var lineStatus: Registers.LineStatus { get throws { .init(rawValue: try uart.byte(Registers.lineStatus)) } }
  var modemStatus: Registers.ModemStatus { get throws { .init(rawValue: try uart.byte(Registers.modemStatus)) } }
  /// Reads the interrupt identification, without the bits that tell of the FIFOs.
  var interrupt: Registers.InterruptID? {
    get throws { .init(rawValue: try uart.byte(Registers.interruptID) & 0x0F) }
  }

  func enable(_ sources: Registers.InterruptEnable) throws {
    try uart.store(byte: sources.rawValue, at: Registers.interruptEnable)
  }
  func setFIFO(_ control: UInt8) throws { try uart.store(byte: control, at: Registers.fifoControl) }
  func setModem(_ control: Registers.ModemControl) throws {
    try uart.store(byte: control.rawValue, at: Registers.modemControl)
  }
  func setLine(_ control: UInt8) throws { try uart.store(byte: control, at: Registers.lineControl) }
  func send(_ byte: UInt8) throws { try uart.store(byte: byte, at: Registers.data) }
  func receive() throws -> UInt8 { try uart.byte(Registers.data) }
}

@Suite struct UARTRegisterTests {
  typealias Registers = UARTRegisters
  let rig = UARTRig()
  var uart: UART { rig.uart }

  @Test func registersHaveTheirResetValues() throws {
    let values = try (0..<8).map { try uart.byte($0) }
    #expect(values == [0, 0, 0x01, 0, 0, 0x60, 0xB0, 0])
  }

  @Test func textGoesToTheSink() throws {
    for byte in "Hello\n".utf8 { try rig.send(byte) }
    #expect(rig.sink.text == "Hello\n")
    #expect(try rig.lineStatus == [.transmitterHoldingEmpty, .transmitterEmpty])
  }

  @Test func divisorLatchHidesTheDataRegisters() throws {
    try rig.enable(.receivedData)
    try rig.setLine(0x83)
    #expect(try uart.byte(0) == 12)
    try uart.store(byte: 0x34, at: 0)
    try uart.store(byte: 0x12, at: 1)
    #expect(try uart.byte(0) == 0x34)
    #expect(try uart.byte(1) == 0x12)
    try rig.setLine(0x03)
    #expect(try uart.byte(1) == Registers.InterruptEnable.receivedData.rawValue)
    #expect(rig.sink.bytes.isEmpty)
  }

  @Test func unusedBitsReadZero() throws {
    try uart.store(byte: 0xFF, at: Registers.interruptEnable)
    try uart.store(byte: 0xEF, at: Registers.modemControl)
    try uart.store(byte: 0xA5, at: Registers.scratch)
    #expect(try uart.byte(Registers.interruptEnable) == 0x0F)
    #expect(try uart.byte(Registers.modemControl) == 0x0F)
    #expect(try uart.byte(Registers.scratch) == 0xA5)
  }

  @Test func statusRegistersIgnoreWrites() throws {
    try uart.store(byte: 0xFF, at: Registers.lineStatus)
    try uart.store(byte: 0xFF, at: Registers.modemStatus)
    #expect(try uart.byte(Registers.lineStatus) == 0x60)
    #expect(try uart.byte(Registers.modemStatus) == 0xB0)
  }

  @Test func widerAccessesReachOneRegister() throws {
    try uart.write(0xFFFF_FF41, at: 0, width: .word)
    try uart.write(0xFF42, at: 0, width: .half)
    #expect(rig.sink.text == "AB")
    #expect(try uart.read(at: 4, width: .word) == 0)
    #expect(try uart.read(at: 6, width: .half) == 0xB0)
  }

  @Test func theRestOfTheWindowIsNotDecoded() {
    for offset in [8, 9, 0x80, 0xFF] as [UInt32] { #expect(uart.faults(at: offset, .byte)) }
    #expect(uart.faults(at: 1, .half))
    #expect(uart.faults(at: 2, .word))
    #expect(uart.faults(at: 0, .double))
  }

  @Test func loopbackConnectsModemOutputsToInputs() throws {
    let wires: [(Registers.ModemControl, Registers.ModemStatus)] = [
      (.requestToSend, .clearToSend), (.dataTerminalReady, .dataSetReady), (.out1, .ring), (.out2, .carrierDetect),
    ]
    for (output, input) in wires {
      try rig.setModem([.loopback, output])
      #expect(try rig.modemStatus.subtracting(.deltas) == input)
    }
    try rig.setModem([])
    #expect(try rig.modemStatus.subtracting(.deltas) == [.clearToSend, .dataSetReady, .carrierDetect])
  }

  @Test func modemChangesAreTakenBackByReadingThem() throws {
    try rig.enable(.modemStatus)
    try rig.setModem([.loopback, .requestToSend, .dataTerminalReady, .out1, .out2])
    #expect(try rig.interrupt == Registers.InterruptID.none)
    try rig.setModem([.loopback])
    #expect(rig.line.level)
    #expect(try rig.interrupt == .modemStatus)
    #expect(try rig.modemStatus == .deltas)
    #expect(!rig.line.level)
    #expect(try rig.modemStatus == [])
  }
}

@Suite struct UARTReceiverTests {
  typealias Registers = UARTRegisters
  let rig = UARTRig()
  var uart: UART { rig.uart }

  @Test func withoutFIFOOneByteFits() throws {
    #expect(uart.receiveSpace == 1)
    #expect(uart.receive([0x61, 0x62]) == 1)
    #expect(uart.receiveSpace == 0)
    #expect(uart.receive([0x62]) == 0)
    #expect(try rig.lineStatus.contains(.dataReady))
    #expect(try rig.receive() == 0x61)
    #expect(try !rig.lineStatus.contains(.dataReady))
    #expect(try rig.receive() == 0)
  }

  @Test func inputIsNeverLost() throws {
    try rig.setFIFO(0x01)
    let input = Array("The quick brown fox jumps over the lazy dog".utf8)
    var rest = input[...]
    uart.onReceiveSpace = { [unowned uart] in rest = rest.dropFirst(uart.receive(rest)) }
    rest = rest.dropFirst(uart.receive(rest))
    #expect(input.count - rest.count == 16)
    var output: [UInt8] = []
    while try rig.lineStatus.contains(.dataReady) { output.append(try rig.receive()) }
    #expect(output == input)
    #expect(rest.isEmpty)
    #expect(try !rig.lineStatus.contains(.overrun))
  }

  @Test(arguments: [(0x01, 1), (0x41, 4), (0x81, 8), (0xC1, 14)] as [(UInt8, Int)])
  func receivedDataInterruptsAtTheTrigger(control: UInt8, trigger: Int) throws {
    try rig.setFIFO(control)
    try rig.enable(.receivedData)
    for count in 1...16 {
      #expect(uart.receive([UInt8(count)]) == 1)
      #expect(rig.line.level == (count >= trigger))
    }
    #expect(try rig.interrupt == .receivedData)
    for left in (0..<16).reversed() {
      _ = try rig.receive()
      #expect(rig.line.level == (left >= trigger))
    }
  }

  /// 115,200 baud, 8N1: 40 bits take 347.2 µs.
  @Test func bytesBelowTheTriggerTimeOut() throws {
    try rig.setLine(0x83)
    try uart.store(byte: 2, at: Registers.data)
    try rig.setLine(0x03)
    try rig.setFIFO(0x81)
    try rig.enable(.receivedData)
    #expect(uart.receive([1, 2, 3]) == 3)
    rig.rig.advance(by: 3000)
    #expect(!rig.line.level)
    #expect(uart.receive([4]) == 1)
    rig.rig.advance(by: 3000)
    #expect(!rig.line.level, "a byte that arrives starts the time anew")
    rig.rig.advance(by: 476)
    #expect(rig.line.level)
    #expect(try uart.byte(Registers.interruptID) == 0xCC)
    #expect(uart.receive([5]) == 1)
    #expect(rig.line.level, "a byte that arrives does not take the interrupt back")
    #expect(try rig.receive() == 1)
    #expect(!rig.line.level, "a byte that is read takes the interrupt back")
    rig.rig.advance(by: 3476)
    #expect(try rig.interrupt == .characterTimeout)
    for _ in 0..<4 { _ = try rig.receive() }
    #expect(!rig.line.level)
    #expect(rig.rig.deadlines.next == .max)
  }

  @Test(arguments: [0, 1, 0xFFFF] as [UInt16])
  func theTimeoutComesWithAnyDivisor(divisor: UInt16) throws {
    try rig.setLine(0x9F)
    try uart.store(byte: UInt8(divisor & 0xFF), at: 0)
    try uart.store(byte: UInt8(divisor >> 8), at: 1)
    try rig.setLine(0x1F)
    try rig.setFIFO(0xC1)
    try rig.enable(.receivedData)
    #expect(uart.receive([1]) == 1)
    #expect(rig.rig.deadlines.next > 0)
    rig.rig.advance(by: rig.rig.deadlines.next)
    #expect(rig.line.level)
  }

  @Test func fifoControlClearsTheReceiver() throws {
    try rig.setFIFO(0x01)
    for control in [0x03, 0x00, 0x01] as [UInt8] {
      _ = uart.receive([1, 2, 3])
      #expect(try rig.lineStatus.contains(.dataReady))
      var spaces = 0
      uart.onReceiveSpace = { spaces += 1 }
      try rig.setFIFO(control)
      #expect(try !rig.lineStatus.contains(.dataReady))
      #expect(spaces == 1)
      uart.onReceiveSpace = nil
    }
    _ = uart.receive([1, 2, 3])
    try rig.setFIFO(0x05)
    try rig.setFIFO(0x01)
    #expect(try rig.receive() == 1, "resetting the transmitter leaves the receiver alone")
  }

  @Test func fifoControlCountsOnlyWithItsEnableBit() throws {
    #expect(uart.receive([7]) == 1)
    try rig.setFIFO(0xC6)
    #expect(try uart.byte(Registers.interruptID) == 0x01)
    #expect(try rig.receive() == 7)
    try rig.setFIFO(0x01)
    #expect(try uart.byte(Registers.interruptID) == 0xC1)
  }

  @Test func loopbackCutsOffTheOutside() throws {
    try rig.setFIFO(0x01)
    try rig.setModem(.loopback)
    #expect(uart.receiveSpace == 0)
    #expect(uart.receive([1]) == 0)
    try rig.send(0x55)
    #expect(rig.sink.bytes.isEmpty)
    var spaces: [Int] = []
    uart.onReceiveSpace = { [unowned uart] in spaces.append(uart.receiveSpace) }
    try rig.setModem([])
    #expect(spaces == [15])
    #expect(try rig.receive() == 0x55)
  }

  @Test func overrunKeepsAFullFIFO() throws {
    try rig.setFIFO(0xC1)
    try rig.enable([.lineStatus, .receivedData])
    try rig.setModem(.loopback)
    for byte in 0..<17 { try rig.send(UInt8(byte)) }
    #expect(try rig.interrupt == .lineStatus)
    #expect(try rig.lineStatus.isSuperset(of: [.overrun, .dataReady]))
    #expect(try !rig.lineStatus.contains(.overrun))
    #expect(try rig.interrupt == .receivedData)
    #expect(try (0..<16).map { _ in try rig.receive() } == Array(0..<16))
    #expect(try !rig.lineStatus.contains(.dataReady))
  }

  @Test func overrunReplacesASingleByte() throws {
    try rig.setModem(.loopback)
    try rig.send(1)
    try rig.send(2)
    #expect(try rig.lineStatus.isSuperset(of: [.overrun, .dataReady]))
    #expect(try rig.receive() == 2)
    #expect(try !rig.lineStatus.contains(.dataReady))
  }
}

@Suite struct UARTInterruptTests {
  typealias Registers = UARTRegisters
  let rig = UARTRig()
  var uart: UART { rig.uart }

  @Test func enablingTheTransmitterInterruptRaisesIt() throws {
    for _ in 0..<2 {
      try rig.enable(.transmitterEmpty)
      #expect(rig.line.level)
      #expect(try rig.interrupt == .transmitterEmpty)
      #expect(!rig.line.level)
      #expect(try rig.interrupt == Registers.InterruptID.none)
      try rig.enable(.transmitterEmpty)
      #expect(!rig.line.level, "writing the same again is no edge")
      try rig.enable([])
    }
  }

  @Test func aByteSentRaisesTheTransmitterInterruptAgain() throws {
    try rig.enable(.transmitterEmpty)
    _ = try rig.interrupt
    try rig.send(0x2A)
    #expect(rig.line.level)
    #expect(try rig.interrupt == .transmitterEmpty)
    #expect(!rig.line.level)
  }

  @Test(arguments: [[0x01], [0x01, 0x05], [0x01, 0x00]] as [[UInt8]])
  func clearingTheTransmitterRaisesItsInterrupt(controls: [UInt8]) throws {
    try rig.enable(.transmitterEmpty)
    for control in controls {
      _ = try rig.interrupt
      #expect(!rig.line.level)
      try rig.setFIFO(control)
    }
    #expect(try rig.interrupt == .transmitterEmpty)
  }

  @Test func onlyTheReportedSourceIsTakenBack() throws {
    try rig.enable([.transmitterEmpty, .receivedData])
    _ = uart.receive([1])
    #expect(try rig.interrupt == .receivedData)
    #expect(try rig.interrupt == .receivedData)
    _ = try rig.receive()
    #expect(try rig.interrupt == .transmitterEmpty)
    #expect(!rig.line.level)
  }

  @Test func sourcesAreReportedByPriority() throws {
    try rig.setFIFO(0x41)
    try rig.setModem([.loopback, .requestToSend])
    for byte in 0..<17 { try rig.send(UInt8(byte)) }
    try rig.enable(.all)
    #expect(try rig.interrupt == .lineStatus)
    _ = try rig.lineStatus
    #expect(try rig.interrupt == .receivedData)
    for _ in 0..<13 { _ = try rig.receive() }
    rig.rig.advance(by: 1_000_000)
    #expect(try rig.interrupt == .characterTimeout)
    for _ in 0..<3 { _ = try rig.receive() }
    #expect(try rig.interrupt == .transmitterEmpty)
    #expect(try rig.interrupt == .modemStatus)
    _ = try rig.modemStatus
    #expect(try rig.interrupt == Registers.InterruptID.none)
    #expect(!rig.line.level)
  }

  @Test func disabledSourcesKeepQuiet() throws {
    _ = uart.receive([1])
    try rig.setModem(.loopback)
    try rig.send(2)
    #expect(!rig.line.level)
    #expect(try rig.interrupt == Registers.InterruptID.none)
  }
}
