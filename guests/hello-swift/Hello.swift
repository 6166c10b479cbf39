// hello-swift: a guest in Embedded Swift, bare in M-mode. It prints, takes three timer interrupts, and ends with pass
// when `hello` returns.

/// Timer interrupts so far; written by the interrupt, read by the main line.
nonisolated(unsafe) private var ticks: UInt32 = 0

private let ticksWanted: UInt32 = 3
/// 1 ms.
private let period = Clock.ticksPerMillisecond

@c(guest_main)
func hello() {
  Console.print("hello-swift: Embedded Swift, bare metal\n")
  Clock.setTimer(Clock.now &+ period)
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
    Console.print("hello-swift: tick ")
    Console.write(0x30 + UInt8(truncatingIfNeeded: seen))
    Console.print("\n")
  }
  Console.print("hello-swift: done\n")
}

@c(trap_taken)
func timerFired() {
  ticks &+= 1
  Clock.setTimer(ticks < ticksWanted ? Clock.now &+ period : .max)
}
