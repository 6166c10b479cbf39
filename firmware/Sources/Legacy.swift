// The legacy extensions 0 to 8 (SBI 2.0, section 5): a result in a0 only, and hart masks in memory behind a virtual
// address of the caller.

func handleLegacyCall(
  _ call: SBIExtension, _ arguments: CallArguments, _ frame: TrapFramePointer, hart: UInt32
) {
  var result: Int32 = 0
  switch call {
  case .legacySetTimer: setTimer(of: hart, low: arguments.a0, high: arguments.a1)
  case .legacyPutCharacter: writeWhenReady(UInt8(truncatingIfNeeded: arguments.a0), hart: hart)
  case .legacyGetCharacter: result = SerialPort.hasInput ? Int32(SerialPort.read()) : -1
  case .legacyClearInterrupt:
    result = read_mip() & Interrupt.supervisorSoftware == 0 ? 0 : 1
    clear_mip(Interrupt.supervisorSoftware)
  case .legacySendInterrupt:
    guard let harts = loadMask(arguments.a0, frame) else { return }
    sendInterrupt(harts)
  case .legacyRemoteFenceInstructions:
    guard let harts = loadMask(arguments.a0, frame) else { return }
    fence(harts, FenceRequest(kind: .instructions, start: 0, size: 0, asid: 0), from: hart)
  case .legacyRemoteFenceAddresses:
    guard let harts = loadMask(arguments.a0, frame) else { return }
    fence(harts, FenceRequest(kind: .addresses, start: arguments.a1, size: arguments.a2, asid: 0), from: hart)
  case .legacyRemoteFenceAddressSpace:
    guard let harts = loadMask(arguments.a0, frame) else { return }
    let asid = arguments.a3
    fence(harts, FenceRequest(kind: .addressSpace, start: arguments.a1, size: arguments.a2, asid: asid), from: hart)
  case .legacyShutdown: TestDevice.end(.pass)
  default: result = SBIError.notSupported.rawValue
  }
  frame.pointee.x[10] = UInt32(bitPattern: result)
  frame.pointee.mepc &+= 4
}

/// The mask at a virtual address; 0 stands for every hart, and bits of harts that do not exist count for nothing.
/// If it cannot be read, the caller gets the page fault that a load of its own would have had.
private func loadMask(_ address: UInt32, _ frame: TrapFramePointer) -> HartMask? {
  guard address != 0 else { return HartMask(0, base: .max) }
  var low: UInt32 = 0
  var high: UInt32 = 0
  guard try_load_virtual_half(address, 0, &low) != 0, try_load_virtual_half(address &+ 2, 0, &high) != 0 else {
    let cause = read_mcause()
    redirect(frame, cause: cause, value: read_mtval())
    return nil
  }
  return HartMask((high << 16 | low) & machine.harts, base: 0)
}
