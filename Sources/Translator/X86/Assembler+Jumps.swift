/// A place in code that is being written. Jumps to it may come before and after `bind` says where it is.
///
/// The jumps that wait for it are a list that goes through their own displacements. It belongs to one assembler, and is
/// not to be copied while any jump waits.
package struct Label {
  /// Offset of the place; negative until it is bound.
  var place: Int32 = -1
  /// Offset of the displacement of the last jump that waits, which holds that of the one before; negative for none.
  var waiting: Int32 = -1

  package init() {}

  package var isBound: Bool { place >= 0 }
  /// Whether a jump waits for the place.
  package var isAwaited: Bool { waiting >= 0 }
}

extension Assembler {
  // MARK: - Labels

  package mutating func jump(to label: inout Label) {
    ensure()
    if label.isBound {
      jump(back: label, short: 0xEB, long: 0xE9, longLength: 1)
    } else {
      put(0xE9 | link(&label, after: 1), count: 5)
    }
  }

  package mutating func jump(_ condition: HostCondition, to label: inout Label) {
    ensure()
    let number = UInt64(condition.rawValue)
    if label.isBound {
      jump(back: label, short: 0x70 | number, long: 0x800F | number &<< 8, longLength: 2)
    } else {
      put(0x800F | number &<< 8 | link(&label, after: 2), count: 6)
    }
  }

  package mutating func call(_ label: inout Label) {
    ensure()
    if label.isBound {
      put(0xE8 | displacement(to: Int(label.place), after: 5) &<< 8, count: 5)
    } else {
      put(0xE8 | link(&label, after: 1), count: 5)
    }
  }

  /// Puts the label here, and has the jumps that wait for it come here.
  package mutating func bind(_ label: inout Label) {
    // The list leads anywhere once its code has been overwritten.
    guard !overflowed else { return }
    let place = Int32(truncatingIfNeeded: offset)
    var field = label.waiting
    while field >= 0 {
      let pointer = UnsafeMutableRawPointer(start + Int(field))
      let next = pointer.loadUnaligned(as: Int32.self)
      pointer.storeBytes(of: place &- field &- 4, as: Int32.self)
      field = next
    }
    label.place = place
    label.waiting = -1
  }

  @inline(__always)
  private mutating func jump(back label: Label, short: UInt64, long: UInt64, longLength: Int) {
    let distance = Int(label.place) - offset - 2
    if distance >= -128 && distance <= 127 {
      put(short | UInt64(UInt8(truncatingIfNeeded: distance)) &<< 8, count: 2)
    } else {
      let count = longLength &+ 4
      let field = displacement(to: Int(label.place), after: count)
      put(long | field &<< UInt64(longLength &<< 3), count: count)
    }
  }

  /// Adds the jump at the cursor to a label's list. Returns its displacement, shifted past an opcode of `length` bytes.
  @inline(__always)
  private func link(_ label: inout Label, after length: Int) -> UInt64 {
    let previous = UInt64(UInt32(bitPattern: label.waiting))
    label.waiting = Int32(truncatingIfNeeded: offset &+ length)
    return previous &<< UInt64(length &<< 3)
  }

  /// From the end of an instruction of `length` bytes at the cursor.
  @inline(__always)
  private func displacement(to target: Int, after length: Int) -> UInt64 {
    UInt64(UInt32(truncatingIfNeeded: target &- offset &- length))
  }

  // MARK: - Offsets

  /// Jumps to an offset from the start. Always of 5 bytes, for `patchJump`.
  package mutating func jump(to target: Int) {
    ensure()
    put(0xE9 | displacement(to: target, after: 5) &<< 8, count: 5)
  }

  /// Jumps to an offset from the start. Always of 6 bytes, for `patchJump`.
  package mutating func jump(_ condition: HostCondition, to target: Int) {
    ensure()
    put(
      0x800F | UInt64(condition.rawValue) &<< 8 | displacement(to: target, after: 6) &<< 16, count: 6)
  }

  /// Calls code at an offset from the start. Always of 5 bytes, for `patchJump`.
  package mutating func call(_ target: Int) {
    ensure()
    put(0xE8 | displacement(to: target, after: 5) &<< 8, count: 5)
  }

  /// Has the jump or call at one offset, with a displacement of 32 bits, go to another.
  package func patchJump(at offset: Int, to target: Int) {
    guard !overflowed else { return }
    Self.patchJump(in: start, at: offset, to: target)
  }

  /// The same in code that starts at `start`.
  @inline(__always)
  package static func patchJump(in start: UnsafeMutablePointer<UInt8>, at offset: Int, to target: Int) {
    // Only conditional jumps have an opcode of two bytes.
    let field = start[offset] == 0x0F ? offset &+ 2 : offset &+ 1
    UnsafeMutableRawPointer(start + field)
      .storeBytes(of: Int32(truncatingIfNeeded: target &- field &- 4), as: Int32.self)
  }

  // MARK: - Elsewhere

  @inline(__always)
  package mutating func jump(to target: HostRegister) { emit(.one(0xFF), 4, register: target.rawValue) }

  /// Jumps to the address that is in memory.
  @inline(__always)
  package mutating func jump(to target: HostAddress) { emit(.one(0xFF), 4, target) }

  @inline(__always)
  package mutating func call(_ target: HostRegister) { emit(.one(0xFF), 2, register: target.rawValue) }

  /// Calls the address that is in memory.
  @inline(__always)
  package mutating func call(_ target: HostAddress) { emit(.one(0xFF), 2, target) }

  @inline(__always)
  package mutating func ret() { emit(word: 0xC3, count: 1) }

  @inline(__always)
  package mutating func int3() { emit(word: 0xCC, count: 1) }

  @inline(__always)
  package mutating func ud2() { emit(word: 0x0B0F, count: 2) }

  /// Fills `count` bytes with as few instructions as it takes.
  package mutating func nop(_ count: Int) {
    var left = count
    while left > 0 {
      let length = min(left, 8)
      emit(word: Self.nop(length), count: length)
      left -= length
    }
  }

  private static func nop(_ length: Int) -> UInt64 {
    switch length {
    case 1: 0x90
    case 2: 0x9066
    case 3: 0x00_1F0F
    case 4: 0x0040_1F0F
    case 5: 0x00_0044_1F0F
    case 6: 0x0000_441F_0F66
    case 7: 0x80_1F0F
    default: 0x84_1F0F
    }
  }
}
