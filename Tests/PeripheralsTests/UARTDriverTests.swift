import Peripherals
import RegisterMaps
import Testing

/// What Linux's 8250 driver does with the chip to find out what it is, step by step (drivers/tty/serial/8250).
@Suite struct UARTDriverTests {
  typealias Registers = UARTRegisters
  let rig = UARTRig()
  var uart: UART { rig.uart }

  @Test func autoconfigurationFindsA16550A() throws {
    // Something answers: the interrupt enable register keeps its four bits.
    try rig.enable([])
    #expect(try uart.byte(Registers.interruptEnable) & 0x0F == 0)
    try rig.enable(.all)
    #expect(try uart.byte(Registers.interruptEnable) & 0x0F == 0x0F)
    try rig.enable([])

    // The loopback test.
    try rig.setModem([.loopback, .out2, .requestToSend])
    #expect(try uart.byte(Registers.modemStatus) & 0xF0 == 0x90)
    try rig.setModem([])

    // Which generation: FIFOs that work make a 16550A.
    try rig.setLine(0xBF)
    try rig.setFIFO(0)
    try rig.setLine(0)
    try rig.setFIFO(0x01)
    #expect(try uart.byte(Registers.interruptID) >> 6 == 3)

    // No 16650 (its feature register would read zero), no National Super I/O, no XScale.
    try rig.setLine(0x80)
    #expect(try uart.byte(2) != 0)
    try rig.setLine(0xBF)
    #expect(try uart.byte(2) != 0)
    try rig.setLine(0)
    let modem = try uart.byte(Registers.modemControl)
    try uart.store(byte: modem ^ 0x10, at: Registers.modemControl)
    try rig.setLine(0xE0)
    #expect(try uart.byte(2) & 0x10 == 0)
    try rig.setLine(0)
    try uart.store(byte: modem, at: Registers.modemControl)
    try uart.store(byte: 0x40, at: Registers.interruptEnable)
    #expect(try uart.byte(Registers.interruptEnable) & 0x40 == 0)
  }

  @Test func fifoIsSixteenDeep() throws {
    try rig.setLine(0)
    try rig.setFIFO(0x07)
    try rig.setModem(.loopback)
    try rig.setLine(0x80)
    try uart.store(byte: 1, at: 0)
    try uart.store(byte: 0, at: 1)
    try rig.setLine(0x03)
    for count in 0..<256 { try rig.send(UInt8(count)) }
    var depth = 0
    while try rig.lineStatus.contains(.dataReady), depth < 256 {
      #expect(try rig.receive() == UInt8(depth))
      depth += 1
    }
    #expect(depth == 16)
  }

  @Test func startUpFindsNoTransmitterBug() throws {
    // The test for chips that do not raise the interrupt again once it has been taken back.
    try rig.enable(.transmitterEmpty)
    #expect(try uart.byte(Registers.interruptID) & 1 == 0)
    try rig.enable([])
    try rig.enable(.transmitterEmpty)
    #expect(try uart.byte(Registers.interruptID) & 1 == 0)
    try rig.enable([])
    // The test for chips that raise it only after a byte was sent.
    try rig.enable(.transmitterEmpty)
    let (status, id) = (try rig.lineStatus, try uart.byte(Registers.interruptID))
    try rig.enable([])
    #expect(status.contains(.transmitterEmpty) && id & 1 == 0)
    #expect(!rig.line.level)
  }

  /// The interrupt handler's way through a long output: sixteen bytes for every interrupt.
  @Test func outputByInterruptSendsEverything() throws {
    var output = Array((0..<100).map { UInt8($0) })[...]
    let expected = Array(output)
    try rig.setFIFO(0x81)
    try rig.enable(.transmitterEmpty)
    var interrupts = 0
    while rig.line.level {
      interrupts += 1
      #expect(try rig.interrupt == .transmitterEmpty)
      for byte in output.prefix(16) { try rig.send(byte) }
      output = output.dropFirst(16)
      if output.isEmpty { try rig.enable([]) }
    }
    #expect(rig.sink.bytes == expected)
    #expect(interrupts == 7)
  }
}
