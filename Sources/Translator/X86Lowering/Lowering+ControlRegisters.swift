import HartEngine

extension Lowering {
  /// Reads a CSR that is plain storage, and writes it if there is an operand.
  mutating func lowerControl(_ i: IRInstruction) {
    guard let register = IRControl(rawValue: i.detail) else { return lowerOutside(i) }
    var later: Int?
    if case .translated = memory {
      // Open code is always run in M-mode; one page of other code may be run in several modes.
      guard !register.isMachine else { return lowerOutside(i) }
      let refused = postpone(LaterCode(.outside, i.site))
      code.cmp8(Self.field(StateOffset.privilege), PrivilegeMode.user.rawValue)
      outside(if: .e, refused)
      later = refused
    }
    let place = Self.field(StateOffset.control(register))
    code.load32(.rcx, place)
    if register.isAddress, alignmentMask != 0 { code.alu32(.and, .rcx, ~alignmentMask) }
    if i.a != IRRegister.none { write(i, register, to: place) }
    finish(i.destination, .rcx)
    if let later { code.bind(&self.later[later].resume) }
  }

  /// Leaves host code through one of the hart's functions, with no call of a region's own, as there is no way back.
  mutating func lowerSystem(_ i: IRInstruction) {
    settleAll()
    storeRegisters()
    code.mov32(.rax, i.site)
    code.jump(to: common.system)
  }

  /// Leaves rcx alone.
  private mutating func write(_ i: IRInstruction, _ register: IRControl, to place: HostAddress) {
    guard register.isAddress else { return code.store32(place, use(i.a, i.constant, in: .rax)) }
    load(i.a, i.constant, into: .rax)
    code.alu32(.and, .rax, ~UInt32(1))
    code.store32(place, .rax)
  }
}
