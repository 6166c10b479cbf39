// hello-swift: a guest in Embedded Swift, bare in M-mode. It prints, takes three timer interrupts, and ends with pass
// when `hello` returns.

import _Volatile

/// Timer interrupts so far; written by the interrupt, read by the main line.
nonisolated(unsafe) private var ticks: UInt32 = 0

private let ticksWanted: UInt32 = 3
/// 1 ms at the board's 10 MHz.
private let period: UInt64 = 10_000

@c(hello)
func hello() {
  print("hello-swift: Embedded Swift, bare metal\n")
  setTimer(now() &+ period)
  enable_timer_interrupt()
  open_interrupts()
  var seen: UInt32 = 0
  while seen < ticksWanted {
    // Closed from the look at `ticks` until WFI, which wakes all the same: a tick in between is not slept through.
    close_interrupts()
    if ticks == seen { wait_for_interrupt() }
    open_interrupts()
    guard ticks != seen else { continue }
    seen &+= 1
    print("hello-swift: tick ")
    write(0x30 + UInt8(truncatingIfNeeded: seen))
    print("\n")
  }
  print("hello-swift: done\n")
}

@c(timer_fired)
func timerFired() {
  ticks &+= 1
  setTimer(ticks < ticksWanted ? now() &+ period : .max)
}

// MARK: - Devices

private func print(_ text: StaticString) {
  for index in 0..<text.utf8CodeUnitCount { write(text.utf8Start[index]) }
}

private func write(_ byte: UInt8) {
  while register(MemoryMap.uart.base + UARTRegisters.lineStatus).load() & 0x20 == 0 {}
  register(MemoryMap.uart.base + UARTRegisters.data).store(byte)
}

private func register(_ address: UInt32) -> VolatileMappedRegister<UInt8> {
  VolatileMappedRegister(unsafeBitPattern: UInt(address))
}

private func word(_ offset: UInt32) -> VolatileMappedRegister<UInt32> {
  VolatileMappedRegister(unsafeBitPattern: UInt(MemoryMap.clint.base + offset))
}

/// The 64-bit time, read in two halves: again if the low half wrapped between them.
private func now() -> UInt64 {
  while true {
    let high = word(CLINTRegisters.time + 4).load()
    let low = word(CLINTRegisters.time).load()
    if word(CLINTRegisters.time + 4).load() == high { return UInt64(high) << 32 | UInt64(low) }
  }
}

/// The high half goes through its maximum first, so that no half-written deadline fires.
private func setTimer(_ deadline: UInt64) {
  let compare = CLINTRegisters.timeCompare(hart: 0)
  word(compare + 4).store(.max)
  word(compare).store(UInt32(truncatingIfNeeded: deadline))
  word(compare + 4).store(UInt32(truncatingIfNeeded: deadline >> 32))
}
