// sbi-check: an S-mode guest that tries the SBI firmware beneath it, with right, wrong and random arguments, on every
// hart there is. It ends with pass or, with the number of failed checks, fail. It asks for what SBI 2.0 promises, and
// for the care that our firmware takes with addresses outside RAM.

import _Volatile

nonisolated(unsafe) private var failures: UInt32 = 0

@c(check_everything)
func checkEverything(_ hart: UInt32) -> Never {
  put("sbi-check: harts: ")
  put(decimal: Harts.count)
  put("\n")
  checkBase()
  checkErrors()
  checkTimer()
  checkInterrupts(hart)
  checkFences()
  checkConsole()
  checkLegacy(hart)
  checkReset()
  checkProtection()
  checkSuspension(hart)
  checkHarts(hart)
  checkRandomCalls()
  put(failures == 0 ? "sbi-check: passed\n" : "sbi-check: failed\n")
  finish(failures)
}

/// Notes a check that failed, with the line that made it.
func expect(_ condition: Bool, _ what: StaticString, line: UInt32 = #line) {
  guard !condition else { return }
  failures &+= 1
  put("sbi-check: failed: ")
  put(what)
  put(", line ")
  put(decimal: line)
  put("\n")
}

private func finish(_ code: UInt32) -> Never {
  let command = code == 0 ? TestDeviceRegisters.pass : min(code, 100) << 16 | TestDeviceRegisters.fail
  VolatileMappedRegister<UInt32>(unsafeBitPattern: UInt(MemoryMap.testDevice.base)).store(command)
  while true { wait_for_interrupt() }
}

// MARK: - Output, by a driver of our own: the firmware's console is under test

func put(_ text: StaticString) {
  for index in 0..<text.utf8CodeUnitCount { put(byte: text.utf8Start[index]) }
}

func put(decimal number: UInt32) {
  if number >= 10 { put(decimal: number / 10) }
  put(byte: 0x30 &+ UInt8(truncatingIfNeeded: number % 10))
}

private func put(byte: UInt8) {
  let status = VolatileMappedRegister<UInt8>(unsafeBitPattern: UInt(MemoryMap.uart.base + UARTRegisters.lineStatus))
  while status.load() & UARTRegisters.LineStatus.transmitterHoldingEmpty.rawValue == 0 {}
  VolatileMappedRegister<UInt8>(unsafeBitPattern: UInt(MemoryMap.uart.base + UARTRegisters.data)).store(byte)
}

// MARK: - Calls

func sbi(
  _ call: SBIExtension, _ function: UInt32 = 0, _ a0: UInt32 = 0, _ a1: UInt32 = 0, _ a2: UInt32 = 0, _ a3: UInt32 = 0,
  _ a4: UInt32 = 0
) -> sbi_result {
  sbi_call(call.rawValue, function, a0, a1, a2, a3, a4)
}

func error(
  _ call: SBIExtension, _ function: UInt32 = 0, _ a0: UInt32 = 0, _ a1: UInt32 = 0, _ a2: UInt32 = 0, _ a3: UInt32 = 0
) -> SBIError? {
  SBIError(rawValue: sbi(call, function, a0, a1, a2, a3).error)
}
