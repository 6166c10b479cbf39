import HartEngine
import ISA

/// Collects the intermediate representation of a region, guest instruction by guest instruction.
struct IRBlockBuilder: ~Copyable {
  let instructions: UnsafeMutablePointer<IRInstruction>
  let capacity: Int
  private(set) var count = 0
  /// No room was left: the region must not be used.
  private(set) var isFull = false
  /// Whether any instruction needs floating-point state to be enabled.
  private(set) var hasFloat = false
  /// The guest's instruction is more than there is an instruction for.
  var isOutside = false
  /// Registers whose values are known, and the values.
  private var known: UInt32 = 1
  private let values: UnsafeMutablePointer<UInt32>
  /// Where the guest's instruction under way begins, and what slow paths need to know of it.
  private var start = 0
  private var knownAtStart: UInt32 = 1
  private(set) var site: UInt32 = 0
  private(set) var pc: UInt32 = 0
  /// Where the block's indirect jump always goes, if that is known.
  var onlyTarget: UInt32?
  /// The register of the guest's second operand, or `constant` for x0.
  private(set) var source: UInt8 = 0
  /// The register of its first operand.
  private var base: UInt8 = 0

  init(capacity: Int) {
    self.capacity = capacity
    instructions = .allocate(capacity: capacity)
    values = .allocate(capacity: 32)
    values.initialize(repeating: 0, count: 32)
  }

  deinit {
    instructions.deallocate()
    values.deallocate()
  }

  mutating func beginRegion() {
    count = 0
    isFull = false
    hasFloat = false
  }

  mutating func beginBlock() { known = 1 }

  mutating func beginInstruction(_ i: InstructionPointer, site: UInt32) {
    source = i.rs2 & 31 == 0 ? IRRegister.constant : i.rs2 & 31
    base = i.rs1 & 31
    start = count
    knownAtStart = known
    pc = i.extra
    self.site = site
    isOutside = false
  }

  /// Leaves the guest's instruction to the hart, if there was no other way.
  mutating func endInstruction(destination: UInt8) {
    guard isOutside else { return }
    count = start
    known = knownAtStart
    forget(destination)
    append(IRInstruction(.outside, destination, IRRegister.none, detail: IROutside.keepsControl, site: site))
  }

  /// Ends a block that no jump ends.
  mutating func appendContinuation(site: UInt32) {
    append(IRInstruction(.jump, IRRegister.none, IRRegister.none, detail: 1, site: site))
  }

  /// Drops all instructions from the given one on.
  mutating func cut(to count: Int) { self.count = count }

  mutating func append(_ instruction: IRInstruction) {
    guard count < capacity else {
      isFull = true
      return
    }
    instructions[count] = instruction
    count += 1
    if instruction.isFloat { hasFloat = true }
  }

  /// Appends an operation on two words without offsets, at most one of them constant.
  mutating func append(
    _ kind: IRKind, _ a: IRWord, _ b: IRWord, _ builder: UnsafeMutablePointer<IRBlockBuilder>
  ) -> IRWord {
    var (a, b) = (a, b)
    if a.isConstant, kind.commutes { swap(&a, &b) }
    // Two results of the guest's instruction at once have no place.
    if a.register == IRRegister.temporary, b.register == IRRegister.temporary { isOutside = true }
    append(
      IRInstruction(
        kind, IRRegister.temporary, a.register, b.register, constant: a.isConstant ? a.offset : b.offset, site: site))
    return IRWord(builder, IRRegister.temporary)
  }

  mutating func appendSelect(
    _ condition: IRWord, _ ifNotZero: IRWord, _ ifZero: IRWord, _ builder: UnsafeMutablePointer<IRBlockBuilder>
  ) -> IRWord {
    if ifNotZero.isConstant, ifZero.isConstant {
      if ifNotZero.offset == ifZero.offset { return ifZero }
      isOutside = true
    }
    if ifNotZero.register == IRRegister.temporary || ifZero.register == IRRegister.temporary { isOutside = true }
    append(
      IRInstruction(
        .select, IRRegister.temporary, condition.register, ifNotZero.register, c: ifZero.register,
        constant: ifNotZero.isConstant ? ifNotZero.offset : ifZero.offset, site: site))
    return IRWord(builder, IRRegister.temporary)
  }

  // MARK: Registers

  func constant(of register: UInt8) -> UInt32? { known & 1 &<< UInt32(register) != 0 ? values[Int(register)] : nil }

  /// An address as the guest's instruction has it: off the register, also where that is known to hold a constant. Accesses
  /// off one register share checks, and the constant takes up room.
  func asWritten(_ address: IRWord) -> (register: UInt8, displacement: UInt32) {
    guard address.isConstant, isRegister(base), knownAtStart & 1 &<< UInt32(base) != 0 else {
      return (address.register, address.offset)
    }
    return (base, address.offset &- values[Int(base)])
  }

  private func isRegister(_ register: UInt8) -> Bool { register > 0 && register < 32 }

  mutating func forget(_ register: UInt8) { if isRegister(register) { known &= ~(1 &<< UInt32(register)) } }

  mutating func write(_ register: UInt8, _ word: IRWord) {
    guard isRegister(register) else {
      // Nobody sees the result: no instruction that computes it is needed.
      count = start
      return
    }
    forget(register)
    if word.isConstant {
      known |= 1 &<< UInt32(register)
      values[Int(register)] = word.offset
      append(IRInstruction(.move, register, IRRegister.constant, constant: word.offset, site: site))
    } else if word.register == IRRegister.temporary, word.offset == 0, count > start {
      instructions[count - 1].destination = register
    } else if word.offset == 0 {
      if word.register != register { append(IRInstruction(.move, register, word.register, site: site)) }
    } else {
      append(IRInstruction(.add, register, word.register, IRRegister.constant, constant: word.offset, site: site))
    }
  }
}
