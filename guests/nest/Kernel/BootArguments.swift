// The kernel's arguments: the string `bootargs` of the device tree's node /chosen.
//
// A flattened device tree is a header, a block of 32-bit tokens (a node begins, a property, a node ends) and a block of
// names (Devicetree specification 0.4, chapter 5); all numbers are big-endian. Read before translation is on.

struct BootArguments {
  private let text: UnsafePointer<UInt8>
  private let length: UInt32

  init?(deviceTree: UInt32) {
    let tree = Tree(base: deviceTree)
    guard deviceTree != 0, tree.word(0) == 0xD00D_FEED else { return nil }
    let size = tree.word(4)
    var offset = tree.word(8)
    var depth: UInt32 = 0
    var inChosen = false
    while offset < size {
      let token = tree.word(offset)
      offset &+= 4
      switch token {
      case 1:  // a node begins: its name
        depth &+= 1
        inChosen = depth == 2 && tree.matches(offset, "chosen")
        while tree.byte(offset) != 0 { offset &+= 1 }
        offset = (offset &+ 4) & ~3
      case 2:  // a node ends
        depth &-= 1
        inChosen = false
      case 3:  // a property: length, offset of its name, value
        let count = tree.word(offset)
        let name = tree.word(12) &+ tree.word(offset &+ 4)
        if inChosen && tree.matches(name, "bootargs") {
          text = UnsafePointer(bytes(at: deviceTree &+ offset &+ 8))
          length = count
          return
        }
        offset = (offset &+ 8 &+ count &+ 3) & ~3
      case 4: break  // nothing
      default: return nil  // the end
      }
    }
    return nil
  }

  /// Whether `word` stands among the arguments, between blanks.
  func contains(_ word: StaticString) -> Bool {
    let count = UInt32(truncatingIfNeeded: word.utf8CodeUnitCount)
    var start: UInt32 = 0
    while start < length {
      var end = start
      while end < length && text[Int(end)] != 0x20 && text[Int(end)] != 0 { end &+= 1 }
      if end &- start == count && equal(text + Int(start), word) { return true }
      start = end &+ 1
    }
    return false
  }

  private struct Tree {
    let base: UInt32
    func word(_ offset: UInt32) -> UInt32 { words(at: base &+ offset)[0].byteSwapped }
    func byte(_ offset: UInt32) -> UInt8 { bytes(at: base &+ offset)[0] }
    func matches(_ offset: UInt32, _ name: StaticString) -> Bool {
      equal(bytes(at: base &+ offset), name) && byte(offset &+ UInt32(truncatingIfNeeded: name.utf8CodeUnitCount)) == 0
    }
  }
}

private func equal(_ text: UnsafePointer<UInt8>, _ other: StaticString) -> Bool {
  for index in 0..<other.utf8CodeUnitCount where text[index] != other.utf8Start[index] { return false }
  return true
}
