/// Turns instruction words into `Instruction`s, for one configured ISA.
///
/// The table is built from `Opcode.encoding`: thirteen bits of the word choose the head of a short chain of rows, and the
/// first row that matches wins. Every chain ends in a row that matches anything and means `illegal`.
public struct Decoder: Sendable {
  public let configuration: ISAConfiguration
  private var heads: [UInt16]
  private var rows: [Row]
  private let compressed: Bool
  private let singles: Bool
  private let doubles: Bool

  private struct Row {
    var mask: UInt32
    var match: UInt32
    var next: UInt16
    var opcode: Opcode
    var format: OperandFormat
  }

  public init(configuration: ISAConfiguration) {
    self.configuration = configuration
    compressed = configuration.has(.c)
    singles = configuration.has(.f)
    doubles = configuration.has(.d)
    heads = Array(repeating: 0, count: Self.keyCount)
    rows = [Row(mask: 0, match: 0, next: 0, opcode: .illegal, format: .none)]
    // A row goes in front of those already there, so special cases, which follow what they refine, are tried first.
    for opcode in Opcode.allCases {
      if let encoding = opcode.encoding, configuration.has(encoding.requires) { insert(opcode, encoding) }
    }
  }

  /// Decodes the instruction that starts at the low end of `bits`; a 16-bit one ignores the upper half.
  ///
  /// Whatever the configured ISA does not have, reserved encodings included, is `.illegal`, with the raw bits in
  /// `immediate`: all 32, or 16 zero-extended where the low two bits are not 3.
  public func decode(_ bits: UInt32) -> Instruction {
    guard bits & 3 == 3 else { return decodeCompressed(bits & 0xFFFF) }
    var row = rows[Int(heads[Self.key(bits)])]
    while bits & row.mask != row.match { row = rows[Int(row.next)] }
    if row.opcode == .illegal { return Instruction(.illegal, immediate: Int32(bitPattern: bits)) }
    return row.format.instruction(row.opcode, bits)
  }

  private func decodeCompressed(_ bits: UInt32) -> Instruction {
    if compressed, let expanded = Instruction(expanding: bits) {
      switch expanded.opcode {
      case .flw, .fsw: if singles { return expanded }
      case .fld, .fsd: if doubles { return expanded }
      default: return expanded
      }
    }
    return Instruction(.illegal, immediate: Int32(bitPattern: bits), length: 2)
  }

  private static let keyCount = 1 << 13

  /// Bits 31:27, 14:12 and 6:2, side by side.
  private static func key(_ bits: UInt32) -> Int {
    Int(bits &>> 2 & 0x1F | bits &>> 7 & 0xE0 | bits &>> 19 & 0x1F00)
  }

  /// Puts a row at the head of every chain whose words it may match; chains that agree from there on share it.
  private mutating func insert(_ opcode: Opcode, _ encoding: Encoding) {
    let free = (Self.keyCount - 1) & ~Self.key(encoding.mask)
    let fixed = Self.key(encoding.match)
    let first = rows.count
    var subset = 0
    repeat {
      let next = heads[fixed | subset]
      let shared = rows[first...].firstIndex { $0.next == next }
      if shared == nil {
        rows.append(
          Row(mask: encoding.mask, match: encoding.match, next: next, opcode: opcode, format: encoding.format))
      }
      heads[fixed | subset] = UInt16(truncatingIfNeeded: shared ?? rows.count - 1)
      subset = (subset - free) & free
    } while subset != 0
  }
}
