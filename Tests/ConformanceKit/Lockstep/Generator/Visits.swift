import ISA

/// Stays in S and U mode: from M mode there by `mret`, on by `sret`, and back by `ecall`.
extension LockstepBuilder {
  /// A stay in another mode, under a random state of the machine.
  mutating func emitVisit() {
    let space: Int? = random.chance(percent: 80) ? random.below(2) : nil
    let mode = random.pick([PrivilegeMode.user, .supervisor])
    let place = Place(
      mode: mode, offset: mode == .user && space != nil ? AddressSpace.userAlias &- LockstepLayout.ram : 0,
      mapped: space != nil)
    code.csr(.csrrci, CSR.mstatus.rawValue, 8)
    let waits = mode == .supervisor && flavour.hasSupervisorTimer && random.chance(percent: 15)
    emitVisitSetting(mode, space, waits: waits)
    emitPointers(for: place)
    emitReturn(.mret, .mepc, to: place)
    self.place = place
    if waits { code.emit(.wfi) }
    for _ in 0..<1 + random.below(4) { emitVisitPiece() }
    if self.place?.mode == .supervisor, random.chance(percent: 30) { emitDescent() }
    leaveVisit()
  }

  /// Back to M mode. The first call may only reach S mode.
  mutating func leaveVisit() {
    code.emit(.ecall)
    code.emit(.ecall)
    place = Place(mode: .machine, offset: 0)
    code.read(Self.own, .mscratch)
    setPointers()
    code.li(5, Status.fsDirty | (random.chance(percent: 70) ? Status.mie : 0))
    code.csr(.csrrs, CSR.mstatus.rawValue, 5)
  }

  private mutating func emitVisitSetting(_ mode: PrivilegeMode, _ space: Int?, waits: Bool) {
    code.read(Self.own, .mscratch)
    code.emit(.addi, rd: 5, rs1: Self.own, OwnMemory.supervisorSave)
    code.csr(.csrrw, CSR.sscratch.rawValue, 5)
    if let vectors {
      code.address(rd: 5, of: vectors.supervisor)
      if random.chance(percent: 50) { code.emit(.addi, rd: 5, rs1: 5, 1) }
      code.csr(.csrrw, CSR.stvec.rawValue, 5)
    }
    var status = Status.mpp(mode) | random.bits() & (Status.sum | Status.mxr | Status.spie | Status.spp)
    status |= random.chance(percent: 85) ? Status.fsDirty : random.bits() & Status.fsDirty
    if random.chance(percent: 75) { status |= Status.mpie }
    // Who waits for an interrupt is to find it pending, whenever it came.
    if random.chance(percent: 30), !waits { status |= Status.sie }
    // A handler in S mode that may not return, or not look at what it needs, would trap into itself.
    let isRestricted = !waits && random.chance(percent: 10)
    if isRestricted { status |= random.bits() & (Status.tvm | Status.tw | Status.tsr) }
    let delegates = !isRestricted && random.chance(percent: 60)
    set(.medeleg, delegates ? random.bits() & 0xB1FF : 0)
    set(.mideleg, (delegates ? random.bits() & 0x222 : 0) | (waits ? 1 << 5 : 0))
    if random.chance(percent: 40) {
      code.li(5, random.bits() & 0x222)
      code.csr(.csrrs, CSR.mie.rawValue, 5)
      code.csr(.csrrs, CSR.mip.rawValue, 5)
    }
    if waits || random.chance(percent: 30) { emitSupervisorTimer() }
    emitSpace(space)
    set(.mstatus, status)
  }

  /// `stimecmp` some ticks ahead, with its interrupt enabled.
  private mutating func emitSupervisorTimer() {
    code.read(5, .time)
    code.emit(.addi, rd: 5, rs1: 5, 1 + Int32(random.below(800)))
    code.csr(.csrrw, CSR.stimecmp.rawValue, 5)
    code.csr(.csrrw, CSR.stimecmph.rawValue, 0)
    code.li(5, 1 << 5)
    code.csr(.csrrs, CSR.mie.rawValue, 5)
  }

  /// x2, x4 and x8 as `place` has them; from where x4 is physical.
  private mutating func emitPointers(for place: Place) {
    let here = self.place
    self.place = place
    setPointers()
    self.place = here
    guard place.offset != 0 else { return }
    code.emit(.lui, rd: 5, Int32(bitPattern: place.offset))
    code.emit(.add, rd: Self.own, rs1: Self.own, rs2: 5)
  }

  /// Goes on at the next instruction as `place` sees it.
  private mutating func emitReturn(_ opcode: Opcode, _ register: CSR, to place: Place) {
    let next = code.label()
    code.address(rd: 5, of: next)
    if place.offset != 0 {
      code.emit(.lui, rd: 6, Int32(bitPattern: place.offset))
      code.emit(.add, rd: 5, rs1: 5, rs2: 6)
    }
    code.csr(.csrrw, register.rawValue, 5)
    code.emit(opcode)
    code.bind(next)
  }

  /// From S mode on to U mode, or to S mode again.
  private mutating func emitDescent() {
    guard let here = place, here.offset == 0 else { return }
    let staysUp = random.chance(percent: 20)
    let below = Place(
      mode: .user, offset: here.mapped ? AddressSpace.userAlias &- LockstepLayout.ram : 0, mapped: here.mapped)
    let next = staysUp ? here : below
    code.csr(.csrrci, CSR.sstatus.rawValue, 2)
    code.li(5, Status.spp)
    code.csr(staysUp ? .csrrs : .csrrc, CSR.sstatus.rawValue, 5)
    emitPointers(for: next)
    emitReturn(.sret, .sepc, to: next)
    place = next
    for _ in 0..<1 + random.below(3) { emitVisitPiece() }
  }

  // MARK: What is done there

  /// Some code that suits the mode.
  mutating func emitVisitPiece() {
    guard let place else { return emitCode(1) }
    switch random.below(16) {
    case 0, 1: emitWindowAccesses()
    case 2 where place.mapped: emitIslandCall()
    case 3: emitDeviceAccess()
    case 4 where place.mode == .supervisor: emitSupervisorRegister()
    case 5 where place.mode == .supervisor && place.mapped: emitEntryChange()
    case 6 where place.mode == .supervisor && place.mapped:
      emitSpace(random.below(2))
      if random.chance(percent: 50) { emitWindowAccesses() }
    case 7 where place.mode == .supervisor: emitTranslationFence()
    case 8 where place.mode == .supervisor && place.mapped: emitCallThroughAlias()
    case 9 where place.mode == .user: code.emit(random.pick([.wfi, .sret, .mret, .sfenceVMA]))
    case 10 where place.mode == .supervisor: code.emit(.mret)
    case 11: emitForeignRegister()
    default: emitCode(1)
    }
  }

  private static let supervisorRegisters: [CSR] = [
    .sstatus, .sie, .sip, .stvec, .scounteren, .senvcfg, .sscratch, .sepc, .scause, .stval, .satp, .stimecmp,
    .stimecmph,
  ]

  /// Reads any register of S mode, or writes one that the handler does not rely on.
  private mutating func emitSupervisorRegister() {
    switch random.below(6) {
    case 0, 1: code.csr(.csrrs, rd: destination(), random.pick(Self.supervisorRegisters).rawValue, 0)
    case 2:
      let value = temporary()
      code.li(value, random.bits() & (Status.sum | Status.mxr))
      code.csr(random.pick([.csrrs, .csrrc]), rd: destination(), CSR.sstatus.rawValue, value)
    case 3: code.csr(random.pick([.csrrsi, .csrrci]), rd: destination(), random.pick([CSR.sip, .sstatus]).rawValue, 2)
    case 4:
      let value = temporary()
      code.li(value, random.bits() & 0x222)
      code.csr(random.pick([.csrrw, .csrrs, .csrrc]), rd: destination(), CSR.sie.rawValue, value)
    default:
      code.csr(
        random.pick([.csrrw, .csrrs, .csrrc]), rd: destination(),
        random.pick([CSR.scounteren, .sepc, .scause, .stval, .stimecmp]).rawValue, source())
    }
  }

  private static let foreignRegisters: [UInt16] = [
    0x100, 0x105, 0x141, 0x180, 0x300, 0x304, 0x341, 0x3A0, 0xB00, 0xF14, 0xC03, 0xC9F, 0x7A0, 0x7B0, 0x800, 0x5A8,
  ]

  /// A register that may not be for this mode.
  private mutating func emitForeignRegister() {
    code.csr(.csrrs, rd: destination(), random.pick(Self.foreignRegisters), 0)
  }

  /// Calls a function where S mode sees it a second time.
  private mutating func emitCallThroughAlias() {
    let callable = functions.filter { !reserved.contains($0.link) }
    guard let function = callable.randomElement(using: &random), place?.offset == 0 else { return emitCode(0) }
    let (target, distance) = (temporary(not: function.link), random.pick(Self.kept.subtracting(reserved).sorted()))
    guard target != distance else { return emitCode(0) }
    reserved.insert(function.link)
    code.address(rd: target, of: function.entry)
    code.emit(.lui, rd: distance, Int32(bitPattern: AddressSpace.supervisorAlias &- LockstepLayout.ram))
    code.emit(.add, rd: target, rs1: target, rs2: distance)
    emitGuardedCall(target, function.link)
    reserved.remove(function.link)
  }
}
