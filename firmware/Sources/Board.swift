// The devices that the firmware drives, by the registers it needs of them.

import _Volatile

/// CLINT: a software interrupt and a timer for every hart.
enum CoreLocalInterruptor {
  static func setSoftwareInterrupt(of hart: UInt32, _ pending: Bool) {
    register(CLINTRegisters.softwareInterrupt(hart: hart)).store(pending ? 1 : 0)
  }

  /// The high half goes through its maximum first, so that no half-written value fires early.
  static func setTimer(of hart: UInt32, to deadline: UInt64) {
    let offset = CLINTRegisters.timeCompare(hart: hart)
    register(offset &+ 4).store(.max)
    register(offset).store(UInt32(truncatingIfNeeded: deadline))
    register(offset &+ 4).store(UInt32(truncatingIfNeeded: deadline >> 32))
  }

  static var timeLow: UInt32 { register(CLINTRegisters.time).load() }
  static var timeHigh: UInt32 { register(CLINTRegisters.time &+ 4).load() }

  private static func register(_ offset: UInt32) -> VolatileMappedRegister<UInt32> {
    VolatileMappedRegister(unsafeBitPattern: UInt(MemoryMap.clint.base &+ offset))
  }
}

/// NS16550A, used as it stands: polled, with whatever line settings it has.
enum SerialPort {
  static var hasInput: Bool { lineStatus.contains(.dataReady) }
  static var hasRoom: Bool { lineStatus.contains(.transmitterHoldingEmpty) }
  static func read() -> UInt8 { register(UARTRegisters.data).load() }
  static func write(_ byte: UInt8) { register(UARTRegisters.data).store(byte) }

  private static var lineStatus: UARTRegisters.LineStatus {
    UARTRegisters.LineStatus(rawValue: register(UARTRegisters.lineStatus).load())
  }
  private static func register(_ offset: UInt32) -> VolatileMappedRegister<UInt8> {
    VolatileMappedRegister(unsafeBitPattern: UInt(MemoryMap.uart.base &+ offset))
  }
}

/// The test device, which ends or resets the machine.
enum TestDevice {
  enum Command {
    case pass
    case fail(UInt32)
    case reset
  }

  static func end(_ command: Command) -> Never {
    let word: UInt32
    switch command {
    case .pass: word = TestDeviceRegisters.pass
    case .fail(let code): word = code << 16 | TestDeviceRegisters.fail
    case .reset: word = TestDeviceRegisters.reset
    }
    VolatileMappedRegister<UInt32>(unsafeBitPattern: UInt(MemoryMap.testDevice.base)).store(word)
    while true { wait_for_interrupt() }
  }
}
