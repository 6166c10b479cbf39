import ISA

extension Hart {
  /// What host code calls for one instruction that it leaves to the hart: where the operation is, and how many
  /// instructions the block had been charged for from this one on, packed as `SlowPathSite`.
  package typealias SlowPath = @convention(c) (UnsafeMutableRawPointer?, UInt32) -> UInt32

  /// Carries out one instruction of host code's. All of the guest's registers are in the state.
  /// - Returns: 0 when host code goes on with the next instruction; else the hart must look up.
  package static let slowPath: SlowPath = { state, site in
    guard let state else { return 1 }
    let hartState = state.assumingMemoryBound(to: HartState.self)
    guard let hart = hartState.pointee.host.hart, let operations = hartState.pointee.host.operations else { return 1 }
    let site = SlowPathSite(packed: site)
    let operation = (operations + Int(site.place) << 4).assumingMemoryBound(to: Instruction.self)
    return Unmanaged<Hart>.fromOpaque(hart)._withUnsafeGuaranteedRef {
      $0.performOutside(operation, remaining: Int32(truncatingIfNeeded: site.remaining)) ? 0 : 1
    }
  }

  /// Whether host code goes on.
  @inline(never) private func performOutside(_ operation: OperationPointer, remaining: Int32) -> Bool {
    takeFloatStatus()
    effortLeft &-= HostEffort.outside
    if state.pointee.host.faults != 0 {
      effortLeft &-= HostEffort.fault &* Int(state.pointee.host.faults)
      state.pointee.host.faults = 0
    }
    state.pointee.budget &+= remaining
    var single = SingleStep(hart: .passUnretained(self), state: state, current: operation)
    meter?.pointee.slowPaths &+= 1
    metering(.slowPath) { execute(operation, in: &single) }
    if single.outcome == .trapped { return false }
    if single.outcome == .doneLookUp || isCutShort {
      state.pointee.budget &-= 1
      state.pointee.pc = operation.extra &+ UInt32(operation.length)
      return false
    }
    state.pointee.budget &-= remaining
    return true
  }

  private typealias Enter = @convention(c) (UnsafeMutableRawPointer, UInt, UnsafeMutableRawPointer?) -> UInt32

  /// Runs the host code of `block` until it comes to an end of what there is.
  /// - Returns: the exit by which it left; 0 for one that leads to various places.
  @inline(__always) func runHostCode(of block: BlockPointer) -> UInt32 {
    guard let enter = state.pointee.host.enter else { return 0 }
    state.pointee.host.usedFloat = 0
    let table = UnsafeMutableRawPointer(state.pointee.host.addends)
    let base = block.pointee.kind.isOpen ? state.pointee.host.window ?? table : table
    let exit = metering(.hostCode) { unsafeBitCast(enter, to: Enter.self)(state, block.pointee.hostCode, base) }
    takeFloatStatus()
    noteReturn(exit)
    return exit
  }

  /// Adds the exceptions that host code's arithmetic has raised to the guest's flags.
  func takeFloatStatus() {
    guard state.pointee.host.usedFloat != 0 else { return }
    let host = state.pointee.host.floatStatus
    // The host's order is invalid, denormal, divide by zero, overflow, underflow, inexact; the guest's is the reverse,
    // without denormal.
    var flags = state.pointee.fflags
    if host & 0x01 != 0 { flags |= 0x10 }
    if host & 0x04 != 0 { flags |= 0x08 }
    if host & 0x08 != 0 { flags |= 0x04 }
    if host & 0x10 != 0 { flags |= 0x02 }
    if host & 0x20 != 0 { flags |= 0x01 }
    guard flags != state.pointee.fflags else { return }
    state.pointee.fflags = flags
    state.pointee.floatDirty = true
  }

  /// Whether host code may be run: that of M-mode reaches RAM without a check of translation or protection.
  func mayRunHostCode(of block: BlockPointer) -> Bool {
    !block.pointee.kind.isOpen
      || (dataContext.key.satp == 0 && dataContext.key.mode == .machine && !pmp.dividesPages)
  }
}

/// Where a slow path is called from.
package struct SlowPathSite {
  /// The operation's place in the code cache, in units of 16 bytes.
  package var place: UInt32
  /// Instructions that the budget had been charged for and that have not been executed, this one included.
  package var remaining: UInt32

  private static let placeBits: UInt32 = 25

  package init(place: UInt32, remaining: UInt32) {
    self.place = place
    self.remaining = remaining
  }

  package init(packed: UInt32) {
    place = packed & ((1 << Self.placeBits) - 1)
    remaining = packed >> Self.placeBits
  }

  package var packed: UInt32 { remaining << Self.placeBits | place }
}
