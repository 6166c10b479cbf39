// Traps into M-mode: what S-mode asked for, what must be passed down, and interrupts from other harts and the timer.

/// Registers of the trapped code; start.S has the same layout.
struct TrapFrame {
  /// x0 to x31; x[0] is not used.
  var x: InlineArray<32, UInt32>
  var mepc: UInt32
  var mstatus: UInt32

  var cameFromMachineMode: Bool { mstatus & Status.previousPrivilege == Status.previousMachine }
  var cameFromUserMode: Bool { mstatus & Status.previousPrivilege == 0 }
}

typealias TrapFramePointer = UnsafeMutablePointer<TrapFrame>

@c(handle_trap)
func handleTrap(_ registers: UnsafeMutableRawPointer) {
  // SAFETY: start.S lays the frame out like the struct.
  let frame = registers.assumingMemoryBound(to: TrapFrame.self)
  let hart = read_mhartid()
  switch read_mcause() {
  case Cause.machineSoftwareInterrupt: passEventsOn(hart)
  case Cause.machineTimerInterrupt: passTimerOn()
  case Cause.callFromSupervisor: handleCall(frame, hart: hart)
  case Cause.illegalInstruction: handleIllegalInstruction(frame)
  case let cause where cause & Cause.interrupt == 0: redirect(frame, cause: cause, value: read_mtval())
  case let cause: write_mie(read_mie() & ~(1 &<< (cause & 31)))  // not one of ours: silence it
  }
}

func passEventsOn(_ hart: UInt32) {
  if answerDoorbell(hart) & HartEvent.interrupt != 0 { set_mip(Interrupt.supervisorSoftware) }
}

/// The CLINT's timer fired for want of Sstc: S-mode sees its own timer interrupt until it sets the timer again.
func passTimerOn() {
  clear_mie(Interrupt.machineTimer)
  set_mip(Interrupt.supervisorTimer)
}

/// Makes the trap happen in S-mode, as if the hart had delegated it.
func redirect(_ frame: TrapFramePointer, cause: UInt32, value: UInt32) {
  let status = frame.pointee.mstatus
  if frame.pointee.cameFromMachineMode { endAfterFatalTrap(cause, frame.pointee.mepc, value) }
  write_scause(cause)
  write_sepc(frame.pointee.mepc)
  write_stval(value)
  frame.pointee.mepc = read_stvec() & ~3

  var new = status
  new &=
    ~(Status.previousPrivilege | Status.supervisorPreviousPrivilege | Status.supervisorInterruptEnable
    | Status.supervisorPreviousInterruptEnable)
  new |= Status.previousSupervisor
  if !frame.pointee.cameFromUserMode { new |= Status.supervisorPreviousPrivilege }
  if status & Status.supervisorInterruptEnable != 0 { new |= Status.supervisorPreviousInterruptEnable }
  frame.pointee.mstatus = new
}

/// The firmware trapped: a defect of ours. Nothing of the machine can be trusted, so it ends, with a line that says why.
@c(end_after_fatal_trap)
func endAfterFatalTrap(_ cause: UInt32, _ pc: UInt32, _ value: UInt32) -> Never {
  report("firmware: fatal trap, mcause ", cause)
  report(" mepc ", pc)
  report(" mtval ", value)
  report("\n")
  TestDevice.end(.fail(255))
}

func report(_ text: StaticString, _ number: UInt32? = nil) {
  for index in 0..<text.utf8CodeUnitCount { SerialPort.write(text.utf8Start[index]) }
  guard let number else { return }
  for shift in stride(from: UInt32(28), through: 0, by: -4) {
    let digit = UInt8(truncatingIfNeeded: number &>> shift) & 15
    SerialPort.write(digit < 10 ? 0x30 &+ digit : 0x57 &+ digit)
  }
}
