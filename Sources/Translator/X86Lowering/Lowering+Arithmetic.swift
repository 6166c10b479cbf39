extension Lowering {
  mutating func lowerMove(_ i: IRInstruction) {
    if i.a == IRRegister.constant {
      if let register = register(i.destination) {
        code.mov32(register, i.constant)
      } else {
        code.store32(Self.slot(i.destination), i.constant)
      }
    } else {
      finish(i.destination, use(i.a, 0, in: .rax))
    }
  }

  /// Addition, subtraction and bitwise operations.
  mutating func lowerBinary(_ i: IRInstruction, _ operation: HostArithmetic) {
    let target = target(i.destination)
    if i.a == i.b, operation == .sub {
      code.mov32(target, UInt32(0))
      return finish(i.destination, target)
    }
    if register(i.destination) == nil, i.destination == i.a { return lowerInMemory(i, operation) }
    if let first = register(i.a), operation == .add {
      if i.b == IRRegister.constant, first != target {
        return finish(i.destination, lea(target, HostAddress(first, Int32(bitPattern: i.constant))))
      }
      if let second = register(i.b), first != target, second != target {
        return finish(i.destination, lea(target, HostAddress(first, second)))
      }
    }
    if register(i.b) == target {
      if operation == .sub {
        code.neg32(target)
        if !i.isNegation { operate(.add, target, i.a, i.constant) }
      } else {
        operate(operation, target, i.a, i.constant)
      }
    } else if operation == .sub, i.isNegation {
      load(i.b, 0, into: target)
      code.neg32(target)
    } else {
      load(i.a, i.constant, into: target)
      operateShortly(operation, target, i.b, i.constant)
    }
    finish(i.destination, target)
  }

  private mutating func lea(_ target: HostRegister, _ address: HostAddress) -> HostRegister {
    code.lea32(target, address)
    return target
  }

  /// As `operate`, with shorter code for some constants.
  private mutating func operateShortly(
    _ operation: HostArithmetic, _ target: HostRegister, _ operand: UInt8, _ constant: UInt32
  ) {
    guard operand == IRRegister.constant else { return operate(operation, target, operand, constant) }
    switch (operation, constant) {
    case (.xor, .max): code.not32(target)
    case (.and, 0xFF): code.movzx8(target, target)
    case (.and, 0xFFFF): code.movzx16(target, target)
    default: code.alu32(operation, target, constant)
    }
  }

  /// On a guest register that is in memory.
  private mutating func lowerInMemory(_ i: IRInstruction, _ operation: HostArithmetic) {
    let slot = Self.slot(i.destination)
    if i.b == IRRegister.constant {
      code.alu32(operation, slot, i.constant)
    } else {
      code.alu32(operation, slot, use(i.b, 0, in: .rcx))
    }
  }

  // MARK: Shifts

  mutating func lowerShift(_ i: IRInstruction, _ operation: HostShift) {
    let target = target(i.destination)
    if i.b == IRRegister.constant {
      if operation == .ror, features.contains(.bmi2), let source = register(i.a) {
        code.rorx32(target, source, by: UInt8(i.constant & 31))
      } else {
        load(i.a, i.constant, into: target)
        if i.constant & 31 != 0 { code.shift32(operation, target, by: UInt8(i.constant & 31)) }
      }
    } else if features.contains(.bmi2), operation != .ror {
      let count = use(i.b, 0, in: .rcx)
      let source = use(i.a, i.constant, in: .rax)
      switch operation {
      case .shl: code.shlx32(target, source, by: count)
      case .shr: code.shrx32(target, source, by: count)
      default: code.sarx32(target, source, by: count)
      }
    } else {
      load(i.b, 0, into: .rcx)
      load(i.a, i.constant, into: .rax)
      code.shift32ByCL(operation, .rax)
      return finish(i.destination, .rax)
    }
    finish(i.destination, target)
  }

  // MARK: Comparisons

  /// Compares two operands. Returns whether that had to be the other way round.
  mutating func compare(_ a: UInt8, _ b: UInt8, _ constant: UInt32) -> Bool {
    if a == IRRegister.constant {
      _ = compare(b, a, constant)
      return true
    }
    if let first = register(a) {
      if b == IRRegister.constant, constant == 0 {
        code.test32(first, first)
      } else {
        operate(.cmp, first, b, constant)
      }
    } else if b == IRRegister.constant {
      code.alu32(.cmp, Self.slot(a), constant)
    } else {
      code.alu32(.cmp, Self.slot(a), use(b, 0, in: .rax))
    }
    return false
  }

  mutating func lowerSet(_ i: IRInstruction, _ condition: HostCondition) {
    let isSwapped = compare(i.a, i.b, i.constant)
    let holds = isSwapped ? condition.swapped : condition
    let target = target(i.destination)
    if i.detail == 2, holds == .b {
      code.alu32(.sbb, target, target)
      return finish(i.destination, target)
    }
    code.setcc8(i.detail == 1 ? holds.inverted : holds, .rax)
    code.movzx8(target, .rax)
    if i.detail == 2 { code.neg32(target) }
    finish(i.destination, target)
  }

  mutating func lowerAddShifted(_ i: IRInstruction) {
    if let base = register(i.a), let index = register(i.b) {
      return finish(i.destination, lea(target(i.destination), HostAddress(base, index, scale: 1 << i.detail)))
    }
    let target = target(i.destination)
    let sum = target == register(i.a) ? .rax : target
    load(i.b, 0, into: sum)
    code.shift32(.shl, sum, by: i.detail)
    operate(.add, sum, i.a, 0)
    finish(i.destination, sum)
  }

  mutating func lowerSelect(_ i: IRInstruction) {
    // Whatever is loaded leaves the flags alone.
    if let condition = register(i.a) {
      code.test32(condition, condition)
    } else {
      code.alu32(.cmp, Self.slot(i.a), UInt32(0))
    }
    load(i.c, i.constant, into: .rax)
    if let register = register(i.b) {
      code.cmov32(.ne, .rax, register)
    } else if i.b == IRRegister.constant {
      code.mov32(.rcx, i.constant)
      code.cmov32(.ne, .rax, .rcx)
    } else {
      code.cmov32(.ne, .rax, Self.slot(i.b))
    }
    finish(i.destination, .rax)
  }

  // MARK: Multiplication and division

  mutating func lowerMultiply(_ i: IRInstruction) {
    let target = target(i.destination)
    if i.b == IRRegister.constant {
      code.imul32(target, use(i.a, 0, in: .rax), Int32(bitPattern: i.constant))
    } else if register(i.b) == target {
      multiply(target, by: i.a)
    } else {
      load(i.a, 0, into: target)
      multiply(target, by: i.b)
    }
    finish(i.destination, target)
  }

  private mutating func multiply(_ target: HostRegister, by operand: UInt8) {
    if let register = register(operand) {
      code.imul32(target, register)
    } else {
      code.imul32(target, Self.slot(operand))
    }
  }

  mutating func lowerMultiplyHigh(_ i: IRInstruction, isSigned: Bool) {
    let factor = use(i.b, i.constant, in: .rcx)
    load(i.a, i.constant, into: .rax)
    if isSigned { code.imul32(factor) } else { code.mul32(factor) }
    finish(i.destination, .rdx)
  }

  mutating func lowerMultiplyHighSignedUnsigned(_ i: IRInstruction) {
    load(i.a, i.constant, into: .rax)
    code.movsx32to64(.rax, .rax)
    load(i.b, i.constant, into: .rcx)
    code.imul64(.rax, .rcx)
    code.shift64(.shr, .rax, by: 32)
    finish(i.destination, .rax)
  }

  /// The quotient is left in rax, the remainder in rdx. Divisors that the host traps on are 0, and with signs −1.
  mutating func lowerDivide(_ i: IRInstruction, isSigned: Bool, wantsRemainder: Bool) {
    // Where it has a register of its own it stays there, but `divideSpecially` looks for a signed one in rcx.
    var divisor = HostRegister.rcx
    if !isSigned, let register = register(i.b), register != .rdx { divisor = register }
    load(i.b, i.constant, into: divisor)
    load(i.a, i.constant, into: .rax)
    let isSafe = i.b == IRRegister.constant && i.constant != 0 && i.constant != .max
    var special: Int?
    if !isSafe {
      let later = postpone(LaterCode(wantsRemainder ? .remainder : .quotient, isSigned ? 1 : 0))
      special = later
      if isSigned {
        code.lea32(.rdx, HostAddress(.rcx, 1))
        code.alu32(.cmp, .rdx, UInt32(1))
        outside(if: .be, later)
      } else {
        code.test32(divisor, divisor)
        outside(if: .e, later)
      }
    }
    if isSigned {
      code.cdq()
      code.idiv32(.rcx)
    } else {
      code.alu32(.xor, .rdx, .rdx)
      code.div32(divisor)
    }
    if let special { resume(special) }
    finish(i.destination, wantsRemainder ? .rdx : .rax)
  }

  /// By 0 the quotient has all bits set and the remainder is the dividend; by −1 they are its negative and 0.
  mutating func divideSpecially(isSigned: Bool, wantsRemainder: Bool) {
    var done = Label()
    if isSigned {
      if wantsRemainder { code.alu32(.xor, .rdx, .rdx) } else { code.neg32(.rax) }
      code.test32(.rcx, .rcx)
      code.jump(.ne, to: &done)
    }
    if wantsRemainder {
      code.mov32(.rdx, .rax)
    } else {
      code.mov32(.rax, UInt32.max)
    }
    code.bind(&done)
  }

  // MARK: Of one operand

  mutating func lowerUnary(_ i: IRInstruction) {
    let target = target(i.destination)
    switch i.kind {
    case .leadingZeros: code.lzcnt32(target, use(i.a, 0, in: .rax))
    case .trailingZeros: code.tzcnt32(target, use(i.a, 0, in: .rax))
    case .populationCount: code.popcnt32(target, use(i.a, 0, in: .rax))
    case .signExtendByte: code.movsx8(target, use(i.a, 0, in: .rax))
    case .signExtendHalf: code.movsx16(target, use(i.a, 0, in: .rax))
    case .zeroExtendHalf: code.movzx16(target, use(i.a, 0, in: .rax))
    default:
      load(i.a, 0, into: target)
      code.bswap32(target)
    }
    finish(i.destination, target)
  }
}

extension IRInstruction {
  fileprivate var isNegation: Bool { kind == .subtract && a == IRRegister.constant && constant == 0 }
}

extension HostCondition {
  /// What holds for the operands the other way round.
  var swapped: HostCondition {
    switch self {
    case .b: .a
    case .a: .b
    case .ae: .be
    case .be: .ae
    case .l: .g
    case .g: .l
    case .ge: .le
    case .le: .ge
    default: self
    }
  }
}
