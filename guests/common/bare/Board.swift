// The board as a bare guest sees it: console, clock, and the device that ends the machine.

import _Volatile

enum Console {
  static func print(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount { write(text.utf8Start[index]) }
  }

  static func write(_ byte: UInt8) {
    while lineStatus & UARTRegisters.LineStatus.transmitterHoldingEmpty.rawValue == 0 {}
    uart(UARTRegisters.data).store(byte)
  }

  /// In decimal.
  static func print(_ number: UInt32) {
    if number >= 10 { print(number / 10) }
    write(0x30 &+ UInt8(truncatingIfNeeded: number % 10))
  }

  /// As 0x and eight digits.
  static func print(hexadecimal number: UInt32) {
    print("0x")
    for shift in stride(from: UInt32(28), through: 0, by: -4) {
      let digit = UInt8(truncatingIfNeeded: number &>> shift) & 15
      write(digit < 10 ? 0x30 &+ digit : 0x57 &+ digit)
    }
  }

  static var hasInput: Bool { lineStatus & UARTRegisters.LineStatus.dataReady.rawValue != 0 }
  static func read() -> UInt8 { uart(UARTRegisters.data).load() }

  private static var lineStatus: UInt8 { uart(UARTRegisters.lineStatus).load() }

  private static func uart(_ offset: UInt32) -> VolatileMappedRegister<UInt8> {
    VolatileMappedRegister(unsafeBitPattern: UInt(MemoryMap.uart.base &+ offset))
  }
}

/// The machine timer of hart 0, in ticks of 100 ns.
enum Clock {
  static var ticksPerMillisecond: UInt64 { 10_000 }

  /// The 64-bit time, read in two halves: again if the low half wrapped between them.
  static var now: UInt64 {
    while true {
      let high = clint(CLINTRegisters.time &+ 4).load()
      let low = lowHalf
      if clint(CLINTRegisters.time &+ 4).load() == high { return UInt64(high) << 32 | UInt64(low) }
    }
  }

  /// The low half of the time, in one access.
  static var lowHalf: UInt32 { clint(CLINTRegisters.time).load() }

  /// The high half goes through its maximum first, so that no half-written deadline fires.
  static func setTimer(_ deadline: UInt64) {
    let compare = CLINTRegisters.timeCompare(hart: 0)
    clint(compare &+ 4).store(.max)
    clint(compare).store(UInt32(truncatingIfNeeded: deadline))
    clint(compare &+ 4).store(UInt32(truncatingIfNeeded: deadline >> 32))
  }

  private static func clint(_ offset: UInt32) -> VolatileMappedRegister<UInt32> {
    VolatileMappedRegister(unsafeBitPattern: UInt(MemoryMap.clint.base &+ offset))
  }
}

/// Ends the machine with failure and a code up to 65,535.
func fail(_ code: UInt32) -> Never {
  let device = VolatileMappedRegister<UInt32>(unsafeBitPattern: UInt(MemoryMap.testDevice.base))
  device.store(code << 16 | TestDeviceRegisters.fail)
  while true { wait_for_interrupt() }
}

/// `count` words of RAM from `offset` bytes behind its start on; guests keep their tables there.
func ram(_ offset: UInt32, count: Int) -> UnsafeMutableBufferPointer<UInt32> {
  // SAFETY: the caller's offset is behind the guest's own image, and the machine has that much RAM.
  UnsafeMutableBufferPointer(start: .init(bitPattern: UInt(MemoryMap.ramBase &+ offset)), count: count)
}
