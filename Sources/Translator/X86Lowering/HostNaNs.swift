/// Which registers of a region may hold a NaN that the host has made of an operation, where the guest has the canonical one.
///
/// Nobody sees the difference before the register is stored or moved, or the hart takes over, and what is computed from a
/// NaN is one. So one look at the end of a computation does for all of it.
struct HostNaNs {
  private(set) var found = Found()
  /// For each of those registers: others that are no NaN if it is none.
  private var implied: InlineArray<32, UInt32> = .init(repeating: 0)

  /// A bit for each of the guest's floating-point registers, and for those of them that hold a single.
  struct Found {
    fileprivate(set) var registers: UInt32 = 0
    fileprivate(set) var singles: UInt32 = 0
  }

  static func bit(_ register: UInt8) -> UInt32 { 1 &<< UInt32(register & 31) }

  func contains(_ register: UInt8) -> Bool { registers & Self.bit(register) != 0 }

  func isSingle(_ register: UInt8) -> Bool { found.singles & Self.bit(register) != 0 }

  private var registers: UInt32 {
    get { found.registers }
    set { found.registers = newValue }
  }

  /// The register gets another value, which is none that the host has made.
  mutating func overwrite(_ register: UInt8) {
    guard registers != 0 else { return }
    registers &= ~Self.bit(register)
    for index in 0..<32 { implied[index] &= ~Self.bit(register) }
  }

  /// The register gets the result of an operation.
  /// - Parameter operands: a bit for each register whose NaN makes the result one.
  mutating func add(_ register: UInt8, operands: UInt32, isSingle: Bool) {
    let known = known(by: operands)
    overwrite(register)
    registers |= Self.bit(register)
    if isSingle { found.singles |= Self.bit(register) } else { found.singles &= ~Self.bit(register) }
    implied[Int(register & 31)] = known & registers & ~Self.bit(register)
  }

  /// None of these is a NaN.
  mutating func clear(_ cleared: UInt32) { registers &= ~known(by: cleared) }

  mutating func removeAll() { registers = 0 }

  /// The register that tells most about others.
  var best: UInt8? {
    var (best, most): (UInt8?, Int) = (nil, -1)
    var left = registers
    while left != 0 {
      let register = UInt8(truncatingIfNeeded: left.trailingZeroBitCount)
      left &= left &- 1
      let count = (implied[Int(register)] & registers).nonzeroBitCount
      if count > most { (best, most) = (register, count) }
    }
    return best
  }

  private func known(by operands: UInt32) -> UInt32 {
    var known = operands & registers
    var left = known
    while left != 0 {
      known |= implied[left.trailingZeroBitCount]
      left &= left &- 1
    }
    return known
  }
}

extension Lowering {
  /// Makes sure of those of some registers that may hold a NaN of the host's.
  mutating func settle(_ registers: UInt8...) {
    for register in registers where nans.contains(register) { look(at: register) }
  }

  /// Makes sure of all of them.
  mutating func settleAll() {
    while let register = nans.best { look(at: register) }
  }

  private mutating func look(at guest: UInt8) {
    guard let register = vectors.register(of: guest) else { return nans.clear(HostNaNs.bit(guest)) }
    let later = postpone(LaterCode(.canonical, 0))
    code.compareFloats(nans.isSingle(guest) ? .single : .double, register, register)
    outside(if: .p, later)
    resume(later)
    nans.clear(HostNaNs.bit(guest))
  }

  /// Puts the guest's NaN in the place of the host's.
  mutating func emitCanonical(_ nans: HostNaNs.Found) {
    var left = nans.registers
    while left != 0 {
      let guest = UInt8(truncatingIfNeeded: left.trailingZeroBitCount)
      left &= left &- 1
      guard let register = vectors.register(of: guest) else { continue }
      let isSingle = nans.singles & HostNaNs.bit(guest) != 0
      code.compareFloats(isSingle ? .single : .double, register, register)
      var next = Label()
      code.jump(.np, to: &next)
      code.loadFloat(
        .double, register, Self.field(isSingle ? StateOffset.canonicalSingle : StateOffset.canonicalDouble))
      code.bind(&next)
    }
  }
}
