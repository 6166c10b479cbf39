// What processes ask for. Every argument is a wish: addresses go through the process's own page table.
//
// A call that must wait leaves the process at its ECALL, in a state that says what it waits for; when that has come,
// the process executes the ECALL again.

private enum Outcome {
  case result(Int32)
  /// Nothing yet; once more when the process is ready again.
  case again(ProcessState)
  /// The process is gone.
  case ended
}

func handleSystemCall(_ process: ProcessPointer) {
  let x = process.pointee.frame.x
  let outcome: Outcome
  if let call = SystemCall(rawValue: x[17]) {
    outcome = carryOut(call, process, x[10], x[11])
  } else {
    outcome = .result(SystemError.unknownCall)
  }
  switch outcome {
  case .result(let value):
    process.pointee.frame.x[10] = UInt32(bitPattern: value)
    process.pointee.frame.sepc &+= 4
  case .again(let state): process.pointee.state = state
  case .ended: break
  }
}

private func carryOut(_ call: SystemCall, _ process: ProcessPointer, _ a0: UInt32, _ a1: UInt32) -> Outcome {
  switch call {
  case .exit:
    Process.end(process, code: Int32(truncatingIfNeeded: a0))
    return .ended
  case .write: return .result(write(process, a0, a1))
  case .read: return read(process, a0, a1)
  case .processID: return .result(Int32(truncatingIfNeeded: process.pointee.id))
  case .yield:
    Scheduler.yield()
    return .result(0)
  case .sleep:
    process.pointee.state = .sleeping
    process.pointee.wakeTime =
      a0 == sleepForever ? Clock.never : Clock.now &+ UInt64(a0) &* Clock.ticksPerMillisecond
    return .result(0)
  case .uptime: return .result(Int32(truncatingIfNeeded: Clock.milliseconds))
  case .spawn:
    guard let program = Program(rawValue: a0),
      let child = Process.start(program, argument: a1, parent: process.pointee.id)
    else { return .result(SystemError.noRoom) }
    return .result(Int32(truncatingIfNeeded: child.pointee.id))
  case .wait: return wait(process, a0)
  case .kill:
    guard let child = Process.find(a0), child.pointee.parent == process.pointee.id, child.pointee.state != .ended else {
      return .result(SystemError.noSuchProcess)
    }
    Process.end(child, code: ExitCode.killed)
    return .result(0)
  case .describe: return .result(describe(process, a0, a1))
  case .checkKernel: return .result(KernelChecks.run(in: process.pointee.space))
  case .finish: Ending.finish(a0)
  case .powerOff: Ending.ask(.shutdown)
  case .reboot: Ending.ask(.coldReboot)
  case .panic: panic("a program asked for it")
  }
}

/// Prints all of it or, if a part is not the process's to read, nothing.
private func write(_ process: ProcessPointer, _ address: UInt32, _ count: UInt32) -> Int32 {
  let count = min(count, pageSize)
  let space = process.pointee.space
  guard
    count == 0
      || (space.physical(address, for: .load) != nil && space.physical(address &+ count &- 1, for: .load) != nil)
  else { return SystemError.badAddress }
  for index in 0..<count {
    guard let byte = space.physical(address &+ index, for: .load) else { return SystemError.badAddress }
    Console.write(bytes(at: byte).pointee)
  }
  return Int32(truncatingIfNeeded: count)
}

private func read(_ process: ProcessPointer, _ address: UInt32, _ capacity: UInt32) -> Outcome {
  guard capacity != 0 else { return .result(0) }
  guard Console.hasInput else { return .again(.reading) }
  var count: UInt32 = 0
  while count < capacity && Console.hasInput {
    guard let target = process.pointee.space.physical(address &+ count, for: .store) else {
      return .result(SystemError.badAddress)
    }
    if let byte = Console.read() { bytes(at: target).pointee = byte }
    count &+= 1
  }
  return .result(Int32(truncatingIfNeeded: count))
}

private func wait(_ process: ProcessPointer, _ id: UInt32) -> Outcome {
  guard let child = Process.find(id), child.pointee.parent == process.pointee.id else {
    return .result(SystemError.noSuchProcess)
  }
  guard child.pointee.state == .ended else { return .again(.waiting) }
  child.pointee.state = .free
  return .result(child.pointee.exitCode)
}

private func describe(_ process: ProcessPointer, _ slot: UInt32, _ address: UInt32) -> Int32 {
  guard slot < processSlots else { return SystemError.noSuchProcess }
  let other = Process.slot(slot).pointee
  guard other.state != .free else { return 0 }
  let fields: InlineArray<5, UInt32> = [
    other.id, other.parent, other.program.rawValue, other.state.rawValue, other.preemptions,
  ]
  for index in 0..<20 {
    let offset = UInt32(truncatingIfNeeded: index)
    guard let target = process.pointee.space.physical(address &+ offset, for: .store) else {
      return SystemError.badAddress
    }
    bytes(at: target).pointee = UInt8(truncatingIfNeeded: fields[index / 4] >> (offset % 4 * 8))
  }
  return 1
}
