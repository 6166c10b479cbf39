// Why a process was interrupted, and what is done about it (RISC-V privileged specification, table of scause).

enum Cause {
  static var timerInterrupt: UInt32 { 0x8000_0005 }
  static var externalInterrupt: UInt32 { 0x8000_0009 }
  static var systemCall: UInt32 { 8 }
  static var fetchPageFault: UInt32 { 12 }
  static var loadPageFault: UInt32 { 13 }
  static var storePageFault: UInt32 { 15 }
}

/// Called by trap.S with the frame of the process; returns the frame of the one to go on with.
@c(handle_trap)
func handleTrap(_ frame: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
  // SAFETY: the frame is a process's first member.
  let process = frame.assumingMemoryBound(to: Process.self)
  switch read_scause() {
  case Cause.timerInterrupt: break  // choosing the next process is all there is to do
  case Cause.externalInterrupt: Scheduler.handleInput()
  case Cause.systemCall: handleSystemCall(process)
  case Cause.fetchPageFault: handlePageFault(process, .fetch)
  case Cause.loadPageFault: handlePageFault(process, .load)
  case Cause.storePageFault: handlePageFault(process, .store)
  case let cause: Process.end(process, code: ExitCode.trapped &+ Int32(truncatingIfNeeded: cause & 0xFF))
  }
  return UnsafeMutableRawPointer(Scheduler.choose())
}

private func handlePageFault(_ process: ProcessPointer, _ access: Access) {
  guard !process.pointee.space.supply(read_stval(), for: access) else { return }
  Process.end(process, code: ExitCode.trapped &+ Int32(truncatingIfNeeded: read_scause() & 0xFF))
}
