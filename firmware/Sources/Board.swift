// The devices that the firmware drives, by the registers it needs of them.

import _Volatile

/// CLINT: a software interrupt and a timer for every hart.
enum CoreLocalInterruptor {
  static func setSoftwareInterrupt(of hart: UInt32, _ pending: Bool) {
    register(MemoryMap.clint.base &+ hart &* 4).store(pending ? 1 : 0)
  }

  /// The high half goes through its maximum first, so that no half-written value fires early.
  static func setTimer(of hart: UInt32, to deadline: UInt64) {
    let address = MemoryMap.clint.base &+ 0x4000 &+ hart &* 8
    register(address &+ 4).store(.max)
    register(address).store(UInt32(truncatingIfNeeded: deadline))
    register(address &+ 4).store(UInt32(truncatingIfNeeded: deadline >> 32))
  }

  static var timeLow: UInt32 { register(MemoryMap.clint.base &+ 0xBFF8).load() }
  static var timeHigh: UInt32 { register(MemoryMap.clint.base &+ 0xBFFC).load() }

  private static func register(_ address: UInt32) -> VolatileMappedRegister<UInt32> {
    VolatileMappedRegister(unsafeBitPattern: UInt(address))
  }
}

/// NS16550A, used as it stands: polled, with whatever line settings it has.
enum SerialPort {
  static var hasInput: Bool { lineStatus & 0x01 != 0 }
  static var hasRoom: Bool { lineStatus & 0x20 != 0 }
  static func read() -> UInt8 { register(0).load() }
  static func write(_ byte: UInt8) { register(0).store(byte) }

  private static var lineStatus: UInt8 { register(5).load() }
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
    case .pass: word = 0x5555
    case .fail(let code): word = code << 16 | 0x3333
    case .reset: word = 0x7777
    }
    VolatileMappedRegister<UInt32>(unsafeBitPattern: UInt(MemoryMap.testDevice.base)).store(word)
    while true { wait_for_interrupt() }
  }
}
