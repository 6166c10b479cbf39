// Who runs: the processes take turns. The timer ends a turn only if somebody else could run; if nobody can, the hart
// sleeps until a deadline or an interrupt.

enum Scheduler {
  /// 10 ms.
  private static var turn: UInt64 { 10 * Clock.ticksPerMillisecond }

  /// Slot of the process that runs, or ran last.
  nonisolated(unsafe) private static var current: UInt32 = 0
  nonisolated(unsafe) private static var turnEnd: UInt64 = 0

  static var running: ProcessPointer { Process.slot(current) }

  static func begin() -> Never { resume(choose()) }

  /// Ends the running process's turn early.
  static func yield() { turnEnd = 0 }

  /// The process to run next, with its address space active and the timer set.
  static func choose() -> ProcessPointer {
    while true {
      let now = Clock.now
      let firstWake = wakeSleepers(now)
      if let next = next(now) {
        Clock.wake(at: others(than: next) ? min(turnEnd, firstWake) : firstWake)
        next.pointee.space.activate()
        return next
      }
      Clock.wake(at: firstWake)
      wait_for_interrupt()
      if read_sip() & Interrupt.external != 0 { handleInput() }
    }
  }

  static func handleInput() {
    Console.handleInterrupt()
    guard Console.hasInput else { return }
    for index in 0..<processSlots where Process.slot(index).pointee.state == .reading {
      Process.slot(index).pointee.state = .ready
    }
  }

  /// Keeps the running process until its turn is over, then takes the next ready one in line.
  private static func next(_ now: UInt64) -> ProcessPointer? {
    if running.pointee.state == .ready && (now < turnEnd || !others(than: running)) { return running }
    for step in 1...processSlots {
      let index = (current + step) % processSlots
      guard Process.slot(index).pointee.state == .ready else { continue }
      if running.pointee.state == .ready && turnEnd != 0 { running.pointee.preemptions &+= 1 }
      current = index
      turnEnd = now &+ turn
      return running
    }
    return nil
  }

  private static func others(than process: ProcessPointer) -> Bool {
    for index in 0..<processSlots where Process.slot(index).pointee.state == .ready && Process.slot(index) != process {
      return true
    }
    return false
  }

  /// Wakes whose time has come; returns when the next one's does.
  private static func wakeSleepers(_ now: UInt64) -> UInt64 {
    var first = Clock.never
    for index in 0..<processSlots where Process.slot(index).pointee.state == .sleeping {
      let process = Process.slot(index)
      if process.pointee.wakeTime <= now {
        process.pointee.state = .ready
      } else {
        first = min(first, process.pointee.wakeTime)
      }
    }
    return first
  }
}
