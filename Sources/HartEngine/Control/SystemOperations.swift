import ISA
import SystemBus

extension Hart {
  /// Carries out a system instruction at `state.pc`, where it also leaves where to go on. `state.budget` counts the
  /// instruction as not yet retired on entry.
  func perform(_ operation: SystemOperation, _ i: InstructionPointer) {
    let pc = state.pointee.pc
    switch operation {
    case .environmentCall:
      let cause: TrapCause =
        switch mode {
        case .user: .environmentCallFromUser
        case .supervisor: .environmentCallFromSupervisor
        case .machine: .environmentCallFromMachine
        }
      take(Trap(cause), at: pc)
    case .breakpoint: take(Trap(.breakpoint, value: pc), at: pc)
    case .illegal: takeIllegal(at: pc)
    default:
      guard let trap = performRetiring(operation, i, pc) else {
        state.pointee.budget &-= 1
        return
      }
      take(trap, at: pc)
    }
  }

  /// Takes an illegal-instruction trap, with the instruction's bits as its value.
  func takeIllegal(at pc: UInt32) { take(Trap(.illegalInstruction, value: instructionBits(at: pc)), at: pc) }

  /// The bits of the instruction at `pc`, which has just been fetched.
  func instructionBits(at pc: UInt32) -> UInt32 {
    guard let low = instructionHalf(at: pc) else { return 0 }
    guard low & 3 == 3, let high = instructionHalf(at: pc &+ 2) else { return low }
    return low | high << 16
  }

  func instructionHalf(at address: UInt32) -> UInt32? {
    guard case .success(let translation) = translate(address, .fetch, codeContext),
      let place = code.locate(translation.physical)
    else { return nil }
    return UInt32(place.host.loadUnaligned(as: UInt16.self).littleEndian)
  }

  /// System instructions that go on at the next one or at a return address; the trap if they may not.
  private func performRetiring(_ operation: SystemOperation, _ i: InstructionPointer, _ pc: UInt32) -> Trap? {
    state.pointee.pc = pc &+ UInt32(i.length)
    switch operation {
    case .machineReturn:
      guard mode == .machine else { return illegal(pc) }
      machineReturn()
    case .supervisorReturn:
      guard mode >= .supervisor, !(mode == .supervisor && csr.status & Status.tsr != 0) else { return illegal(pc) }
      supervisorReturn()
    case .waitForInterrupt:
      guard mode >= .supervisor, !(mode == .supervisor && csr.status & Status.tw != 0) else { return illegal(pc) }
      waitForInterrupt()
    case .fenceVirtualMemory:
      guard mode >= .supervisor, !(mode == .supervisor && csr.status & Status.tvm != 0) else { return illegal(pc) }
      flushTranslations(
        address: i.rs1 == 0 ? nil : state.pointee.x[Int(i.rs1 & 31)],
        asid: i.rs2 == 0 ? nil : state.pointee.x[Int(i.rs2 & 31)] & 0x1FF)
    case .waitForReservation:
      if mode < .machine, csr.status & Status.tw != 0 { return illegal(pc) }
      if sharesThread { requestExit() }
    case .waitForReservationShortly: if sharesThread { requestExit() }
    case .cacheInvalidate, .cacheClean, .cacheFlush, .cacheZero:
      return cacheOperation(operation, at: state.pointee.x[Int(i.rs1 & 31)], pc)
    default: break
    }
    return nil
  }

  private func illegal(_ pc: UInt32) -> Trap { Trap(.illegalInstruction, value: instructionBits(at: pc)) }

  private func waitForInterrupt() {
    guard !hasWakeUp else { return }
    statistics.waits &+= 1
    counts.waits &+= 1
    isWaiting = true
    attention = true
  }

  // MARK: Cache-block operations (unprivileged specification, chapter "CMO")

  private static let cacheBlockSize: UInt32 = 64

  private func cacheOperation(_ operation: SystemOperation, at address: UInt32, _ pc: UInt32) -> Trap? {
    let field =
      switch operation {
      case .cacheInvalidate: EnvironmentConfiguration.cbie
      case .cacheZero: EnvironmentConfiguration.cbze
      default: EnvironmentConfiguration.cbcfe
      }
    if mode < .machine, csr.environment & field == 0 { return illegal(pc) }
    if mode < .supervisor, csr.supervisorEnvironment & field == 0 { return illegal(pc) }
    let start = address & ~(Self.cacheBlockSize - 1)
    if operation == .cacheZero { return zeroCacheBlock(start, address) }
    // Memory is coherent, so only the permission matters: any that a load or a store would need.
    if case .success = place(of: start, count: Self.cacheBlockSize, .load) { return nil }
    if case .failure(let trap) = place(of: start, count: Self.cacheBlockSize, .store) {
      return Trap(trap.cause, value: address)
    }
    return nil
  }

  private func zeroCacheBlock(_ start: UInt32, _ address: UInt32) -> Trap? {
    switch place(of: start, count: Self.cacheBlockSize, .store) {
    case .failure(let trap): return Trap(trap.cause, value: address)
    case .success(.device): return Trap(.storeAccessFault, value: address)
    case .success(.memory(let codePage, let host)):
      UnsafeMutableRawBufferPointer(start: host, count: Int(Self.cacheBlockSize)).initializeMemory(
        as: UInt8.self, repeating: 0)
      codeChanged(codePage: codePage, offset: start & 0xFFF, count: Self.cacheBlockSize)
      return nil
    }
  }
}
