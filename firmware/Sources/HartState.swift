// HSM (SBI 2.0, section 9): harts that start, stop and sleep.

import Synchronization

func callHartState(_ arguments: CallArguments, _ frame: TrapFramePointer, hart: UInt32) -> CallResult {
  switch arguments.function {
  case 0: return start(arguments.a0, address: arguments.a1, argument: arguments.a2)
  case 1: stop(hart)
  case 2:
    guard machine.has(arguments.a0) else { return .failure(.invalidParameter) }
    return .success(record(of: arguments.a0).pointee.state.load(ordering: .acquiring))
  case 3: return suspend(arguments.a0, address: arguments.a1, argument: arguments.a2, hart: hart)
  default: return .failure(.notSupported)
  }
}

private func start(_ hart: UInt32, address: UInt32, argument: UInt32) -> CallResult {
  guard machine.has(hart) else { return .failure(.invalidParameter) }
  guard machine.payloadOwns(address, count: 4) else { return .failure(.invalidAddress) }
  let target = record(of: hart)
  let (claimed, _) = target.pointee.state.compareExchange(
    expected: SBIHartState.stopped.rawValue, desired: SBIHartState.startPending.rawValue,
    ordering: .acquiringAndReleasing)
  guard claimed else { return .failure(.alreadyAvailable) }
  target.pointee.startAddress = address
  target.pointee.startArgument = argument
  target.pointee.events.bitwiseOr(HartEvent.start, ordering: .releasing)
  ringDoorbell(of: hart)
  return .success()
}

private func stop(_ hart: UInt32) -> Never {
  record(of: hart).pointee.state.store(SBIHartState.stopped.rawValue, ordering: .releasing)
  waitForStart(hart)
}

/// Sleeps in M-mode until another hart starts this one, which must be in the stopped state already.
func waitForStart(_ hart: UInt32) -> Never {
  write_mie(Interrupt.machineSoftware)
  clear_mip(Interrupt.supervisor)
  while answerDoorbell(hart) & HartEvent.start == 0 { wait_for_interrupt() }
  let own = record(of: hart)
  own.pointee.state.store(SBIHartState.started.rawValue, ordering: .releasing)
  enterSupervisor(hart, argument: own.pointee.startArgument, address: own.pointee.startAddress)
}

/// Suspend types: 0 keeps the hart's state and returns, 0x8000_0000 loses it and goes on at an address.
private func suspend(_ type: UInt32, address: UInt32, argument: UInt32, hart: UInt32) -> CallResult {
  let keepsState = type == 0
  guard keepsState || type == 0x8000_0000 else { return .failure(.invalidParameter) }
  guard keepsState || machine.payloadOwns(address, count: 4) else { return .failure(.invalidAddress) }
  let state = record(of: hart)
  state.pointee.state.store(SBIHartState.suspended.rawValue, ordering: .releasing)
  while read_mip() & read_mie() & Interrupt.supervisor == 0 {
    wait_for_interrupt()
    let pending = read_mip() & read_mie()
    if pending & Interrupt.machineSoftware != 0 { passEventsOn(hart) }
    if pending & Interrupt.machineTimer != 0 { passTimerOn() }
  }
  state.pointee.state.store(SBIHartState.started.rawValue, ordering: .releasing)
  if keepsState { return .success() }
  enterSupervisor(hart, argument: argument, address: address)
}
