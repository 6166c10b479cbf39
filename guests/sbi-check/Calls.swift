// Each extension with right and wrong arguments, on one hart.

/// All bits set: the hart mask base that means every hart, and an address that is nowhere.
private let ones = UInt32.max
private let softwareInterrupt: UInt32 = 1 << 1
private let timerInterrupt: UInt32 = 1 << 5
private let firmware = MemoryMap.ramBase

func checkBase() {
  expect(sbi(.base, 0).value >= 0x0200_0000, "specification version")
  for function in 0...6 as ClosedRange<UInt32> { expect(error(.base, function) == .success, "base function") }
  let all: InlineArray<6, SBIExtension> = [
    .base, .timer, .interprocessorInterrupt, .remoteFence, .hartState, .systemReset,
  ]
  for index in 0..<6 { expect(sbi(.base, 3, all[index].rawValue).value != 0, "probe") }
  expect(sbi(.base, 3, SBIExtension.debugConsole.rawValue).value != 0, "probe of the debug console")
  expect(sbi(.base, 3, 0x1234_5678).value == 0, "probe of an unknown extension")
  expect(registers_changed() == 0, "registers that a call must not change")
}

func checkErrors() {
  expect(sbi_call(0x1234_5678, 0, 0, 0, 0, 0, 0).error == -2, "unknown extension")
  expect(sbi_call(ones, ones, ones, ones, ones, ones, ones).error == -2, "unknown extension")
  expect(sbi_call(9, 0, 0, 0, 0, 0, 0).error == -2, "reserved legacy extension")
  let all: InlineArray<7, SBIExtension> = [
    .base, .timer, .interprocessorInterrupt, .remoteFence, .hartState, .systemReset, .debugConsole,
  ]
  for index in 0..<7 {
    expect(error(all[index], 99) == .notSupported, "unknown function")
    expect(error(all[index], ones) == .notSupported, "unknown function")
  }
}

// MARK: - Timer

func now() -> UInt64 {
  while true {
    let high = read_timeh()
    let low = read_time()
    if read_timeh() == high { return UInt64(high) << 32 | UInt64(low) }
  }
}

private func setTimer(_ time: UInt64, legacy: Bool = false) -> Bool {
  let low = UInt32(truncatingIfNeeded: time)
  let high = UInt32(truncatingIfNeeded: time >> 32)
  return error(legacy ? .legacySetTimer : .timer, 0, low, high) == .success
}

func checkTimer() {
  for legacy in 0..<2 {
    write_sie(timerInterrupt)
    let deadline = now() &+ 10_000
    expect(setTimer(deadline, legacy: legacy == 1), "set_timer")
    expect(read_sip() & timerInterrupt == 0 || now() >= deadline, "timer too early")
    while read_sip() & timerInterrupt == 0 { wait_for_interrupt() }
    expect(now() >= deadline, "timer too early")
    expect(setTimer(.max, legacy: legacy == 1) && read_sip() & timerInterrupt == 0, "timer taken back")
    expect(setTimer(0) && read_sip() & timerInterrupt != 0, "timer in the past")
    expect(setTimer(.max), "timer taken back")
  }
  write_sie(0)
}

// MARK: - Interrupts and fences

/// Whether a software interrupt comes within a second; takes it back.
private func isInterrupted() -> Bool {
  let end = now() &+ 10_000_000
  while read_sip() & softwareInterrupt == 0 && now() < end {}
  let came = read_sip() & softwareInterrupt != 0
  clear_sip(softwareInterrupt)
  return came
}

func checkInterrupts(_ hart: UInt32) {
  let call = SBIExtension.interprocessorInterrupt
  expect(error(call, 0, 1 << hart, 0) == .success && isInterrupted(), "interrupt to itself")
  expect(error(call, 0, 1, hart) == .success && isInterrupted(), "interrupt to itself by the base")
  expect(error(call, 0, 0, ones) == .success && isInterrupted(), "interrupt to every hart")
  expect(error(call, 0, 0, 0) == .success && read_sip() & softwareInterrupt == 0, "interrupt to no hart")
  expect(error(call, 0, 1 << 31, 0) == .invalidParameter, "interrupt to a hart that is not there")
  expect(error(call, 0, 1, 4711) == .invalidParameter, "interrupt to a hart that is not there")
  expect(error(call, 0, ones, ones - 1) == .invalidParameter, "hart numbers that overflow")
}

func checkFences() {
  for function in 0...2 as ClosedRange<UInt32> {
    expect(error(.remoteFence, function, 0, ones, 0, 0) == .success, "fence everything")
    expect(error(.remoteFence, function, 0, ones, 0x1000, ones) == .success, "fence everything")
    expect(error(.remoteFence, function, 0, ones, 0x1234, 0x5678) == .success, "fence a range")
    expect(error(.remoteFence, function, 0, ones, 0xFFFF_F000, 0x10_0000) == .success, "range over the end")
    expect(error(.remoteFence, function, 0, ones, ones, ones) == .success, "range over the end")
    expect(error(.remoteFence, function, 0, ones, 0xFFFF_FFFF, 2) == .success, "range over the end")
    expect(error(.remoteFence, function, 1 << 31, 0) == .invalidParameter, "fence on a hart that is not there")
  }
  expect(sbi(.remoteFence, 2, 0, ones, 0, ones, ones).error == 0, "wild address space")
}

// MARK: - Console and reset

func checkConsole() {
  let text: StaticString = "sbi-check: written by the firmware\n"
  let address = UInt32(UInt(bitPattern: text.utf8Start))
  var done: UInt32 = 0
  while done < UInt32(text.utf8CodeUnitCount) {
    let result = sbi(.debugConsole, 0, UInt32(text.utf8CodeUnitCount) - done, address + done, 0)
    guard result.error == 0 else { break }
    done += result.value
  }
  expect(done == UInt32(text.utf8CodeUnitCount), "console write")
  expect(error(.debugConsole, 2, 0x0A) == .success, "console write of a byte")
  expect(sbi(.debugConsole, 0, 0, address, 0).error == 0, "console write of nothing")
  for function in 0...1 as ClosedRange<UInt32> {
    expect(error(.debugConsole, function, 1, firmware, 0) == .invalidParameter, "console on firmware memory")
    expect(error(.debugConsole, function, 1, 0, 0) == .invalidParameter, "console on a device")
    expect(error(.debugConsole, function, 1, MemoryMap.uart.base, 0) == .invalidParameter, "console on a device")
    expect(error(.debugConsole, function, 1, address, 1) == .invalidParameter, "console beyond 32 bits")
    expect(error(.debugConsole, function, 1, ones, ones) == .invalidParameter, "console beyond RAM")
    expect(error(.debugConsole, function, ones, address, 0) == .invalidParameter, "console over the end")
    expect(error(.debugConsole, function, ones, ones, 0) == .invalidParameter, "console over the end")
    expect(error(.debugConsole, function, ones, firmware, 0) == .invalidParameter, "console over everything")
  }
}

func checkReset() {
  expect(error(.systemReset, 0, 3, 0) == .invalidParameter, "reserved reset type")
  expect(error(.systemReset, 0, ones, 0) == .invalidParameter, "reserved reset type")
  expect(error(.systemReset, 0, 0, 2) == .invalidParameter, "reserved reset reason")
  expect(error(.systemReset, 0, 0, ones) == .invalidParameter, "reserved reset reason")
}

// MARK: - Legacy calls

/// A hart mask in memory.
nonisolated(unsafe) private var mask: UInt32 = 0

func checkLegacy(_ hart: UInt32) {
  mask = 1 << hart
  let pointer = withUnsafePointer(to: &mask) { UInt32(UInt(bitPattern: $0)) }
  expect(sbi(.legacyGetCharacter).error == -1, "no character there")
  expect(error(.legacySendInterrupt, 0, pointer) == .success && isInterrupted(), "legacy interrupt to itself")
  expect(error(.legacySendInterrupt, 0, 0) == .success && isInterrupted(), "legacy interrupt to every hart")
  expect(error(.legacyRemoteFenceInstructions, 0, pointer) == .success, "legacy fence")
  expect(error(.legacyRemoteFenceAddresses, 0, pointer, 0, ones) == .success, "legacy fence")
  expect(error(.legacyRemoteFenceAddressSpace, 0, 0, 0x1000, 0x1000, 1) == .success, "legacy fence")
  let loadAccessFault: UInt32 = 5
  expect(cause { _ = sbi(.legacySendInterrupt, 0, firmware) } == loadAccessFault, "hart mask in the firmware")
  expect(cause { _ = sbi(.legacySendInterrupt, 0, 4) } == loadAccessFault, "hart mask nowhere")
}

// MARK: - Protection

func checkProtection() {
  let loadAccessFault: UInt32 = 5
  let storeAccessFault: UInt32 = 7
  let illegalInstruction: UInt32 = 2
  expect(cause { load_from(firmware) } == loadAccessFault, "firmware memory can be read")
  expect(cause { store_to(firmware) } == storeAccessFault, "firmware memory can be written")
  expect(cause { execute_illegal() } == illegalInstruction, "illegal instruction")
  expect(cause { read_machine_csr() } == illegalInstruction, "M-mode CSR")
  expect(cause { _ = read_time() } == ones, "the time CSR traps")
}

private func cause(_ body: () -> Void) -> UInt32 {
  forget_trap()
  body()
  return trap_cause()
}
