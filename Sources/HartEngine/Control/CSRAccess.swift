import ISA
import SystemBus

/// How a CSR instruction ended.
enum CSROutcome {
  /// The old value, and whether the hart must look up before its next instruction.
  case done(old: UInt32, lookUp: Bool)
  case illegal
}

extension Hart {
  /// Carries out a CSR instruction (unprivileged specification, chapter "Zicsr").
  /// No CSR has a side effect when read, so `csrrw` to x0 may read like the others.
  /// - Parameter writes: false for `csrrs` and `csrrc` with a zero operand field, which must not write.
  func accessCSR(_ number: CSR, _ operation: CSROperation, operand: UInt32, writes: Bool) -> CSROutcome {
    guard mode.rawValue >= number.lowestPrivilege, !(writes && number.isReadOnly) else { return .illegal }
    guard let old = read(number) else { return .illegal }
    guard writes else { return .done(old: old, lookUp: false) }
    let new =
      switch operation {
      case .write: operand
      case .set: modifiable(number, old) | operand
      case .clear: modifiable(number, old) & ~operand
      }
    guard write(number, new) else { return .illegal }
    return .done(old: old, lookUp: attention || contextsChanged)
  }

  /// Reads a CSR as a debugger or tracer does: without the checks of the current mode. Nil when it does not exist.
  public func value(of number: CSR) -> UInt32? {
    let saved = mode
    mode = .machine
    defer { mode = saved }
    return read(number)
  }

  /// What `csrrs` and `csrrc` start from: in `mip` the software-writable SEIP, not the wire (section 3.1.9).
  private func modifiable(_ number: CSR, _ old: UInt32) -> UInt32 {
    guard number == .mip else { return old }
    return old & ~InterruptBit.sei | csr.softwarePending & InterruptBit.sei
  }

  // MARK: mstatus

  /// `mstatus` as software reads it.
  var statusValue: UInt32 {
    var value = csr.status
    if state.pointee.floatDirty { value |= Status.fs }
    if value & Status.fs == Status.fs { value |= Status.sd }
    return value
  }

  func writeStatus(_ value: UInt32, mask: UInt32) {
    var mask = mask
    // MPP has no encoding for the reserved mode 2: it keeps its value.
    if (value & Status.mpp) >> 11 == 2 { mask &= ~Status.mpp }
    if isa.has(.f) { mask |= Status.fs }
    let current = statusValue & ~Status.sd
    csr.status = current & ~mask | value & mask
    floatStateChanged()
    contextsChanged = true
    attention = true
    updateContexts()
  }

  /// Takes over `mstatus.FS` after it was written.
  func floatStateChanged() {
    state.pointee.floatDirty = false
    state.pointee.floatEnabled = csr.status & Status.fs != 0
  }

  private func markFloatDirty() { state.pointee.floatDirty = true }

  // MARK: Permissions

  /// Whether the counter with this bit of `mcounteren` may be read in the current mode.
  func mayReadCounter(_ bit: UInt32) -> Bool {
    if mode < .machine, csr.machineCounterEnable & (1 << bit) == 0 { return false }
    if mode < .supervisor, csr.supervisorCounterEnable & (1 << bit) == 0 { return false }
    return true
  }

  var maySupervisorTimeCompare: Bool {
    guard isa.has(.sstc) else { return false }
    guard mode < .machine else { return true }
    return csr.environmentHigh & EnvironmentConfiguration.stce != 0 && csr.machineCounterEnable & 2 != 0
  }

  // MARK: Counters

  var cycles: UInt64 { csr.countInhibit & 1 != 0 ? csr.cycleOffset : retired &+ csr.cycleOffset }
  var instructions: UInt64 { csr.countInhibit & 4 != 0 ? csr.instructionOffset : retired &+ csr.instructionOffset }

  /// A write takes the place of the increment by the writing instruction itself.
  private func setCycles(_ value: UInt64) {
    csr.cycleOffset = csr.countInhibit & 1 != 0 ? value : value &- retired &- 1
  }

  private func setInstructions(_ value: UInt64) {
    csr.instructionOffset = csr.countInhibit & 4 != 0 ? value : value &- retired &- 1
  }

  private func writeCountInhibit(_ value: UInt32) {
    let (cycles, instructions) = (cycles, instructions)
    let inhibitsCycles = value & 1 != 0
    let inhibitsInstructions = value & 4 != 0
    csr.countInhibit = value & ~2
    csr.cycleOffset = inhibitsCycles ? cycles : cycles &- retired
    csr.instructionOffset = inhibitsInstructions ? instructions : instructions &- retired
  }

  // MARK: Reading

  private func read(_ number: CSR) -> UInt32? {
    switch number {
    case .fflags, .frm, .fcsr: readFloat(number)
    case .cycle: isa.has(.zicntr) && mayReadCounter(0) ? UInt32(truncatingIfNeeded: cycles) : nil
    case .time: isa.has(.zicntr) && mayReadCounter(1) ? UInt32(truncatingIfNeeded: currentTime) : nil
    case .instret: isa.has(.zicntr) && mayReadCounter(2) ? UInt32(truncatingIfNeeded: instructions) : nil
    case .cycleh: isa.has(.zicntr) && mayReadCounter(0) ? UInt32(truncatingIfNeeded: cycles >> 32) : nil
    case .timeh: isa.has(.zicntr) && mayReadCounter(1) ? UInt32(truncatingIfNeeded: currentTime >> 32) : nil
    case .instreth: isa.has(.zicntr) && mayReadCounter(2) ? UInt32(truncatingIfNeeded: instructions >> 32) : nil
    case .sstatus, .sie, .stvec, .scounteren, .senvcfg, .sscratch, .sepc, .scause, .stval, .sip, .stimecmp, .stimecmph,
      .satp:
      readSupervisor(number)
    case .mvendorid, .marchid, .mimpid, .mconfigptr: 0
    case .mhartid: id
    case .mcycle: UInt32(truncatingIfNeeded: cycles)
    case .minstret: UInt32(truncatingIfNeeded: instructions)
    case .mcycleh: UInt32(truncatingIfNeeded: cycles >> 32)
    case .minstreth: UInt32(truncatingIfNeeded: instructions >> 32)
    case .tselect, .tdata1, .tdata2, .tdata3: 0
    default: readMachine(number) ?? readHardwired(number)
    }
  }

  private func readFloat(_ number: CSR) -> UInt32? {
    guard isa.has(.f), state.pointee.floatEnabled else { return nil }
    switch number {
    case .fflags: return state.pointee.fflags
    case .frm: return state.pointee.frm
    default: return state.pointee.frm << 5 | state.pointee.fflags
    }
  }

  private func readSupervisor(_ number: CSR) -> UInt32? {
    switch number {
    case .sstatus: statusValue & (Status.supervisorWritable | Status.fs | Status.sd)
    case .sie: csr.interruptEnable & csr.machineIdelegation
    case .sip: pendingInterrupts & csr.machineIdelegation
    case .stvec: csr.supervisorVector
    case .scounteren: csr.supervisorCounterEnable
    case .senvcfg: csr.supervisorEnvironment
    case .sscratch: csr.supervisorScratch
    case .sepc: csr.supervisorEPC & instructionAddressMask
    case .scause: csr.supervisorCause
    case .stval: csr.supervisorValue
    case .stimecmp: maySupervisorTimeCompare ? UInt32(truncatingIfNeeded: csr.supervisorTimeCompare) : nil
    case .stimecmph: maySupervisorTimeCompare ? UInt32(truncatingIfNeeded: csr.supervisorTimeCompare >> 32) : nil
    case .satp: mode == .supervisor && csr.status & Status.tvm != 0 ? nil : csr.satp
    default: nil
    }
  }

  private func readMachine(_ number: CSR) -> UInt32? {
    switch number {
    case .mstatus: statusValue
    case .mstatush: 0
    case .misa: isa.misa
    case .medeleg: csr.machineEdelegation
    case .mideleg: csr.machineIdelegation
    case .mie: csr.interruptEnable
    case .mip: pendingInterrupts
    case .mtvec: csr.machineVector
    case .mcounteren: csr.machineCounterEnable
    case .mcountinhibit: csr.countInhibit
    case .menvcfg: csr.environment
    case .menvcfgh: csr.environmentHigh
    case .mscratch: csr.machineScratch
    case .mepc: csr.machineEPC & instructionAddressMask
    case .mcause: csr.machineCause
    case .mtval: csr.machineValue
    default: nil
    }
  }

  /// The numbered registers: PMP, and performance counters that are hard-wired to zero.
  private func readHardwired(_ number: CSR) -> UInt32? {
    switch number.rawValue {
    case 0x3A0...0x3A3: pmp.configurationRegister(Int(number.rawValue & 3))
    case 0x3B0...0x3BF: pmp.address[Int(number.rawValue & 15)]
    case 0x323...0x33F, 0xB03...0xB1F, 0xB83...0xB9F: 0
    case 0xC03...0xC1F, 0xC83...0xC9F:
      isa.has(.zihpm) && mayReadCounter(UInt32(number.rawValue & 31)) ? 0 : nil
    default: nil
    }
  }

  // MARK: Writing

  /// Writes a CSR; false when it does not exist. Fields that are hard-wired ignore the write.
  private func write(_ number: CSR, _ value: UInt32) -> Bool {
    switch number {
    case .fflags:
      state.pointee.fflags = value & 0x1F
      markFloatDirty()
    case .frm:
      state.pointee.frm = value & 7
      markFloatDirty()
    case .fcsr:
      state.pointee.fflags = value & 0x1F
      state.pointee.frm = (value >> 5) & 7
      markFloatDirty()
    case .mstatush, .misa, .tselect, .tdata1, .tdata2, .tdata3: break
    case .mcycle: setCycles(cycles & ~0xFFFF_FFFF | UInt64(value))
    case .mcycleh: setCycles(cycles & 0xFFFF_FFFF | UInt64(value) << 32)
    case .minstret: setInstructions(instructions & ~0xFFFF_FFFF | UInt64(value))
    case .minstreth: setInstructions(instructions & 0xFFFF_FFFF | UInt64(value) << 32)
    default: return writeSupervisor(number, value) || writeMachine(number, value) || writeHardwired(number, value)
    }
    return true
  }

  private func writeSupervisor(_ number: CSR, _ value: UInt32) -> Bool {
    switch number {
    case .sstatus: writeStatus(value, mask: Status.supervisorWritable)
    case .sie: setInterruptEnable(value, mask: csr.machineIdelegation)
    case .sip: setPending(value, mask: csr.machineIdelegation & InterruptBit.ssi)
    case .stvec: csr.supervisorVector = vector(value)
    case .scounteren: csr.supervisorCounterEnable = value
    case .senvcfg: csr.supervisorEnvironment = environment(value)
    case .sscratch: csr.supervisorScratch = value
    case .sepc: csr.supervisorEPC = value & ~1
    case .scause: csr.supervisorCause = value
    case .stval: csr.supervisorValue = value
    case .stimecmp: setTimeCompare(csr.supervisorTimeCompare & ~0xFFFF_FFFF | UInt64(value))
    case .stimecmph: setTimeCompare(csr.supervisorTimeCompare & 0xFFFF_FFFF | UInt64(value) << 32)
    case .satp: writeAddressTranslation(value)
    default: return false
    }
    return true
  }

  private func writeMachine(_ number: CSR, _ value: UInt32) -> Bool {
    switch number {
    case .mstatus: writeStatus(value, mask: Status.machineWritable)
    case .medeleg: csr.machineEdelegation = value & ControlRegisters.delegableExceptions
    case .mideleg:
      csr.machineIdelegation = value & InterruptBit.supervisor
      attention = true
    case .mie: setInterruptEnable(value, mask: InterruptBit.all)
    case .mip:
      let timer = csr.environmentHigh & EnvironmentConfiguration.stce != 0 ? 0 : InterruptBit.sti
      setPending(value, mask: InterruptBit.ssi | InterruptBit.sei | timer)
    case .mtvec: csr.machineVector = vector(value)
    case .mcounteren: csr.machineCounterEnable = value
    case .mcountinhibit: writeCountInhibit(value)
    case .menvcfg: csr.environment = environment(value)
    case .menvcfgh: writeEnvironmentHigh(value)
    case .mscratch: csr.machineScratch = value
    case .mepc: csr.machineEPC = value & ~1
    case .mcause: csr.machineCause = value
    case .mtval: csr.machineValue = value
    default: return false
    }
    return true
  }

  /// Whether a write of this existing register has no effect at all: hard-wired counters, and PMP
  /// addresses that are locked.
  func ignoresWrite(of number: CSR) -> Bool {
    switch number.rawValue {
    case 0xB03...0xB1F, 0xB83...0xB9F: true
    case 0x3B0...0x3BF: pmp.isAddressLocked(Int(number.rawValue & 15))
    default: false
    }
  }

  private func writeHardwired(_ number: CSR, _ value: UInt32) -> Bool {
    switch number.rawValue {
    case 0x3A0...0x3A3:
      pmp.setConfigurationRegister(Int(number.rawValue & 3), value)
      protectionChanged()
    case 0x3B0...0x3BF:
      pmp.setAddressRegister(Int(number.rawValue & 15), value)
      protectionChanged()
    case 0x323...0x33F, 0xB03...0xB1F, 0xB83...0xB9F: break
    default: return false
    }
    return true
  }

  private func vector(_ value: UInt32) -> UInt32 { value & ~2 }

  private func environment(_ value: UInt32) -> UInt32 {
    // CBIE has no meaning for 2.
    let cbie = EnvironmentConfiguration.cbie
    return value & EnvironmentConfiguration.low(isa) & (value & cbie == 0x20 ? ~cbie : ~0)
  }

  private func writeEnvironmentHigh(_ value: UInt32) {
    csr.environmentHigh = value & EnvironmentConfiguration.high(isa)
    flushAllTranslations()
    scheduleSupervisorTimer()
    attention = true
  }

  private func setInterruptEnable(_ value: UInt32, mask: UInt32) {
    csr.interruptEnable = csr.interruptEnable & ~mask | value & mask
    attention = true
  }

  private func setPending(_ value: UInt32, mask: UInt32) {
    csr.softwarePending = csr.softwarePending & ~mask | value & mask
    attention = true
  }

  private func setTimeCompare(_ value: UInt64) {
    csr.supervisorTimeCompare = value
    scheduleSupervisorTimer()
    attention = true
  }

  private func writeAddressTranslation(_ value: UInt32) {
    csr.satp = value
    // A kernel that uses one ASID for all its address spaces expects a switch to be seen at once, as on QEMU.
    if (value >> 22) & 0x1FF == 0 { flushTranslations(address: nil, asid: 0) }
    contextsChanged = true
    updateContexts()
  }

  private func protectionChanged() {
    flushAllTranslations()
    contextsChanged = true
  }
}
