// Illegal instructions come here only on harts without the time CSR, so that RDTIME and RDTIMEH can be carried out for
// them; every other one goes down to S-mode.

func handleIllegalInstruction(_ frame: TrapFramePointer) {
  let reported = read_mtval()
  let instruction = reported != 0 ? reported : fetch(frame.pointee.mepc)
  guard let read = TimeRead(instruction), frame.pointee.mayReadTime else {
    return redirect(frame, cause: Cause.illegalInstruction, value: reported)
  }
  if read.destination != 0 {
    frame.pointee.x[read.destination] =
      read.highHalf ? CoreLocalInterruptor.timeHigh : CoreLocalInterruptor.timeLow
  }
  frame.pointee.mepc &+= 4
}

/// A read of time or timeh: CSRRS or CSRRC, or their immediate forms, that set or clear nothing.
private struct TimeRead {
  /// Below 32.
  let destination: Int
  let highHalf: Bool

  init?(_ instruction: UInt32) {
    let csr = instruction >> 20
    let source = instruction >> 15 & 31
    let function = instruction >> 12 & 3
    guard instruction & 0x7F == 0x73, function == 2 || function == 3, source == 0, csr == 0xC01 || csr == 0xC81 else {
      return nil
    }
    destination = Int(instruction >> 7 & 31)
    highHalf = csr == 0xC81
  }
}

extension TrapFrame {
  /// scounteren.TM decides for U-mode.
  fileprivate var mayReadTime: Bool { !cameFromUserMode || read_scounteren() & 2 != 0 }
}

/// The instruction at a virtual address of the trapped code, for harts that do not put it into mtval; 0 if unreadable.
private func fetch(_ address: UInt32) -> UInt32 {
  var low: UInt32 = 0
  var high: UInt32 = 0
  guard try_load_virtual_half(address, 1, &low) != 0, low & 3 == 3,
    try_load_virtual_half(address &+ 2, 1, &high) != 0
  else { return 0 }
  return high << 16 | low
}
