// realtime: a guest that does nothing but wake up once a millisecond, and tells how late it was.
//
// Lateness is mtime in the interrupt handler less the deadline. A deadline that has passed before the handler could set it
// is missed: it is not made up for, but it counts, with the lateness that it has had so far, or else a long delay would
// hide behind one late wake-up.

/// 1 ms, in ticks of 100 ns.
private let period = UInt32(truncatingIfNeeded: Clock.ticksPerMillisecond)

/// How many periods were late by so many ticks; the last entry stands for itself and everything above (6.5 ms).
nonisolated(unsafe) private let histogram = ram(0x10_0000, count: 65_536)

nonisolated(unsafe) private var deadline: UInt64 = 0
nonisolated(unsafe) private var periods: UInt32 = 0
nonisolated(unsafe) private var missed: UInt32 = 0
nonisolated(unsafe) private var worst: UInt32 = 0

@c(guest_main)
func realtime() {
  histogram.update(repeating: 0)
  deadline = Clock.now &+ UInt64(period)
  Clock.setTimer(deadline)
  enable_timer_interrupt()
  while periods < work() {
    // Closed from the look at `periods` until WFI, which wakes all the same; open, the interrupt is taken at once.
    close_interrupts()
    if periods < work() { wait_for_interrupt() }
    open_interrupts()
    forget_memory()
  }
  close_interrupts()
  report()
}

@c(trap_taken)
func trapTaken() {
  var late = Clock.lowHalf &- UInt32(truncatingIfNeeded: deadline)
  if late > UInt32.max / 2 || read_mcause() != 0x8000_0007 {
    Console.print("realtime: woken before the deadline\n")
    fail(1)
  }
  record(late)
  deadline &+= UInt64(period)
  while late >= period && periods < work() {
    late &-= period
    deadline &+= UInt64(period)
    missed &+= 1
    record(late)
  }
  Clock.setTimer(periods < work() ? deadline : .max)
}

private func record(_ late: UInt32) {
  histogram[Int(min(late, UInt32(truncatingIfNeeded: histogram.count - 1)))] &+= 1
  periods &+= 1
  worst = max(worst, late)
}

private func report() {
  Console.print("realtime: periods=")
  Console.print(periods)
  Console.print(" missed=")
  Console.print(missed)
  print(" p50=", ticks: percentile(500))
  print(" p99=", ticks: percentile(990))
  print(" p999=", ticks: percentile(999))
  print(" max=", ticks: worst)
  Console.print("\n")
}

/// The lateness that `perMille` of 1,000 periods do not exceed. Exact up to four million periods.
private func percentile(_ perMille: UInt32) -> UInt32 {
  let rank = (periods &* perMille &+ 999) / 1000
  var seen: UInt32 = 0
  for late in 0..<histogram.count - 1 {
    seen &+= histogram[late]
    if seen >= rank { return UInt32(truncatingIfNeeded: late) }
  }
  return worst
}

private func print(_ label: StaticString, ticks: UInt32) {
  Console.print(label)
  Console.print(ticks / 10)
  Console.print(".")
  Console.print(ticks % 10)
  Console.print("us")
}
