// The UART. Output waits for room; input comes by interrupt, through the PLIC, into a ring that `read` empties.

import _Volatile

enum Console {
  nonisolated(unsafe) private static var ring = InlineArray<64, UInt8>(repeating: 0)
  nonisolated(unsafe) private static var head: UInt32 = 0
  nonisolated(unsafe) private static var tail: UInt32 = 0
  /// The hart's S-mode context of the PLIC.
  nonisolated(unsafe) private static var context: UInt32 = 0

  static func start(hart: UInt32) {
    context = PLICRegisters.supervisorContext(hart: hart)
    let source = MemoryMap.uartInterrupt
    plic(PLICRegisters.priority(source: source)).store(1)
    plic(PLICRegisters.enable(context: context, source: source)).store(1 << (source % 32))
    plic(PLICRegisters.threshold(context: context)).store(0)
    uart(UARTRegisters.fifoControl).store(UARTRegisters.FIFOControl.enable.rawValue)
    uart(UARTRegisters.interruptEnable).store(UARTRegisters.InterruptEnable.receivedData.rawValue)
  }

  static func write(_ byte: UInt8) {
    while !lineStatus.contains(.transmitterHoldingEmpty) {}
    uart(UARTRegisters.data).store(byte)
  }

  /// A byte of input, if there is one.
  static func read() -> UInt8? {
    guard tail != head else { return nil }
    let byte = ring[Int(tail % 64)]
    tail &+= 1
    return byte
  }

  static var hasInput: Bool { tail != head }

  /// Takes everything that the UART has; what does not fit into the ring is lost.
  static func handleInterrupt() {
    let claim = plic(PLICRegisters.claim(context: context))
    let source = claim.load()
    while lineStatus.contains(.dataReady) {
      let byte = uart(UARTRegisters.data).load()
      guard head &- tail < 64 else { continue }
      ring[Int(head % 64)] = byte
      head &+= 1
    }
    if source != 0 { claim.store(source) }
  }

  private static var lineStatus: UARTRegisters.LineStatus {
    UARTRegisters.LineStatus(rawValue: uart(UARTRegisters.lineStatus).load())
  }

  private static func uart(_ offset: UInt32) -> VolatileMappedRegister<UInt8> {
    VolatileMappedRegister(unsafeBitPattern: UInt(MemoryMap.uart.base + offset))
  }

  private static func plic(_ offset: UInt32) -> VolatileMappedRegister<UInt32> {
    VolatileMappedRegister(unsafeBitPattern: UInt(MemoryMap.plic.base + offset))
  }
}

func put(_ text: StaticString) {
  for index in 0..<text.utf8CodeUnitCount { Console.write(text.utf8Start[index]) }
}

func put(hexadecimal number: UInt32) {
  for shift in stride(from: UInt32(28), through: 0, by: -4) {
    let digit = UInt8(truncatingIfNeeded: number >> shift) & 15
    Console.write(digit < 10 ? 0x30 + digit : 0x57 + digit)
  }
}
