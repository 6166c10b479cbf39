import ISA

/// Writes RV32 machine code at a fixed address, with labels that may be bound after their use.
public struct Assembler {
  /// A place in the code; bound at most once.
  public struct Label: Hashable, Sendable { fileprivate let index: Int }

  private struct Fixup {
    var position: Int
    var label: Label
    var kind: Kind
    enum Kind {
      case branch, jump, upperLower
      /// A word: how far the label lies behind another place.
      case distance(from: Int)
    }
  }

  public let base: UInt32
  private var halves: [UInt16] = []
  private var labels: [Int?] = []
  private var fixups: [Fixup] = []

  public init(base: UInt32) { self.base = base }

  /// Address of the next instruction.
  public var here: UInt32 { base &+ UInt32(halves.count * 2) }

  public mutating func label() -> Label {
    labels.append(nil)
    return Label(index: labels.count - 1)
  }

  public mutating func bind(_ label: Label) { labels[label.index] = halves.count }

  public mutating func half(_ bits: UInt16) { halves.append(bits) }

  public mutating func word(_ bits: UInt32) {
    halves.append(UInt16(truncatingIfNeeded: bits))
    halves.append(UInt16(truncatingIfNeeded: bits >> 16))
  }

  /// Fills with `c.nop` to a multiple of `alignment` bytes.
  public mutating func align(_ alignment: UInt32) {
    while here % alignment != 0 { half(1) }
  }

  public mutating func emit(
    _ opcode: Opcode, rd: UInt8 = 0, rs1: UInt8 = 0, rs2: UInt8 = 0, _ immediate: Int32 = 0
  ) {
    word(Self.encode(opcode, rd: rd, rs1: rs1, rs2: rs2, immediate))
  }

  public mutating func branch(_ opcode: Opcode, _ rs1: UInt8, _ rs2: UInt8, to label: Label) {
    fixups.append(Fixup(position: halves.count, label: label, kind: .branch))
    emit(opcode, rs1: rs1, rs2: rs2)
  }

  public mutating func jump(rd: UInt8 = 0, to label: Label) {
    fixups.append(Fixup(position: halves.count, label: label, kind: .jump))
    emit(.jal, rd: rd)
  }

  /// `auipc rd` and an I-type instruction whose operands give the label's address: an `addi`, or a `jalr` through `rd`.
  public mutating func address(
    rd: UInt8, of label: Label, then opcode: Opcode = .addi, linking: UInt8? = nil
  ) {
    fixups.append(Fixup(position: halves.count, label: label, kind: .upperLower))
    emit(.auipc, rd: rd)
    emit(opcode, rd: linking ?? rd, rs1: rd)
  }

  /// A word that says how far `label` lies behind the bound label `origin`, for tables of jumps.
  public mutating func distance(to label: Label, from origin: Label) {
    guard let place = labels[origin.index] else { preconditionFailure("distance from a label that is not bound") }
    fixups.append(Fixup(position: halves.count, label: label, kind: .distance(from: place)))
    word(0)
  }

  /// The address of a label; nil before it is bound.
  public func address(of label: Label) -> UInt32? { labels[label.index].map { base &+ UInt32($0 * 2) } }

  /// Loads a constant in one or two instructions.
  public mutating func li(_ rd: UInt8, _ value: UInt32) {
    let low = Int32(bitPattern: value << 20) >> 20
    let high = value &- UInt32(bitPattern: low)
    if high == 0 { return emit(.addi, rd: rd, low) }
    emit(.lui, rd: rd, Int32(bitPattern: high))
    if low != 0 { emit(.addi, rd: rd, rs1: rd, low) }
  }

  public mutating func csr(_ opcode: Opcode, rd: UInt8 = 0, _ number: UInt16, _ rs1: UInt8) {
    emit(opcode, rd: rd, rs1: rs1, Int32(number))
  }

  /// The finished code. Every label used must have been bound.
  public func finish() -> [UInt8] {
    var result = halves
    func patch(_ position: Int, _ bits: UInt32) {
      result[position] |= UInt16(truncatingIfNeeded: bits)
      result[position + 1] |= UInt16(truncatingIfNeeded: bits >> 16)
    }
    for fixup in fixups {
      guard let target = labels[fixup.label.index] else {
        preconditionFailure("label used but never bound")
      }
      let distance = Int32(2 * (target - fixup.position))
      switch fixup.kind {
      case .branch:
        precondition((-4096..<4096).contains(distance), "a branch over \(distance) bytes")
        patch(fixup.position, Self.encode(.beq, distance) & 0xFFFF_8F80)
      case .jump: patch(fixup.position, Self.encode(.jal, distance) & 0xFFFF_F000)
      case .upperLower:
        let low = (distance << 20) >> 20
        patch(fixup.position, UInt32(bitPattern: distance - low))
        patch(fixup.position + 2, UInt32(bitPattern: low) << 20)
      case .distance(let origin): patch(fixup.position, UInt32(bitPattern: Int32(2 * (target - origin))))
      }
    }
    return result.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
  }

  /// The 32-bit form of an instruction; fields that the format does not have are ignored.
  public static func encode(
    _ opcode: Opcode, rd: UInt8 = 0, rs1: UInt8 = 0, rs2: UInt8 = 0, _ immediate: Int32 = 0
  ) -> UInt32 {
    guard let encoding = opcode.encoding else { return 0 }
    let value = UInt32(bitPattern: immediate)
    let low = UInt32(rd) << 7
    let first = UInt32(rs1) << 15
    let second = UInt32(rs2) << 20
    let operands: UInt32 =
      switch encoding.format {
      case .none: 0
      case .upper: value & 0xFFFF_F000 | low
      case .jump:
        (value >> 20 & 1) << 31 | (value >> 1 & 0x3FF) << 21 | (value >> 11 & 1) << 20 | value
          & 0xF_F000 | low
      case .branch:
        (value >> 12 & 1) << 31 | (value >> 5 & 0x3F) << 25 | (value >> 1 & 0xF) << 8
          | (value >> 11 & 1) << 7 | first
          | second
      case .store, .floatStore: (value >> 5) << 25 | (value & 0x1F) << 7 | first | second
      case .load, .floatLoad, .immediate, .csr, .csrImmediate, .fence, .fenceInstructions:
        value << 20 | first | low
      case .shift: (value & 31) << 20 | first | low
      default: first | second | low
      }
    return encoding.match | operands & ~encoding.mask
  }
}
