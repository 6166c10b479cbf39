/// One decoded instruction. Sixteen bytes, so that an engine can keep arrays of them in its blocks.
@frozen public struct Instruction: Equatable, Sendable, BitwiseCopyable {
  public var opcode: Opcode
  /// Destination register, 0…31. Engines may renumber 0 to a scratch register of their own.
  public var rd: UInt8
  public var rs1: UInt8
  public var rs2: UInt8
  /// Third source register of the fused multiply-adds.
  public var rs3: UInt8
  /// The rounding-mode field (0…7) of floating-point instructions; `aq`/`rl` in bits 1 and 0 for atomics.
  public var function: UInt8
  /// Length in guest memory: 2 for a compressed form, 4 otherwise.
  public var length: UInt8
  /// For an engine's own use; `decode` leaves it zero.
  public var tag: UInt8
  /// The sign-extended immediate; the shift amount; the CSR number (with the 5-bit immediate of the `csrr?i` forms in
  /// `rs1`); the raw bits of an illegal instruction.
  public var immediate: Int32
  /// For an engine's own use; `decode` leaves it zero.
  public var extra: UInt32

  @inlinable public init(
    _ opcode: Opcode, rd: UInt8 = 0, rs1: UInt8 = 0, rs2: UInt8 = 0, rs3: UInt8 = 0, function: UInt8 = 0,
    immediate: Int32 = 0, length: UInt8 = 4
  ) {
    self.opcode = opcode
    self.rd = rd
    self.rs1 = rs1
    self.rs2 = rs2
    self.rs3 = rs3
    self.function = function
    self.length = length
    self.tag = 0
    self.immediate = immediate
    self.extra = 0
  }
}

/// A decoded instruction in place. Engines pass it on like this so that each operation loads only the fields it uses.
public typealias InstructionPointer = UnsafePointer<Instruction>

extension UnsafePointer where Pointee == Instruction {
  @inlinable @inline(__always) public var opcode: Opcode { pointee.opcode }
  @inlinable @inline(__always) public var rd: UInt8 { pointee.rd }
  @inlinable @inline(__always) public var rs1: UInt8 { pointee.rs1 }
  @inlinable @inline(__always) public var rs2: UInt8 { pointee.rs2 }
  @inlinable @inline(__always) public var rs3: UInt8 { pointee.rs3 }
  @inlinable @inline(__always) public var function: UInt8 { pointee.function }
  @inlinable @inline(__always) public var length: UInt8 { pointee.length }
  @inlinable @inline(__always) public var tag: UInt8 { pointee.tag }
  @inlinable @inline(__always) public var immediate: Int32 { pointee.immediate }
  @inlinable @inline(__always) public var extra: UInt32 { pointee.extra }
}
