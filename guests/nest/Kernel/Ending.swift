// The ways in which the machine ends: with pass or fail by the test device, by the firmware, or in a panic.

import _Volatile

enum Ending {
  /// Pass for 0, otherwise fail with the code, of which 16 bits count.
  static func finish(_ code: UInt32) -> Never {
    let command = code == 0 ? TestDeviceRegisters.pass : code << 16 | TestDeviceRegisters.fail
    VolatileMappedRegister<UInt32>(unsafeBitPattern: UInt(MemoryMap.testDevice.base)).store(command)
    while true { wait_for_interrupt() }
  }

  enum Reset: UInt32 {
    case shutdown = 0
    case coldReboot = 1
  }

  static func ask(_ reset: Reset) -> Never {
    _ = sbi_call(SBIExtension.systemReset.rawValue, 0, reset.rawValue, 0)
    panic("the firmware cannot end the machine")
  }
}

private let panicCode: UInt32 = 101

func panic(_ reason: StaticString) -> Never {
  put("nest: panic: ")
  put(reason)
  put("\n")
  Ending.finish(panicCode)
}

/// The kernel itself trapped (trap.S).
@c(panic_after_trap)
func panic(cause: UInt32, pc: UInt32, value: UInt32) -> Never {
  put("nest: panic: trap in the kernel, scause ")
  put(hexadecimal: cause)
  put(" sepc ")
  put(hexadecimal: pc)
  put(" stval ")
  put(hexadecimal: value)
  put("\n")
  Ending.finish(panicCode)
}
