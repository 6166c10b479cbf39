/// Makes one instruction of what puts two shifts of a value together to rotate it, as code does that was compiled without
/// Zbb: instructions may lie between. The shifts stay, unless `DeadWrites` finds that nobody sees them.
package enum Rotations {
  package static func find(in block: UnsafeMutableBufferPointer<IRInstruction>) {
    guard block.contains(where: { $0.kind == .shiftLeft }), block.contains(where: { $0.kind == .shiftRight }) else {
      return
    }
    var values = Values()
    for index in block.indices {
      if let rotation = values.rotation(block[index]) { block[index] = rotation }
      values.follow(block[index])
    }
  }
}

/// What registers hold, as far as it is known. All methods are mutating, as the compiler copies the whole of it for a call of
/// one that is not.
private struct Values {
  private struct Value {
    /// The same in all registers that hold the same.
    var number: UInt16 = 0
    /// What it is a shift of; 0 for nothing of the kind.
    var source: UInt16 = 0
    /// By how much: to the right, or from 32 down to the left.
    var count: UInt8 = 0
    var isLeft = false
  }

  // The guest's registers and the temporary.
  private var values = InlineArray<33, Value>(repeating: Value())
  private var last: UInt16 = 0

  init() { for register in values.indices { values[register].number = fresh() } }

  private mutating func fresh() -> UInt16 {
    last &+= 1
    return last
  }

  mutating func follow(_ i: IRInstruction) {
    guard i.destination < 33 else { return }
    var value = Value()
    switch i.kind {
    case .move where i.a < 33: value = values[Int(i.a)]
    case .shiftLeft where i.isByConstant: value = Value(number: fresh(), count: UInt8(32 - i.constant), isLeft: true)
    case .shiftRight where i.isByConstant: value = Value(number: fresh(), count: UInt8(i.constant))
    default: value.number = fresh()
    }
    if value.count != 0, i.kind != .move { value.source = values[Int(i.a)].number }
    values[Int(i.destination)] = value
  }

  /// The rotation that an instruction makes of two shifts.
  mutating func rotation(_ i: IRInstruction) -> IRInstruction? {
    guard i.kind == .or || i.kind == .xor || i.kind == .add, i.a < 33, i.b < 33 else { return nil }
    let (a, b) = (values[Int(i.a)], values[Int(i.b)])
    guard a.source != 0, a.source == b.source, a.count == b.count, a.isLeft != b.isLeft else { return nil }
    for register in UInt8(1)..<32 where values[Int(register)].number == a.source {
      return IRInstruction(
        .rotateRight, i.destination, register, IRRegister.constant, constant: UInt32(a.count), site: i.site)
    }
    return nil
  }
}

extension IRInstruction {
  /// Whether it shifts what a register holds by 1 to 31.
  fileprivate var isByConstant: Bool { a < 33 && b == IRRegister.constant && 1...31 ~= constant }
}
