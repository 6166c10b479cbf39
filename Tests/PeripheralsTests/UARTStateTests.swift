import Peripherals
import RegisterMaps
import SystemBus
import Testing

@Suite struct UARTStateTests {
  let rig = UARTRig()
  var uart: UART { rig.uart }

  @Test func restoredUARTGoesOn() throws {
    try rig.setFIFO(0xC1)
    try rig.enable([.receivedData, .transmitterEmpty])
    _ = try rig.interrupt
    // Let the ring of the FIFO wrap around.
    _ = uart.receive(Array(repeating: 0, count: 12))
    for _ in 0..<12 { _ = try rig.receive() }
    _ = uart.receive([1, 2, 3, 4, 5, 6])
    let twin = UARTRig()
    try twin.uart.restore(uart.saved)
    #expect(twin.uart.saved == uart.saved)
    #expect(!twin.line.level)
    #expect(twin.rig.deadlines.next == rig.rig.deadlines.next)
    twin.rig.advance(by: twin.rig.deadlines.next)
    #expect(twin.line.level)
    #expect(try twin.interrupt == .characterTimeout)
    #expect(try (1...6).map { _ in try twin.receive() } == [1, 2, 3, 4, 5, 6])
  }

  @Test func aRaisedLineIsRestored() throws {
    try rig.enable(.transmitterEmpty)
    let twin = UARTRig()
    try twin.uart.restore(uart.saved)
    #expect(twin.line.level)
    #expect(try twin.interrupt == .transmitterEmpty)
  }

  @Test func resetRestoresPowerOnStateEveryTime() throws {
    let fresh = uart.saved
    for _ in 0..<3 {
      try rig.setFIFO(0x01)
      try rig.enable(.all)
      try rig.setModem([.loopback, .out1])
      try rig.send(9)
      try rig.setLine(0x80)
      try uart.store(byte: 3, at: 0)
      #expect(rig.line.level)
      uart.reset()
      #expect(uart.saved == fresh)
      #expect(!rig.line.level)
      #expect(rig.rig.deadlines.next == .max)
    }
  }

  @Test func moreBytesThanTheChipHoldsAreRefused() throws {
    var encoder = StateEncoder()
    encoder.section("uart0", version: 1)
    encoder.encode([UInt8](repeating: 1, count: 17))
    var decoder = StateDecoder(encoder.bytes + uart.saved.dropFirst(15))
    #expect(throws: StateError.invalidValue(section: "uart0", field: "received")) {
      try uart.restore(from: &decoder)
    }
  }
}
