/// Writes x86-64 instructions into memory.
///
/// Operands are in the order of Intel's manuals, the destination first. Unless its name says 64 an instruction works on
/// 32 bits, and one that writes a register then zeroes the upper half. Each is the shortest encoding there is.
///
/// Nothing is ever written beyond the limit: when room gets short, `overflowed` becomes true and what follows
/// overwrites what this assembler wrote before, to be thrown away. Of each instruction up to eight bytes more than its
/// length may be written, so what lies between the end of code and the limit must be nobody's.
package struct Assembler {
  /// The most bytes that one instruction takes, and the least room an assembler can do with.
  package static let longestInstruction = 16

  /// What offsets count from.
  let start: UnsafeMutablePointer<UInt8>
  /// Where this assembler began, or went on after it moved.
  private var origin: UnsafeMutablePointer<UInt8>
  /// The last place where an instruction may begin.
  private var last: UnsafeMutablePointer<UInt8>
  /// Where the next instruction goes.
  var cursor: UnsafeMutablePointer<UInt8>
  /// Whether the code did not fit. Then all of it, and any label or offset, means nothing.
  package private(set) var overflowed = false
  /// Whether it went on elsewhere.
  package private(set) var hasMoved = false

  /// - Parameters:
  ///   - start: what offsets count from.
  ///   - offset: where to begin; at least `longestInstruction` bytes before the limit.
  package init(start: UnsafeMutablePointer<UInt8>, offset: Int = 0, limit: UnsafeMutablePointer<UInt8>) {
    precondition(offset >= 0 && limit - start - offset >= Self.longestInstruction)
    self.start = start
    origin = start + offset
    last = limit - Self.longestInstruction
    cursor = origin
  }

  /// - Parameters:
  ///   - start: what offsets count from.
  ///   - room: the offsets that may be written; at least `longestInstruction` of them.
  package init(start: UnsafeMutablePointer<UInt8>, room: Range<Int>) {
    self.init(start: start, offset: room.lowerBound, limit: start + room.upperBound)
  }

  /// Goes on elsewhere, once, with as much room at least as to begin with. What was written stays, unless it did not fit:
  /// then nothing moves.
  package mutating func move(to room: Range<Int>) {
    precondition(room.count >= Self.longestInstruction)
    guard !overflowed else { return }
    origin = start + room.lowerBound
    last = start + room.upperBound - Self.longestInstruction
    cursor = origin
    hasMoved = true
  }

  /// Where the next instruction goes, in bytes from the start.
  @inline(__always)
  package var offset: Int { cursor - start }

  /// Where this assembler began, or went on after it moved, in bytes from the start.
  @inline(__always)
  package var firstOffset: Int { origin - start }

  /// Makes sure that there is room for an instruction.
  @inline(__always)
  mutating func ensure() {
    if cursor > last {
      overflowed = true
      cursor = origin
    }
  }

  // MARK: - Parts of instructions

  /// Writes eight bytes, of which `count` stay.
  @inline(__always)
  mutating func put(_ word: UInt64, count: Int) {
    UnsafeMutableRawPointer(cursor).storeBytes(of: word, as: UInt64.self)
    cursor += count
  }

  /// Writes an immediate after the rest of its instruction.
  @inline(__always)
  mutating func put<Value: FixedWidthInteger & BitwiseCopyable>(immediate: Value) {
    UnsafeMutableRawPointer(cursor).storeBytes(of: immediate, as: Value.self)
    cursor += MemoryLayout<Value>.size
  }

  /// A whole instruction of up to eight bytes without operands to encode.
  @inline(__always)
  mutating func emit(word: UInt64, count: Int) {
    ensure()
    put(word, count: count)
  }

  /// Prefixes, opcode and what follows: a word of `bits` bits that ends with them.
  @inline(__always)
  private mutating func put(_ code: Opcode, rex: UInt64, word: UInt64, bits: UInt64) {
    let rexBits: UInt64 = rex != 0 ? 8 : 0
    let prefix = code.prefix
    let prefixBits: UInt64 = prefix != 0 ? 8 : 0
    let extended = word &<< rexBits | rex
    put(extended &<< prefixBits | prefix, count: Int((bits &+ rexBits &+ prefixBits) &>> 3))
  }

  /// An instruction with a register, or a digit of its opcode, and a register.
  ///
  /// - Parameter needsREX: whether an operand is a byte of one of the registers from rsp to rdi.
  mutating func emit(_ code: Opcode, _ register: UInt8, register other: UInt8, needsREX: Bool = false) {
    ensure()
    let upper = code.wide | UInt64((register &>> 3) &<< 2 | other &>> 3)
    let rex = upper != 0 || needsREX ? upper | 0x40 : 0
    let mode = UInt64(0xC0 | (register & 7) &<< 3 | other & 7)
    put(code, rex: rex, word: code.bytes | mode &<< code.length, bits: code.length &+ 8)
  }

  /// An instruction with a register, or a digit of its opcode, and a place in memory.
  mutating func emit(_ code: Opcode, _ register: UInt8, _ address: HostAddress, needsREX: Bool = false) {
    ensure()
    let upper = code.wide | UInt64((register &>> 3) &<< 2) | address.bits &>> 56
    let rex = upper != 0 || needsREX ? upper | 0x40 : 0
    put(code, rex: rex, word: code.bytes, bits: code.length)
    put(address.bits | UInt64((register & 7) &<< 3), count: Int(address.bits &>> 48 & 0xFF))
  }

  /// An instruction whose opcode's last byte holds a register.
  @inline(__always)
  mutating func emit(_ code: Opcode, inOpcode register: UInt8) {
    ensure()
    let upper = code.wide | UInt64(register &>> 3)
    let word = code.bytes &+ UInt64(register & 7) &<< (code.length &- 8)
    put(code, rex: upper != 0 ? upper | 0x40 : 0, word: word, bits: code.length)
  }

  /// An instruction of three registers.
  mutating func emit(_ code: VEXOpcode, _ first: UInt8, _ second: UInt8, _ third: UInt8) {
    ensure()
    let mode = UInt64(0xC0 | (first & 7) &<< 3 | third & 7)
    // Registers are stored inverted.
    let upper = UInt64(~first &>> 3 & 1) &<< 7
    let rest = UInt64(~second & 0xF) &<< 3 | code.prefix
    if third < 8 && code.isShort {
      put(0xC5 | (upper | rest) &<< 8 | code.byte &<< 16 | mode &<< 24, count: 4)
    } else {
      let map = upper | 0x40 | UInt64(~third &>> 3 & 1) &<< 5 | code.map
      put(0xC4 | map &<< 8 | (code.wide | rest) &<< 16 | code.byte &<< 24 | mode &<< 32, count: 5)
    }
  }
}

/// The fixed part of an instruction, in one register.
struct Opcode {
  /// The opcode's bytes in bits 0–23, their length in bits in 24–31, a prefix or 0 in 32–39, REX.W from 40.
  private let bits: UInt64

  @inline(__always)
  private init(bytes: UInt64, length: UInt64, _ prefix: Prefix, isWide: Bool) {
    bits = bytes | length &<< 24 | prefix.rawValue &<< 32 | (isWide ? 8 &<< 40 : 0)
  }

  enum Prefix: UInt64 {
    case none = 0
    case p66 = 0x66
    case pF3 = 0xF3
    case pF2 = 0xF2
  }

  /// One byte.
  @inline(__always)
  static func one(_ byte: UInt8, _ prefix: Prefix = .none, isWide: Bool = false) -> Opcode {
    Opcode(bytes: UInt64(byte), length: 8, prefix, isWide: isWide)
  }

  /// 0F and a byte.
  @inline(__always)
  static func two(_ byte: UInt8, _ prefix: Prefix = .none, isWide: Bool = false) -> Opcode {
    Opcode(bytes: UInt64(byte) &<< 8 | 0x0F, length: 16, prefix, isWide: isWide)
  }

  /// 0F, a byte, and a prefix that tells the width of a scalar float.
  @inline(__always)
  static func scalar(_ byte: UInt8, _ width: HostFloatWidth, isWide: Bool = false) -> Opcode {
    two(byte, width == .single ? .pF3 : .pF2, isWide: isWide)
  }

  @inline(__always)
  var bytes: UInt64 { bits & 0xFF_FFFF }

  @inline(__always)
  var length: UInt64 { bits &>> 24 & 0xFF }

  @inline(__always)
  var prefix: UInt64 { bits &>> 32 & 0xFF }

  @inline(__always)
  var wide: UInt64 { bits &>> 40 }
}

/// The fixed part of an instruction with a VEX prefix, in one register.
struct VEXOpcode {
  /// The opcode in bits 0–7, the prefix's number in 8–15, the opcode map in 16–23, W from 24.
  private let bits: UInt64

  /// - Parameters:
  ///   - map: 1 for 0F, 2 for 0F 38, 3 for 0F 3A.
  ///   - prefix: 1 for 66, 2 for F3, 3 for F2.
  @inline(__always)
  init(_ byte: UInt8, map: UInt64, prefix: UInt64, isWide: Bool = false) {
    bits = UInt64(byte) | prefix &<< 8 | map &<< 16 | (isWide ? 0x80 &<< 24 : 0)
  }

  /// Whether the prefix of two bytes can say all of it.
  @inline(__always)
  var isShort: Bool { bits &>> 16 == 1 }

  @inline(__always)
  var byte: UInt64 { bits & 0xFF }

  @inline(__always)
  var prefix: UInt64 { bits &>> 8 & 0xFF }

  @inline(__always)
  var map: UInt64 { bits &>> 16 & 0xFF }

  @inline(__always)
  var wide: UInt64 { bits &>> 24 }
}
