// The self-test: what the kernel promises to processes, tried by a process. Ends the machine with pass or fail.

func testEverything() -> Never {
  var failures: UInt32 = 0
  check("system calls", systemCallsWork(), &failures)
  check("page faults", offendersAreCaught(), &failures)
  check("isolation", processesAreIsolated(), &failures)
  check("preemption", spinnersArePreempted(), &failures)
  check("clock", timePasses(), &failures)
  check("page tables", call(.checkKernel) == 0, &failures)
  if failures == 0 {
    put("nest: self-test passed\n")
  } else {
    put("nest: self-test failed: ")
    put(failures)
    put(" of 6\n")
  }
  finish(failures)
}

private func check(_ name: StaticString, _ passed: Bool, _ failures: inout UInt32) {
  put("nest: test ")
  put(name)
  put(passed ? ": ok\n" : ": FAILED\n")
  if !passed { failures += 1 }
}

private func systemCallsWork() -> Bool {
  let me = call(.processID)
  return me > 0 && call(.processID) == me
    && system_call(4711, 0, 0) == SystemError.unknownCall
    && call(.write, 0, 4) == SystemError.badAddress
    && call(.write, 0x8040_0000, 4) == SystemError.badAddress
    && call(.write, UserMemory.stackTop - 2, 4) == SystemError.badAddress
    && call(.write, 0, 0) == 0
    && call(.describe, 0, UserMemory.imageBase) == SystemError.badAddress  // code is read-only
    && call(.describe, processSlots, 0) == SystemError.noSuchProcess
    && call(.wait, UInt32(bitPattern: me)) == SystemError.noSuchProcess
    && call(.kill, 0) == SystemError.noSuchProcess
    && call(.spawn, 99) == SystemError.noRoom
}

// MARK: - Page faults and other traps

/// An offence, and the scause that it must end with.
private func expectedCause(_ offence: UInt32) -> Int32? {
  switch offence {
  case 0: 13  // load from nowhere
  case 1: 13  // load from the kernel
  case 2: 15  // store into the code
  case 3: 12  // jump into the stack
  case 4: 15  // store below the stack
  case 5: 2  // a CSR of S-mode
  case 6: 3  // ebreak
  case 7: 12  // jump into the kernel
  default: nil
  }
}

func offend(_ offence: UInt32) -> Never {
  switch offence {
  case 0: load_from(0)
  case 1: load_from(0x8040_0000)
  case 2: store_to(UserMemory.imageBase)
  case 3: jump_to(UserMemory.stackTop - 16)
  case 4: store_to(UserMemory.stackTop - UserMemory.stackSize - 4)
  case 5: read_supervisor_csr()
  case 6: break_here()
  default: jump_to(0x8040_0000)
  }
  exit(0)
}

private func offendersAreCaught() -> Bool {
  var offence: UInt32 = 0
  while let cause = expectedCause(offence) {
    guard wait(spawn(.offender, offence)) == ExitCode.trapped + cause else { return false }
    offence += 1
  }
  return true
}

// MARK: - Isolation

/// At the same address in every process, and not the same memory.
nonisolated(unsafe) private var scratch: UInt32 = 0

/// Writes, lets the others write, and sees whether it reads what it wrote.
func scribble(_ value: UInt32) -> Never {
  var wrong = scratch == 0 ? 0 : 1 as Int32
  for round in 0..<20 as Range<UInt32> {
    scratch = value &+ round
    spin_once()
    call(.yield)
    spin_once()
    if scratch != value &+ round { wrong += 1 }
  }
  exit(wrong)
}

private func processesAreIsolated() -> Bool {
  scratch = 7
  spin_once()
  let first = spawn(.scribbler, 1000)
  let second = spawn(.scribbler, 2000)
  let wrong = wait(first) | wait(second)
  spin_once()
  return wrong == 0 && scratch == 7
}

// MARK: - Preemption and time

/// Two processes that never give the hart away, and still this one runs, and each of them loses turns.
private func spinnersArePreempted() -> Bool {
  let first = spawn(.spinner)
  let second = spawn(.spinner)
  var turns: UInt32 = 0
  while turns < 100 && (preemptions(of: first) == 0 || preemptions(of: second) == 0) {
    call(.sleep, 5)
    turns += 1
  }
  return turns < 100 && call(.kill, first) == 0 && call(.kill, second) == 0 && wait(first) == ExitCode.killed
    && wait(second) == ExitCode.killed
}

private func preemptions(of process: UInt32) -> UInt32 {
  for slot in 0..<processSlots {
    var description = ProcessDescription()
    let found = withUnsafeMutablePointer(to: &description) { call(.describe, slot, UInt32(UInt(bitPattern: $0))) }
    spin_once()
    if found == 1 && description.id == process { return description.preemptions }
  }
  return 0
}

/// Sleep lasts at least as long as asked for, by the kernel's clock and by the time CSR (10 ticks in a microsecond).
private func timePasses() -> Bool {
  let before = call(.uptime)
  let ticks = read_time()
  call(.sleep, 3)
  return call(.uptime) - before >= 2 && read_time() &- ticks >= 30_000
}
