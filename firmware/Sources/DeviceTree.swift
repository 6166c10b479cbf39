// Reads from the flattened device tree what the firmware must know: how much RAM there is, and which harts.
// (Devicetree specification 0.4, chapter 5.) The tree may be damaged; every access is checked against its size.

struct FlattenedDeviceTree {
  private let base: UInt32
  private var size: UInt32 = 40  // the header's, until it says more
  private var structure: UInt32 = 0
  private var strings: UInt32 = 0

  init?(at address: UInt32) {
    base = address
    guard address & 3 == 0, word(at: 0) == 0xD00D_FEED, let total = word(at: 4), 40...0x10_0000 ~= total,
      let structure = word(at: 8), let strings = word(at: 12)
    else { return nil }
    self.size = total
    self.structure = structure
    self.strings = strings
  }

  private enum Token {
    static var beginNode: UInt32 { 1 }
    static var endNode: UInt32 { 2 }
    static var property: UInt32 { 3 }
    static var nothing: UInt32 { 4 }
  }

  /// Adds what the tree says to `machine`; stops where the tree makes no sense.
  func describe(_ machine: inout Machine) {
    var walk = Walk()
    var offset = structure
    while let token = word(at: offset) {
      offset &+= 4
      switch token {
      case Token.beginNode:
        walk.enter(
          isMemory: matches("memory", at: offset, orUntil: 0x40), isHart: matches("cpu", at: offset, orUntil: 0x40))
        offset = skipString(at: offset)
      case Token.endNode:
        guard walk.leave() else { return }
      case Token.property:
        guard let length = word(at: offset), length <= size, let name = word(at: offset &+ 4) else { return }
        read(property: strings &+ name, at: offset &+ 8, length: length, &walk, &machine)
        offset = (offset &+ 8 &+ length &+ 3) & ~3
      case Token.nothing: break
      default: return
      }
    }
  }

  /// Where the walk is, and the cell counts of the root.
  private struct Walk {
    var depth = 0
    var inMemory = false
    var inHart = false
    var addressCells: UInt32 = 2
    var sizeCells: UInt32 = 1

    mutating func enter(isMemory: Bool, isHart: Bool) {
      depth &+= 1
      inMemory = depth == 2 && isMemory
      inHart = depth == 3 && isHart
    }

    mutating func leave() -> Bool {
      depth &-= 1
      inMemory = false
      inHart = false
      return depth > 0
    }
  }

  private func read(
    property name: UInt32, at offset: UInt32, length: UInt32, _ walk: inout Walk, _ machine: inout Machine
  ) {
    if walk.depth == 1 {
      if matches("#address-cells", at: name), let cells = word(at: offset) { walk.addressCells = cells }
      if matches("#size-cells", at: name), let cells = word(at: offset) { walk.sizeCells = cells }
    } else if walk.inHart, length == 4, matches("reg", at: name), let hart = word(at: offset) {
      if hart < Layout.maximumHarts { machine.harts |= 1 &<< hart }
    } else if walk.inMemory, matches("reg", at: name) {
      readMemory(at: offset, length: length, walk, &machine)
    }
  }

  /// The first range of the memory node, if it starts where RAM is.
  private func readMemory(at offset: UInt32, length: UInt32, _ walk: Walk, _ machine: inout Machine) {
    let cells = walk.addressCells &+ walk.sizeCells
    guard 1...2 ~= walk.addressCells, 1...2 ~= walk.sizeCells, length >= cells &* 4,
      word(at: offset &+ (walk.addressCells &- 1) &* 4) == MemoryMap.ramBase,
      let bytes = word(at: offset &+ (cells &- 1) &* 4)
    else { return }
    let beyond32Bits = walk.sizeCells == 2 && word(at: offset &+ walk.addressCells &* 4) != 0
    machine.ramSize = beyond32Bits ? 0x8000_0000 : min(bytes, 0x8000_0000)
  }

  private func word(at offset: UInt32) -> UInt32? {
    var value: UInt32 = 0
    guard offset & 3 == 0, offset <= size &- 4, try_load_word(base &+ offset, &value) != 0 else { return nil }
    return value.byteSwapped
  }

  private func byte(at offset: UInt32) -> UInt8 {
    var value: UInt8 = 0
    guard offset < size, try_load_byte(base &+ offset, &value) != 0 else { return 0 }
    return value
  }

  /// Whether a string of the tree is `text`, up to its end or to `separator`.
  private func matches(_ text: StaticString, at offset: UInt32, orUntil separator: UInt8 = 0) -> Bool {
    let count = text.utf8CodeUnitCount
    for index in 0..<count where byte(at: offset &+ UInt32(truncatingIfNeeded: index)) != text.utf8Start[index] {
      return false
    }
    let end = byte(at: offset &+ UInt32(truncatingIfNeeded: count))
    return end == 0 || end == separator
  }

  /// The offset of the word behind a string.
  private func skipString(at offset: UInt32) -> UInt32 {
    var end = offset
    while end < size, byte(at: end) != 0 { end &+= 1 }
    return (end &+ 4) & ~3
  }
}
