import HartEngine
import ISA

/// The translator's side of `Semantics`: what an instruction means, as instructions of the intermediate representation.
///
/// It only points at what it changes, because words do too.
struct IRSemantics {
  let builder: UnsafeMutablePointer<IRBlockBuilder>

  private func appendAccess(_ kind: IRKind, _ destination: UInt8, _ address: IRWord, _ value: UInt8, detail: UInt8 = 0)
  {
    let (base, displacement) = builder.pointee.asWritten(address)
    builder.pointee.append(
      IRInstruction(
        kind, destination, base, value, detail: detail, constant: displacement, site: builder.pointee.site))
  }

  private func appendOutside(_ destination: UInt8, keepsControl: Bool) {
    builder.pointee.forget(destination)
    builder.pointee.append(
      IRInstruction(
        .outside, destination, IRRegister.none, detail: keepsControl ? IROutside.keepsControl : 0,
        site: builder.pointee.site))
  }
}

extension IRSemantics: Semantics {
  typealias Word = IRWord

  func read(_ register: UInt8) -> IRWord {
    if let constant = builder.pointee.constant(of: register & 31) { return IRWord(constant: constant) }
    return IRWord(builder, register & 31)
  }

  mutating func write(_ register: UInt8, _ value: IRWord) { builder.pointee.write(register, value) }

  var pc: IRWord { IRWord(constant: builder.pointee.pc) }

  mutating func load(_ width: AccessWidth, signed: Bool, at address: IRWord, into register: UInt8) {
    let kind: IRKind =
      switch width {
      case .byte: signed ? .loadByte : .loadByteUnsigned
      case .half: signed ? .loadHalf : .loadHalfUnsigned
      case .word, .double: .loadWord
      }
    builder.pointee.forget(register)
    appendAccess(kind, register < 32 ? register : IRRegister.none, address, IRRegister.none)
  }

  mutating func store(_ width: AccessWidth, _ value: IRWord, at address: IRWord) {
    let kind: IRKind =
      switch width {
      case .byte: .storeByte
      case .half: .storeHalf
      case .word, .double: .storeWord
      }
    appendAccess(kind, IRRegister.none, address, builder.pointee.source)
  }

  mutating func loadReserved(at address: IRWord, into register: UInt8) {
    builder.pointee.forget(register)
    appendAccess(.loadReserved, register < 32 ? register : IRRegister.none, address, IRRegister.none)
  }

  mutating func storeConditional(_ value: IRWord, at address: IRWord, into register: UInt8) {
    builder.pointee.forget(register)
    appendAccess(.storeConditional, register < 32 ? register : IRRegister.none, address, builder.pointee.source)
  }

  mutating func atomic(_ operation: AtomicOperation, _ value: IRWord, at address: IRWord, into register: UInt8) {
    builder.pointee.forget(register)
    appendAccess(
      .atomic, register < 32 ? register : IRRegister.none, address, builder.pointee.source,
      detail: operation.rawValue)
  }

  // MARK: Control flow

  mutating func branch(_ condition: BranchCondition, _ a: IRWord, _ b: IRWord, _ i: InstructionPointer) {
    if a.isConstant, b.isConstant { return appendJump(isTaken: condition.holds(a.offset, b.offset)) }
    builder.pointee.append(
      IRInstruction(
        .branch, IRRegister.none, a.register, b.register, detail: condition.rawValue,
        constant: b.isConstant ? b.offset : a.offset, site: builder.pointee.site))
  }

  private func appendJump(isTaken: Bool) {
    builder.pointee.append(
      IRInstruction(.jump, IRRegister.none, IRRegister.none, detail: isTaken ? 1 : 0, site: builder.pointee.site))
  }

  mutating func jump(_ i: InstructionPointer) {
    write(i.rd, IRWord(constant: i.extra &+ UInt32(i.length)))
    appendJump(isTaken: true)
  }

  mutating func jumpIndirect(to target: IRWord, _ i: InstructionPointer) {
    if target.isConstant, builder.pointee.onlyTarget == target.offset & ~1 { return jump(i) }
    builder.pointee.append(
      IRInstruction(
        .jumpIndirect, i.rd < 32 ? i.rd : IRRegister.none, target.register, constant: target.offset,
        site: builder.pointee.site))
  }

  // MARK: Floating point

  mutating func loadFloat(_ precision: FloatPrecision, at address: IRWord, into register: UInt8) {
    appendAccess(precision == .single ? .loadSingle : .loadDouble, register & 31, address, IRRegister.none)
  }

  mutating func storeFloat(_ precision: FloatPrecision, _ register: UInt8, at address: IRWord) {
    appendAccess(precision == .single ? .storeSingle : .storeDouble, IRRegister.none, address, register & 31)
  }

  mutating func float(_ operation: FloatOperation, _ precision: FloatPrecision, _ i: InstructionPointer) {
    let writesInteger = IRFloat.writesInteger(operation)
    guard let detail = IRFloat(operation, precision, rounding: i.function) else {
      return appendOutside(writesInteger ? i.rd : IRRegister.none, keepsControl: true)
    }
    if writesInteger { builder.pointee.forget(i.rd) }
    builder.pointee.append(
      IRInstruction(
        .float, writesInteger && i.rd >= 32 ? IRRegister.none : i.rd & 31,
        detail.readsInteger && i.rs1 & 31 == 0 ? IRRegister.constant : i.rs1 & 31, i.rs2 & 31, c: i.rs3 & 31,
        detail: detail.rawValue | (precision == .double ? IRFloat.isDouble : 0),
        constant: UInt32(i.function), site: builder.pointee.site))
  }

  // MARK: What the hart does

  /// Registers that are plain storage are read and written; everything else is left to the hart.
  mutating func csr(_ operation: CSROperation, operand: IRWord, _ i: InstructionPointer) {
    let writes = operation == .write || i.rs1 != 0
    guard let register = IRControl(CSR(rawValue: UInt16(truncatingIfNeeded: i.immediate))),
      operation == .write || !writes
    else { return appendOutside(i.rd, keepsControl: false) }
    builder.pointee.forget(i.rd)
    builder.pointee.append(
      IRInstruction(
        .control, i.rd < 32 ? i.rd : IRRegister.none, writes ? operand.register : IRRegister.none,
        detail: register.rawValue, constant: operand.offset, site: builder.pointee.site))
  }

  mutating func system(_ operation: SystemOperation, _ i: InstructionPointer) {
    builder.pointee.append(IRInstruction(.system, IRRegister.none, IRRegister.none, site: builder.pointee.site))
  }
}
