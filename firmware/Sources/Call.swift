// SBI calls: a7 selects the extension, a6 the function, a0 to a5 are arguments; a0 returns the error, a1 the value.

/// What a call returns. Anything S-mode passes in is checked, and what is wrong with it becomes an error here.
struct CallResult {
  var error = SBIError.success
  var value: UInt32 = 0

  static func failure(_ error: SBIError) -> CallResult { CallResult(error: error) }
  static func success(_ value: UInt32 = 0) -> CallResult { CallResult(value: value) }
}

/// The arguments as S-mode passed them.
struct CallArguments {
  let function: UInt32
  let a0: UInt32
  let a1: UInt32
  let a2: UInt32
  let a3: UInt32
  let a4: UInt32

  init(_ frame: TrapFramePointer) {
    function = frame.pointee.x[16]
    a0 = frame.pointee.x[10]
    a1 = frame.pointee.x[11]
    a2 = frame.pointee.x[12]
    a3 = frame.pointee.x[13]
    a4 = frame.pointee.x[14]
  }
}

func handleCall(_ frame: TrapFramePointer, hart: UInt32) {
  let arguments = CallArguments(frame)
  let result: CallResult
  switch SBIExtension(rawValue: frame.pointee.x[17]) {
  case .base: result = callBase(arguments)
  case .timer: result = callTimer(arguments, hart: hart)
  case .interprocessorInterrupt: result = callInterrupt(arguments)
  case .remoteFence: result = callRemoteFence(arguments, hart: hart)
  case .hartState: result = callHartState(arguments, frame, hart: hart)
  case .systemReset: result = callSystemReset(arguments)
  case .debugConsole: result = callDebugConsole(arguments, hart: hart)
  case nil: result = .failure(.notSupported)
  case .some(let legacy): return handleLegacyCall(legacy, arguments, frame, hart: hart)
  }
  frame.pointee.x[10] = UInt32(bitPattern: result.error.rawValue)
  frame.pointee.x[11] = result.value
  frame.pointee.mepc &+= 4
}

/// BASE (SBI 2.0, section 4).
private func callBase(_ arguments: CallArguments) -> CallResult {
  switch arguments.function {
  case 0: .success(SBIIdentity.specification)
  case 1: .success(SBIIdentity.implementation)
  case 2: .success(SBIIdentity.version)
  case 3: .success(SBIExtension(rawValue: arguments.a0) == nil ? 0 : 1)
  case 4: .success(read_mvendorid())
  case 5: .success(read_marchid())
  case 6: .success(read_mimpid())
  default: .failure(.notSupported)
  }
}

/// TIME (section 6).
private func callTimer(_ arguments: CallArguments, hart: UInt32) -> CallResult {
  guard arguments.function == 0 else { return .failure(.notSupported) }
  setTimer(of: hart, low: arguments.a0, high: arguments.a1)
  return .success()
}

func setTimer(of hart: UInt32, low: UInt32, high: UInt32) {
  if machine.hasSupervisorTimer {
    write_stimecmph(.max)
    write_stimecmp(low)
    write_stimecmph(high)
  } else {
    CoreLocalInterruptor.setTimer(of: hart, to: UInt64(high) << 32 | UInt64(low))
    clear_mip(Interrupt.supervisorTimer)
    set_mie(Interrupt.machineTimer)
  }
}

/// SRST (section 10): returns only if the arguments are wrong.
private func callSystemReset(_ arguments: CallArguments) -> CallResult {
  guard arguments.function == 0 else { return .failure(.notSupported) }
  let failed = arguments.a1 == 1
  guard arguments.a1 == 0 || failed else { return .failure(.invalidParameter) }
  switch arguments.a0 {
  case 0: TestDevice.end(failed ? .fail(1) : .pass)
  case 1, 2: TestDevice.end(.reset)
  default: return .failure(.invalidParameter)
  }
}
