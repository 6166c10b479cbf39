import ISA

/// The text of one line of a commit trace, in the form of Spike's commit log (docs/TRACE.md).
struct CommitLine {
  /// Kinds of registers, by the order in which Spike lists those of one number.
  enum Kind: Int {
    case integer = 0
    case float = 1
    case control = 4
  }

  private(set) var bytes: [UInt8] = []
  /// Registers written, in the order in which they are to appear.
  private var writes: [(key: Int, value: UInt64)] = []
  private var accesses: [(address: UInt32, value: UInt64, bytes: Int)] = []

  /// Starts the line of an instruction of `length` bytes.
  mutating func begin(hart: UInt32, mode: PrivilegeMode, pc: UInt32, bits: UInt32, length: UInt8) {
    bytes.removeAll(keepingCapacity: true)
    writes.removeAll(keepingCapacity: true)
    accesses.removeAll(keepingCapacity: true)
    append("core")
    appendDecimal(hart, width: 4, leftAligned: false)
    append(": ")
    appendDecimal(UInt32(mode.rawValue), width: 1, leftAligned: false)
    append(" 0x")
    appendHexadecimal(UInt64(pc), digits: 8)
    append(" (0x")
    appendHexadecimal(UInt64(bits), digits: Int(length) * 2)
    append(")")
  }

  mutating func write(_ kind: Kind, _ number: Int, _ value: UInt64) {
    let key = number << 4 | kind.rawValue
    if !writes.contains(where: { $0.key == key }) { writes.append((key, value)) }
  }

  mutating func load(at address: UInt32) { accesses.append((address, 0, 0)) }

  /// `count` is the number of bytes stored.
  mutating func store(_ value: UInt64, at address: UInt32, count: Int) {
    accesses.append((address, value, count))
  }

  /// Completes the line, without a line feed.
  mutating func finish() {
    if writes.count > 1 { writes.sort { $0.key < $1.key } }
    for write in writes { appendWrite(write.key, write.value) }
    for access in accesses {
      append(" mem 0x")
      appendHexadecimal(UInt64(access.address), digits: 8)
      guard access.bytes > 0 else { continue }
      append(" 0x")
      appendHexadecimal(access.value, digits: access.bytes * 2)
    }
  }

  private mutating func appendWrite(_ key: Int, _ value: UInt64) {
    let number = UInt32(truncatingIfNeeded: key >> 4)
    switch Kind(rawValue: key & 15) {
    case .float:
      append(" f")
      appendDecimal(number, width: 2, leftAligned: true)
      append(" 0x")
      appendHexadecimal(value, digits: 16)
    case .control:
      append(" c")
      appendDecimal(number, width: 1, leftAligned: true)
      append("_")
      bytes.append(contentsOf: CSR(rawValue: UInt16(truncatingIfNeeded: number)).description.utf8)
      append(" 0x")
      appendHexadecimal(value, digits: 8)
    default:
      append(" x")
      appendDecimal(number, width: 2, leftAligned: true)
      append(" 0x")
      appendHexadecimal(value, digits: 8)
    }
  }

  private mutating func append(_ text: StaticString) {
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private mutating func appendHexadecimal(_ value: UInt64, digits: Int) {
    for digit in stride(from: digits - 1, through: 0, by: -1) {
      let nibble = UInt8(truncatingIfNeeded: value >> UInt64(digit * 4)) & 15
      bytes.append(nibble < 10 ? 0x30 + nibble : 0x61 - 10 + nibble)
    }
  }

  private mutating func appendDecimal(_ value: UInt32, width: Int, leftAligned: Bool) {
    let digits = Array(String(value).utf8)
    let padding = repeatElement(UInt8(ascii: " "), count: max(0, width - digits.count))
    if !leftAligned { bytes.append(contentsOf: padding) }
    bytes.append(contentsOf: digits)
    if leftAligned { bytes.append(contentsOf: padding) }
  }
}
