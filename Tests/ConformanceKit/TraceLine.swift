/// One line of a commit trace: an instruction that retired, and what it changed. See docs/TRACE.md for the grammar.
public struct TraceLine: Equatable, Sendable {
  public enum Target: Hashable, Sendable {
    case integer(UInt8)
    case float(UInt8)
    case csr(UInt16)
  }

  public struct Access: Hashable, Sendable {
    public var address: UInt32
    /// What was stored, and how many bytes; nil for a load.
    public var stored: Stored?
  }

  public struct Stored: Hashable, Sendable {
    public var value: UInt64
    public var bytes: Int
  }

  public var hart: Int
  public var privilege: UInt8
  public var pc: UInt32
  public var bits: UInt32
  /// Two or four: how long the instruction is.
  public var length: Int
  public var writes: [Target: UInt64] = [:]
  public var accesses: [Access] = []

  /// Reads a line without its line feed; nil when it is not of the form.
  public init?(_ text: UnsafeRawBufferPointer) {
    var scanner = Scanner(text: text)
    guard scanner.skip("core"), let hart = scanner.decimal(), scanner.skip(":"),
      let privilege = scanner.decimal(),
      let pc = scanner.hexadecimal(), scanner.skip("("), let bits = scanner.hexadecimal(),
      scanner.skip(")")
    else { return nil }
    self.hart = Int(hart)
    self.privilege = UInt8(truncatingIfNeeded: privilege)
    self.pc = UInt32(truncatingIfNeeded: pc.value)
    self.bits = UInt32(truncatingIfNeeded: bits.value)
    self.length = bits.digits / 2
    while !scanner.isAtEnd {
      guard scanItem(&scanner) else { return nil }
    }
  }

  private mutating func scanItem(_ scanner: inout Scanner) -> Bool {
    if scanner.skip("mem") {
      guard let address = scanner.hexadecimal() else { return false }
      let stored = scanner.hexadecimal().map { Stored(value: $0.value, bytes: $0.digits / 2) }
      accesses.append(Access(address: UInt32(truncatingIfNeeded: address.value), stored: stored))
      return true
    }
    guard let letter = scanner.letter(), let number = scanner.decimal() else { return false }
    scanner.skipName()
    guard let value = scanner.hexadecimal() else { return false }
    switch letter {
    case UInt8(ascii: "x"): writes[.integer(UInt8(truncatingIfNeeded: number))] = value.value
    case UInt8(ascii: "f"): writes[.float(UInt8(truncatingIfNeeded: number))] = value.value
    case UInt8(ascii: "c"): writes[.csr(UInt16(truncatingIfNeeded: number))] = value.value
    default: return false
    }
    return true
  }

  private struct Scanner {
    let text: UnsafeRawBufferPointer
    var position = 0

    init(text: UnsafeRawBufferPointer) { self.text = text }

    private var current: UInt8? { position < text.count ? text[position] : nil }

    private mutating func skipSpaces() {
      while current == 0x20 { position += 1 }
    }

    var isAtEnd: Bool {
      mutating get {
        skipSpaces()
        return position >= text.count
      }
    }

    mutating func skip(_ word: StaticString) -> Bool {
      skipSpaces()
      let count = word.utf8CodeUnitCount
      guard position + count <= text.count else { return false }
      for index in 0..<count where text[position + index] != word.utf8Start[index] { return false }
      position += count
      return true
    }

    mutating func letter() -> UInt8? {
      skipSpaces()
      guard let letter = current else { return nil }
      position += 1
      return letter
    }

    mutating func decimal() -> UInt64? {
      skipSpaces()
      var value: UInt64 = 0
      let start = position
      while let digit = current, digit >= 0x30 && digit <= 0x39 {
        value = value &* 10 &+ UInt64(digit - 0x30)
        position += 1
      }
      return position > start ? value : nil
    }

    /// `0x` and digits; leaves the position alone when there is no number.
    mutating func hexadecimal() -> (value: UInt64, digits: Int)? {
      guard skip("0x") else { return nil }
      var value: UInt64 = 0
      let start = position
      while let byte = current {
        let digit: UInt8
        switch byte {
        case 0x30...0x39: digit = byte - 0x30
        case 0x61...0x66: digit = byte - 0x61 + 10
        default: return position > start ? (value, position - start) : nil
        }
        value = value << 4 | UInt64(digit)
        position += 1
      }
      return position > start ? (value, position - start) : nil
    }

    /// The `_mstatus` of `c768_mstatus`.
    mutating func skipName() {
      while let byte = current, byte != 0x20 { position += 1 }
    }
  }
}
