import ISA

/// The harts of a machine take turns, so that nothing here has to be atomic in the host.
extension Lowering {
  /// Reads, computes and writes.
  mutating func lowerAtomic(_ i: IRInstruction) {
    let later = postponeOutside(i)
    let place = locateInOne(i, bytes: 4, isStore: true, later)
    code.lea32(.rcx, place)
    checkAlignment(later)
    mark(later)
    code.load32(.rcx, place)
    load(i.b, 0, into: .rdx)
    switch AtomicOperation(rawValue: i.detail) ?? .swap {
    case .swap: break
    case .add: code.alu32(.add, .rdx, .rcx)
    case .xor: code.alu32(.xor, .rdx, .rcx)
    case .and: code.alu32(.and, .rdx, .rcx)
    case .or: code.alu32(.or, .rdx, .rcx)
    case .minSigned: choose(.l)
    case .maxSigned: choose(.g)
    case .minUnsigned: choose(.b)
    case .maxUnsigned: choose(.a)
    }
    code.store32(place, .rdx)
    finish(i.destination, .rcx)
    resume(later)
  }

  /// Lets rdx be rcx where rcx compares so with it.
  private mutating func choose(_ condition: HostCondition) {
    code.alu32(.cmp, .rcx, .rdx)
    code.cmov32(condition, .rdx, .rcx)
  }

  /// Of the host's address in rcx, which is aligned as the guest's is.
  private mutating func checkAlignment(_ later: Int) {
    code.test32(.rcx, UInt32(3))
    outside(if: .ne, later)
  }

  /// What stands for a word in RAM in `HartState.reservation`, from its host address in rcx. Uses rdx.
  private mutating func makeKey() {
    code.mov64(.rdx, UInt64(ram.start) &- UInt64(bitPattern: Int64(ram.firstPage)) << 12)
    code.alu64(.sub, .rcx, .rdx)
  }

  mutating func lowerLoadReserved(_ i: IRInstruction) {
    let later = postponeOutside(i)
    let place = locateInOne(i, bytes: 4, isStore: false, later)
    code.lea64(.rcx, place)
    checkAlignment(later)
    mark(later)
    code.load32(.rax, place)
    makeKey()
    // It may be another memory's.
    code.mov64(.rdx, .rcx)
    code.shift64(.shr, .rdx, by: 12)
    code.alu64(.sub, .rdx, ram.firstPage)
    code.alu64(.cmp, .rdx, ram.pageCount)
    outside(if: .ae, later)
    code.store64(Self.field(StateOffset.reservation), .rcx)
    finish(i.destination, .rax)
    resume(later)
  }

  mutating func lowerStoreConditional(_ i: IRInstruction) {
    let later = postponeOutside(i)
    let place = locateInOne(i, bytes: 4, isStore: true, later)
    code.lea64(.rcx, place)
    checkAlignment(later)
    makeKey()
    code.alu64(.cmp, .rcx, Self.field(StateOffset.reservation))
    // No reservation; the flags stay.
    code.store64(Self.field(StateOffset.reservation), Int32(-1))
    var (failed, done) = (Label(), Label())
    code.jump(.ne, to: &failed)
    let value = use(i.b, 0, in: .rcx)
    mark(later)
    code.store32(place, value)
    write(0, to: i.destination)
    code.jump(to: &done)
    code.bind(&failed)
    write(1, to: i.destination)
    code.bind(&done)
    resume(later)
  }

  private mutating func write(_ constant: UInt32, to destination: UInt8) {
    if let register = register(destination) {
      code.mov32(register, constant)
    } else if destination < 32 {
      code.store32(Self.slot(destination), constant)
    }
  }
}
