import ISA
import SystemBus

extension Hart {
  /// Takes a synchronous exception of the instruction at `pc` (privileged specification, sections 3.1.6 to 3.1.16).
  /// `state.pc` is then the handler.
  func take(_ trap: Trap, at pc: UInt32) {
    statistics.traps &+= 1
    effortLeft &-= HostEffort.trap
    // A trapped instruction takes its share of the budget, so that a loop of traps ends, but does not retire.
    state.pointee.budget &-= 1
    retiredBase &-= 1
    if retired == retiredAtLastTrap { trapsWithoutProgress &+= 1 } else { trapsWithoutProgress = 0 }
    retiredAtLastTrap = retired
    let code = trap.cause.rawValue
    counts.traps[Int(code & 15)] &+= 1
    let isDelegated = mode < .machine && csr.machineEdelegation & (1 << code) != 0
    enterHandler(cause: code, value: trap.value, at: pc, inSupervisor: isDelegated)
  }

  /// Takes the interrupt with this number before the instruction at `state.pc`.
  func takeInterrupt(_ number: UInt32) {
    statistics.interrupts &+= 1
    counts.interrupts[Int(number & 15)] &+= 1
    trapsWithoutProgress = 0
    let isDelegated = csr.machineIdelegation & (1 << number) != 0
    enterHandler(cause: number | 1 << 31, value: 0, at: state.pointee.pc, inSupervisor: isDelegated)
  }

  private func enterHandler(cause: UInt32, value: UInt32, at pc: UInt32, inSupervisor: Bool) {
    traceHash?.trap(
      hart: id, cause: cause, value: value, pc: pc, executed: executed, registers: HartState.registers(of: state))
    state.pointee.reservation = HartState.noReservation
    recordTrap(cause: cause, value: value, at: pc, inSupervisor: inSupervisor)
    let vector: UInt32
    if inSupervisor {
      csr.supervisorCause = cause
      csr.supervisorEPC = pc
      csr.supervisorValue = value
      let wasEnabled = csr.status & Status.sie != 0
      csr.status &= ~(Status.sie | Status.spie | Status.spp)
      if wasEnabled { csr.status |= Status.spie }
      if mode == .supervisor { csr.status |= Status.spp }
      mode = .supervisor
      vector = csr.supervisorVector
    } else {
      csr.machineCause = cause
      csr.machineEPC = pc
      csr.machineValue = value
      let wasEnabled = csr.status & Status.mie != 0
      csr.status &= ~(Status.mie | Status.mpie | Status.mpp)
      if wasEnabled { csr.status |= Status.mpie }
      csr.status |= UInt32(mode.rawValue) << 11
      mode = .machine
      vector = csr.machineVector
    }
    let isVectored = vector & 1 != 0 && cause >> 31 != 0
    state.pointee.pc = (vector & ~3) &+ (isVectored ? (cause & 0x1F) << 2 : 0)
    updateContexts()
  }

  /// `mret`. The hart must look up interrupts afterwards.
  func machineReturn() {
    let previous = PrivilegeMode(rawValue: UInt8(truncatingIfNeeded: (csr.status & Status.mpp) >> 11)) ?? .user
    let wasEnabled = csr.status & Status.mpie != 0
    csr.status &= ~(Status.mie | Status.mpp)
    csr.status |= Status.mpie | (wasEnabled ? Status.mie : 0)
    if previous != .machine { csr.status &= ~Status.mprv }
    mode = previous
    let target = csr.machineEPC & instructionAddressMask
    recordReturn(from: .machine, to: target)
    state.pointee.pc = target
    updateContexts()
    attention = true
  }

  /// `sret`.
  func supervisorReturn() {
    let wasEnabled = csr.status & Status.spie != 0
    mode = csr.status & Status.spp != 0 ? .supervisor : .user
    csr.status &= ~(Status.sie | Status.spp | Status.mprv)
    csr.status |= Status.spie | (wasEnabled ? Status.sie : 0)
    let target = csr.supervisorEPC & instructionAddressMask
    recordReturn(from: .supervisor, to: target)
    state.pointee.pc = target
    updateContexts()
    attention = true
  }

  /// The bits an instruction address may have: without C, bit 1 reads as zero.
  var instructionAddressMask: UInt32 { isa.has(.c) ? ~1 : ~3 }

  // MARK: Interrupts

  /// `mip` as software reads it.
  var pendingInterrupts: UInt32 {
    var pending = csr.softwarePending | pins.lines
    if csr.environmentHigh & EnvironmentConfiguration.stce != 0 {
      pending &= ~InterruptBit.sti
      if currentTime >= csr.supervisorTimeCompare { pending |= InterruptBit.sti }
    }
    return pending
  }

  /// Whether an interrupt enabled in `mie` is pending, so that `wfi` does not wait, whatever `mstatus` says.
  public var hasWakeUp: Bool { pendingInterrupts & csr.interruptEnable != 0 }

  /// The interrupt to take now, if one is pending, enabled and not masked by mode and `mstatus`. Priorities are those of
  /// section 3.1.9: MEI, MSI, MTI, SEI, SSI, STI.
  func interruptToTake() -> UInt32? {
    let candidates = pendingInterrupts & csr.interruptEnable
    guard candidates != 0 else { return nil }
    let machineEnabled = mode < .machine || csr.status & Status.mie != 0
    let supervisorEnabled = mode < .supervisor || (mode == .supervisor && csr.status & Status.sie != 0)
    var takeable = machineEnabled ? candidates & ~csr.machineIdelegation : 0
    if takeable == 0, supervisorEnabled { takeable = candidates & csr.machineIdelegation }
    for number: UInt32 in [11, 3, 7, 9, 1, 5] where takeable & (1 << number) != 0 { return number }
    return nil
  }

  /// Machine time as the hart sees it: `mtime`, in ticks.
  var currentTime: Ticks { time.now &+ timeOffset }

  /// Asks to be woken at `stimecmp`.
  func scheduleSupervisorTimer() {
    guard let supervisorTimer else { return }
    let isOn = csr.environmentHigh & EnvironmentConfiguration.stce != 0
    let compare = csr.supervisorTimeCompare
    guard isOn, compare != .max else { return deadlines.schedule(supervisorTimer, at: .max) }
    // A deadline that has passed needs no event: the level is computed when looked at.
    let deadline = compare &- timeOffset
    deadlines.schedule(supervisorTimer, at: compare <= currentTime ? .max : deadline)
  }
}
