/// Accesses of a block off one base register that one check serves.
package struct AccessGroup {
  /// The instructions from the first access to the last one.
  package let range: ClosedRange<Int>
  package let base: UInt8
  /// The lowest displacement, and the end of the highest access.
  package var low: Int32
  package var end: Int32
  package let stores: Bool

  private init(range: ClosedRange<Int>, base: UInt8, low: Int32, end: Int32, stores: Bool) {
    self.range = range
    self.base = base
    self.low = low
    self.end = end
    self.stores = stores
  }

  /// Of one access alone, which is at `place`.
  init?(of i: IRInstruction, at place: Int) {
    guard let (bytes, isStore) = i.access else { return nil }
    self.init(range: place...place, base: i.a, low: bytes.lowerBound, end: bytes.upperBound, stores: isStore)
  }

  /// What has to be so for an access to be part of one.
  package struct Terms {
    /// Bytes of a group where memory is translated.
    static let mostTranslated: Int32 = 256
    /// Bytes from the lowest displacement to the end.
    let span: Int32
    /// Whether loads need no check.
    let loadsAreFree: Bool
    /// Whether an instruction between accesses leaves alone what the check has found out.
    let isHarmless: (IRInstruction) -> Bool

    package init(span: Int32, loadsAreFree: Bool, isHarmless: @escaping (IRInstruction) -> Bool) {
      self.span = span
      self.loadsAreFree = loadsAreFree
      self.isHarmless = isHarmless
    }
  }

  /// So that what is made twice does not become too long.
  private static let longest = 24

  /// The group that begins with the instruction at `start`; nil for one access alone.
  package static func find(
    from start: Int, to last: Int, _ instructions: UnsafePointer<IRInstruction>, _ terms: Terms
  ) -> AccessGroup? {
    let base = instructions[start].a
    guard let (first, firstStores) = instructions[start].access, base < 32, !(terms.loadsAreFree && !firstStores) else {
      return nil
    }
    var (low, end) = (first.lowerBound, first.upperBound)
    var stores = firstStores
    var (place, lastAccess) = (start, start)
    while !instructions[place].writes(base), place < last, place - start < longest {
      place += 1
      let i = instructions[place]
      if let (bytes, isStore) = i.access, i.a == base, isStore || !terms.loadsAreFree {
        let (newLow, newEnd) = (min(low, bytes.lowerBound), max(end, bytes.upperBound))
        guard newEnd - newLow <= terms.span else { break }
        (low, end, lastAccess) = (newLow, newEnd, place)
        if isStore { stores = true }
      } else if !terms.isHarmless(i) {
        break
      }
    }
    guard lastAccess > start else { return nil }
    return AccessGroup(range: start...lastAccess, base: base, low: low, end: end, stores: stores)
  }
}

extension IRInstruction {
  /// Which bytes a load or a store reaches, from its base register on, and whether it is a store; nil for others and for
  /// displacements that no instruction has.
  var access: (bytes: Range<Int32>, isStore: Bool)? {
    let (count, isStore): (Int32, Bool)
    switch kind {
    case .loadByte, .loadByteUnsigned: (count, isStore) = (1, false)
    case .loadHalf, .loadHalfUnsigned: (count, isStore) = (2, false)
    case .loadWord, .loadSingle: (count, isStore) = (4, false)
    case .loadDouble: (count, isStore) = (8, false)
    case .storeByte: (count, isStore) = (1, true)
    case .storeHalf: (count, isStore) = (2, true)
    case .storeWord, .storeSingle: (count, isStore) = (4, true)
    case .storeDouble: (count, isStore) = (8, true)
    default: return nil
    }
    guard hasShortDisplacement else { return nil }
    let displacement = Int32(bitPattern: constant)
    return (displacement..<displacement + count, isStore)
  }

  /// Whether the displacement is one that an instruction can have: what is around a window is wider, so that an access
  /// which goes round the end of the guest's addresses faults.
  var hasShortDisplacement: Bool { (-2048..<2048).contains(Int32(bitPattern: constant)) }

  /// Whether it writes an integer register.
  func writes(_ register: UInt8) -> Bool {
    guard destination == register else { return false }
    switch kind {
    case .loadSingle, .loadDouble: return false
    case .float: return IRFloat(rawValue: detail & ~IRFloat.isDouble).map { !$0.writesFloat } ?? true
    default: return true
    }
  }
}

extension IRInstruction {
  /// Whether it is done without rax and rcx, which hold an address and what to add, and without the hart, which leaves
  /// nothing there.
  func leavesAddressAlone(_ map: RegisterMap) -> Bool {
    func isAtHand(_ register: UInt8) -> Bool { register >= 32 || map.register(of: register) != nil }
    switch kind {
    case .move, .add, .addShifted, .subtract, .and, .or, .xor, .multiply:
      return isAtHand(destination) && destination < 32 && isAtHand(a) && isAtHand(b)
    case .shiftLeft, .shiftRight, .shiftRightSigned:
      return isAtHand(destination) && destination < 32 && isAtHand(a) && b == IRRegister.constant
    default: return false
    }
  }
}
