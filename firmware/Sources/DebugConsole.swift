// DBCN (SBI 2.0, section 12): the UART as a console, for kernels that have no driver yet.

/// A call moves no more than this, so that no hart is away from its interrupts for long; callers expect partial writes.
private var largestTransfer: UInt32 { 4096 }

func callDebugConsole(_ arguments: CallArguments, hart: UInt32) -> CallResult {
  switch arguments.function {
  case 0, 1:
    // The address is 64 bits wide, and RV32 physical addresses beyond 32 bits are no RAM of ours.
    guard arguments.a2 == 0, machine.payloadOwns(arguments.a1, count: arguments.a0) else {
      return .failure(.invalidParameter)
    }
    let count = min(arguments.a0, largestTransfer)
    return arguments.function == 0 ? write(arguments.a1, count) : read(arguments.a1, count)
  case 2:
    writeWhenReady(UInt8(truncatingIfNeeded: arguments.a0), hart: hart)
    return .success()
  default: return .failure(.notSupported)
  }
}

private func write(_ address: UInt32, _ count: UInt32) -> CallResult {
  var byte: UInt8 = 0
  for index in 0..<count {
    guard SerialPort.hasRoom else { return .success(index) }
    guard try_load_byte(address &+ index, &byte) != 0 else { return .failure(.failed) }
    SerialPort.write(byte)
  }
  return .success(count)
}

private func read(_ address: UInt32, _ count: UInt32) -> CallResult {
  for index in 0..<count {
    guard SerialPort.hasInput else { return .success(index) }
    guard try_store_byte(address &+ index, SerialPort.read()) != 0 else { return .failure(.failed) }
  }
  return .success(count)
}

/// Waits for room, and serves other harts' fences meanwhile.
func writeWhenReady(_ byte: UInt8, hart: UInt32) {
  while !SerialPort.hasRoom {
    carryOutFences(on: hart)
    pause_hint()
  }
  SerialPort.write(byte)
}
