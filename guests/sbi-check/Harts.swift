// HSM: harts that start, stop and sleep, and fences that all of them ask of one another at once.

import Synchronization

private let softwareInterrupt: UInt32 = 1 << 1
private let timerInterrupt: UInt32 = 1 << 5

enum Harts {
  /// One bit per hart that the firmware knows.
  static var mask: UInt32 {
    var mask: UInt32 = 0
    for hart in 0..<8 as Range<UInt32> where sbi(.hartState, 2, hart).error == 0 { mask |= 1 << hart }
    return mask
  }

  static var count: UInt32 { UInt32(mask.nonzeroBitCount) }

  static func state(of hart: UInt32) -> SBIHartState? {
    let result = sbi(.hartState, 2, hart)
    return result.error == 0 ? SBIHartState(rawValue: result.value) : nil
  }
}

// MARK: - What the harts tell one another

/// One bit per hart that has come up as asked, or woken up.
private let arrived = Atomic<UInt32>(0)
private let fencesPassed = Atomic<UInt32>(0)
/// Counts entries with something wrong: translation on, an unexpected argument.
private let entryErrors = Atomic<UInt32>(0)

/// What a started hart shall do: the upper half of the argument; the lower half must be its number.
private enum Errand {
  static var stop: UInt32 { 1 << 16 }
  static var fence: UInt32 { 2 << 16 }
  static var suspend: UInt32 { 3 << 16 }
}

@c(hart_started)
func hartStarted(_ hart: UInt32, _ argument: UInt32, _ satp: UInt32) -> Never {
  if satp != 0 || argument & 0xFFFF != hart { entryErrors.add(1, ordering: .relaxed) }
  switch argument & 0xFFFF_0000 {
  case Errand.fence: fenceEveryone()
  case Errand.suspend: suspend(hart)
  default: break
  }
  arrived.bitwiseOr(1 << hart, ordering: .releasing)
  _ = sbi(.hartState, 1)
  while true { wait_for_interrupt() }
}

private func fenceEveryone() {
  for round in 0..<200 as Range<UInt32>
  where error(.remoteFence, round % 3, 0, .max, round << 12, 0x3000) == .success {
    fencesPassed.add(1, ordering: .relaxed)
  }
}

// MARK: - Starting and stopping

func checkHarts(_ own: UInt32) {
  let entry = started_entry_address()
  expect(Harts.state(of: own) == .started, "own state")
  expect(error(.hartState, 2, 31) == .invalidParameter, "state of a hart that is not there")
  expect(error(.hartState, 2, .max) == .invalidParameter, "state of a hart that is not there")
  expect(error(.hartState, 0, own, entry, 0) == .alreadyAvailable, "start of the own hart")
  expect(error(.hartState, 0, 31, entry, 0) == .invalidParameter, "start of a hart that is not there")
  let others = Harts.mask & ~(1 << own)
  for hart in 0..<8 as Range<UInt32> where others & 1 << hart != 0 {
    expect(Harts.state(of: hart) == .stopped, "state at boot")
    expect(error(.hartState, 0, hart, MemoryMap.ramBase, 0) == .invalidAddress, "start inside the firmware")
    expect(error(.hartState, 0, hart, .max, 0) == .invalidAddress, "start beyond RAM")
  }
  for _ in 0..<3 { run(Errand.stop, on: others) }
  run(Errand.suspend, on: others)
  fencesPassed.store(0, ordering: .relaxed)
  start(Errand.fence, on: others)
  fenceEveryone()
  awaitStop(others)
  expect(fencesPassed.load(ordering: .acquiring) == 200 * Harts.count, "fences from every hart at once")
  expect(entryErrors.load(ordering: .acquiring) == 0, "state of a hart at its start")
}

private func run(_ errand: UInt32, on harts: UInt32) {
  start(errand, on: harts)
  awaitStop(harts)
}

private func start(_ errand: UInt32, on harts: UInt32) {
  arrived.store(0, ordering: .relaxed)
  for hart in 0..<8 as Range<UInt32> where harts & 1 << hart != 0 {
    expect(error(.hartState, 0, hart, started_entry_address(), errand | hart) == .success, "start")
  }
}

/// Waits, for ten seconds at most, until the harts have done their errand and stopped.
private func awaitStop(_ harts: UInt32) {
  let end = now() &+ 100_000_000
  while arrived.load(ordering: .acquiring) != harts && now() < end { rest() }
  expect(arrived.load(ordering: .acquiring) == harts, "harts that did not come up")
  for hart in 0..<8 as Range<UInt32> where harts & 1 << hart != 0 {
    while Harts.state(of: hart) != .stopped && now() < end { rest() }
    expect(Harts.state(of: hart) == .stopped, "hart that did not stop")
  }
}

/// Sleeps for a millisecond, so that harts which share a host thread with this one get on.
private func rest() {
  write_sie(timerInterrupt)
  let deadline = now() &+ 10_000
  _ = sbi(.timer, 0, UInt32(truncatingIfNeeded: deadline), UInt32(truncatingIfNeeded: deadline >> 32))
  while read_sip() & timerInterrupt == 0 { wait_for_interrupt() }
  _ = sbi(.timer, 0, .max, .max)
  write_sie(0)
}

// MARK: - Suspension

func checkSuspension(_ own: UInt32) {
  expect(error(.hartState, 3, 1, 0, 0) == .invalidParameter, "reserved suspend type")
  expect(error(.hartState, 3, 0x8000_0001, 0, 0) == .invalidParameter, "reserved suspend type")
  expect(error(.hartState, 3, 0x8000_0000, MemoryMap.ramBase, 0) == .invalidAddress, "resume inside the firmware")
  write_sie(timerInterrupt)
  let deadline = now() &+ 10_000
  _ = sbi(.timer, 0, UInt32(truncatingIfNeeded: deadline), UInt32(truncatingIfNeeded: deadline >> 32))
  expect(error(.hartState, 3, 0, 0, 0) == .success, "retentive suspension")
  expect(now() >= deadline, "woken too early")
  _ = sbi(.timer, 0, .max, .max)
  write_sie(softwareInterrupt)
  _ = sbi(.interprocessorInterrupt, 0, 1 << own, 0)
  expect(error(.hartState, 3, 0, 0, 0) == .success, "suspension with an interrupt pending")
  clear_sip(softwareInterrupt)
  write_sie(0)
}

/// Sleeps for a millisecond, loses everything and comes up again at `hart_started`.
private func suspend(_ hart: UInt32) {
  write_sie(timerInterrupt)
  let deadline = now() &+ 10_000
  _ = sbi(.timer, 0, UInt32(truncatingIfNeeded: deadline), UInt32(truncatingIfNeeded: deadline >> 32))
  _ = sbi(.hartState, 3, 0x8000_0000, started_entry_address(), Errand.stop | hart)
  entryErrors.add(1, ordering: .relaxed)  // it must not return
}
