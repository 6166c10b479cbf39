import HartEngine
import ISA

/// Checks that a block's intermediate representation is what the rest of the translator takes for granted. For tests and
/// debug builds: nothing of it runs where speed matters.
package enum IRVerifier {
  /// What is wrong with a block, and with which of its instructions; nil when nothing is.
  /// - Parameter operations: the places of the block's operations, as `SlowPathSite` counts them.
  package static func complaint(
    about block: UnsafeBufferPointer<IRInstruction>, operations: ClosedRange<UInt32>
  ) -> String? {
    guard let last = block.last else { return "a block without instructions" }
    guard last.kind.endsBlock || last.kind == .outside || last.kind == .system else {
      return "\(last): is no end of a block, and stands last"
    }
    var hasTemporary = false
    var place: UInt32 = 0
    for index in block.indices {
      let i = block[index]
      func complain(_ text: String) -> String { "\(i): \(text) (instruction \(index) of \(block.count))" }
      if i.kind.endsBlock, index + 1 < block.count { return complain("an end in the middle") }
      if let trouble = i.operandTrouble ?? i.destinationTrouble ?? i.detailTrouble { return complain(trouble) }
      if i.reads(IRRegister.temporary), !hasTemporary {
        return complain("reads the temporary, which the instruction before has not written")
      }
      hasTemporary = i.destination == IRRegister.temporary && i.kind != .outside
      let site = SlowPathSite(packed: i.site)
      guard operations.contains(site.place) else { return complain("is of no operation of the block") }
      guard site.place >= place else { return complain("is of an operation before that of the instruction before") }
      place = site.place
      if i.kind.takesSlowPath, site.remaining == 0 || site.remaining > UInt32(Block.capacity) {
        return complain("has the hart go on with \(site.remaining) instructions")
      }
    }
    return nil
  }

  /// The same for the block that `instructions` are decoded to, the last of which need not end it.
  /// - Parameter change: what is done to it before it is checked.
  package static func complaint(
    aboutBlockOf instructions: [Instruction], change: (inout [IRInstruction]) -> Void = { _ in }
  ) -> String? {
    var operations = instructions
    if operations.last?.opcode.endsBlock != true { operations.append(Instruction(.jal, rd: HartState.sink)) }
    var pc: UInt32 = 0x8000_0000
    for index in operations.indices {
      if operations[index].rd == 0, !operations[index].opcode.writesFloat { operations[index].rd = HartState.sink }
      operations[index].extra = pc
      operations[index].tag = UInt8(truncatingIfNeeded: index)
      pc &+= UInt32(operations[index].length)
    }
    let builder = UnsafeMutablePointer<IRBlockBuilder>.allocate(capacity: 1)
    builder.initialize(to: IRBlockBuilder(capacity: 4096))
    defer {
      builder.deinitialize(count: 1)
      builder.deallocate()
    }
    builder.pointee.beginRegion()
    builder.pointee.beginBlock()
    var semantics = IRSemantics(builder: builder)
    operations.withUnsafeBufferPointer { buffer in
      guard var operation = buffer.baseAddress else { return }
      for index in 0..<buffer.count {
        let site = SlowPathSite(
          place: UInt32(truncatingIfNeeded: index), remaining: UInt32(truncatingIfNeeded: instructions.count - index))
        builder.pointee.beginInstruction(operation, site: site.packed)
        execute(operation, in: &semantics)
        builder.pointee.endInstruction(destination: operation.rd)
        operation += 1
      }
    }
    let made = UnsafeMutableBufferPointer(start: builder.pointee.instructions, count: builder.pointee.count)
    let fused = UnsafeMutableBufferPointer(rebasing: made[..<Fusion.fuse(made)])
    var block = Array(fused.prefix(DeadWrites.remove(from: fused)))
    change(&block)
    return block.withUnsafeBufferPointer {
      complaint(about: $0, operations: 0...UInt32(truncatingIfNeeded: operations.count - 1))
    }
  }
}

extension IRKind {
  /// Whether the hart may be asked to carry out the guest's instruction.
  fileprivate var takesSlowPath: Bool { mayLeave && self != .branch && self != .jump }
}

extension IRInstruction {
  /// What an operand may be.
  private struct Operands: OptionSet {
    let rawValue: UInt8
    static let register = Operands(rawValue: 1)
    static let temporary = Operands(rawValue: 2)
    static let constant = Operands(rawValue: 4)
    static let none = Operands(rawValue: 8)
    /// A word.
    static let word: Operands = [register, temporary, constant]

    /// The one that stands for `operand`; empty for a number that means nothing.
    init(of operand: UInt8) {
      switch operand {
      case ..<32: self = .register
      case IRRegister.temporary: self = .temporary
      case IRRegister.constant: self = .constant
      case IRRegister.none: self = .none
      default: self = []
      }
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }

    func allows(_ operand: UInt8) -> Bool {
      let kind = Operands(of: operand)
      return !kind.isEmpty && isSuperset(of: kind)
    }
  }

  func reads(_ operand: UInt8) -> Bool { kind != .outside && (a == operand || b == operand || c == operand) }

  /// What `a`, `b` and `c` may be.
  private var operands: (Operands, Operands, Operands) {
    switch kind {
    case .move: ([.register, .constant], .none, .none)
    case .add, .subtract, .and, .or, .xor, .shiftLeft, .shiftRight, .shiftRightSigned, .rotateRight, .setEqual,
      .setLess,
      .setLessUnsigned, .multiply, .multiplyHigh, .multiplyHighUnsigned, .multiplyHighSignedUnsigned, .divide,
      .divideUnsigned, .remainder, .remainderUnsigned:
      (.word, .word, .none)
    case .addShifted: (.register, .register, .none)
    case .select: ([.register, .temporary], [.register, .constant], [.register, .constant])
    case .leadingZeros, .trailingZeros, .populationCount, .signExtendByte, .signExtendHalf, .zeroExtendHalf,
      .reverseBytes:
      ([.register, .temporary], [.constant], .none)
    case .loadByte, .loadByteUnsigned, .loadHalf, .loadHalfUnsigned, .loadWord: (.word, .none, .none)
    // What is stored is a register of the guest's instruction; the constant stands for x0.
    case .storeByte, .storeHalf, .storeWord, .atomic, .storeConditional: (.word, [.register, .constant], .none)
    case .loadReserved: (.word, .none, .none)
    case .loadSingle, .loadDouble: (.word, .none, .none)
    case .storeSingle, .storeDouble: (.word, .register, .none)
    case .float: ([.register, .constant], .register, .register)
    case .outside, .system, .jump: (.none, .none, .none)
    case .control: ([.register, .constant, .none], .none, .none)
    case .branch: (.word, .word, .none)
    case .jumpIndirect: (.word, .none, .none)
    }
  }

  /// What is wrong with the operands.
  fileprivate var operandTrouble: String? {
    let (first, second, third) = operands
    guard first.allows(a) else { return "its first operand cannot be that" }
    guard second.allows(b) else { return "its second operand cannot be that" }
    guard third.allows(c) else { return "its third operand cannot be that" }
    let isConstant = a == IRRegister.constant && b == IRRegister.constant
    switch kind {
    case .storeByte, .storeHalf, .storeWord, .atomic, .storeConditional, .float: return nil
    case .select: return b == c && b == IRRegister.constant ? "it selects between constants" : nil
    default: return isConstant ? "both operands are constants" : nil
    }
  }

  /// What is wrong with where the result goes.
  fileprivate var destinationTrouble: String? {
    let isGuest = (1..<32).contains(destination)
    let isWritten =
      switch kind {
      case .branch, .jump, .system, .storeByte, .storeHalf, .storeWord, .storeSingle, .storeDouble:
        destination == IRRegister.none
      case .loadSingle, .loadDouble: destination < 32
      // Whether it is an integer register, of which x0 is none, is the operation's affair.
      case .float: destination < 32 || destination == IRRegister.none
      case .loadByte, .loadByteUnsigned, .loadHalf, .loadHalfUnsigned, .loadWord, .atomic, .loadReserved,
        .storeConditional, .control, .jumpIndirect:
        isGuest || destination == IRRegister.none
      // The hart knows itself; the guest's instruction may name the place that writes to x0 go to.
      case .outside: destination <= IRRegister.temporary || destination == IRRegister.none
      case .move: isGuest
      default: isGuest || destination == IRRegister.temporary
      }
    return isWritten ? nil : "its result cannot go there"
  }

  /// What is wrong with what its kind leaves open.
  fileprivate var detailTrouble: String? {
    let isKnown =
      switch kind {
      case .atomic: AtomicOperation(rawValue: detail) != nil
      case .float: IRFloat(rawValue: detail & ~IRFloat.isDouble) != nil && constant < 8
      case .branch: BranchCondition(rawValue: detail) != nil
      case .jump, .setEqual, .setLess: detail < 2
      case .setLessUnsigned: detail < 3
      case .addShifted: 1...3 ~= detail
      case .control: IRControl(rawValue: detail) != nil
      case .outside: detail == 0 || detail == IROutside.keepsControl
      default: detail == 0
      }
    return isKnown ? nil : "its detail means nothing"
  }
}
