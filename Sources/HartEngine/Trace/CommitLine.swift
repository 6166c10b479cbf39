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
    if digits > 8 { appendHexadecimal(value >> 32, digits: digits - 8) }
    // Eight digits at a time, the first in the highest byte: nibbles spread into bytes, then made characters.
    var spread = (value & 0xFFFF_0000) << 16 | value & 0xFFFF
    spread = (spread << 8 | spread) & 0x00FF_00FF_00FF_00FF
    spread = (spread << 4 | spread) & 0x0F0F_0F0F_0F0F_0F0F
    let letters = (spread &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
    let text = spread &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
    withUnsafeBytes(of: text.bigEndian) { bytes.append(contentsOf: $0.suffix(min(digits, 8))) }
  }

  private mutating func appendDecimal(_ value: UInt32, width: Int, leftAligned: Bool) {
    var divisor: UInt32 = 1
    var padding = width - 1
    while value / divisor >= 10 {
      divisor *= 10
      padding -= 1
    }
    if !leftAligned { appendSpaces(padding) }
    while divisor > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
      divisor /= 10
    }
    if leftAligned { appendSpaces(padding) }
  }

  private mutating func appendSpaces(_ count: Int) {
    var left = count
    while left > 0 {
      bytes.append(UInt8(ascii: " "))
      left -= 1
    }
  }
}
