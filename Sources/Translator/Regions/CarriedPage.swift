import HartEngine

/// A page that the last access of some blocks and the first one of the block after them have in common, so that it is looked
/// up once: what to add to addresses in it stays in rcx from the one to the other. Where that was not found, rcx is zero.
/// Only for memory that is reached through `AddendTables`.
struct CarriedPage {
  /// The guest register that points into the page.
  let pointer: UInt8
  /// The access that leaves it there, or the first and the last of those that make use of it: places of instructions.
  let places: ClosedRange<Int>
  /// Which bytes from where the register points on are in the page. Where the page is made use of, the first of all is
  /// among them: so no address goes round the end of the guest's.
  var low: Int32
  var end: Int32
  /// Whether it may be stored to.
  var stores: Bool
  /// Whether the access is off another register, which was computed from this one and so probably points into the same page.
  var isProbable = false

  /// Lets the blocks of a region know of such pages.
  static func find(
    in blocks: inout [RegionBlock], _ instructions: UnsafePointer<IRInstruction>, _ map: RegisterMap,
    _ terms: AccessGroup.Terms
  ) {
    for index in blocks.indices { (blocks[index].carried, blocks[index].carries) = (nil, nil) }
    var left = blocks.map { $0.end.kind.goesStraightOn && !$0.isHostCall ? lastAccess($0, instructions, map) : nil }
    guard left.contains(where: { $0 != nil }) else { return }
    let ways = ways(to: blocks)
    for index in blocks.indices {
      let ways = ways[index]
      guard let first = ways.first, let page = left[first],
        ways.allSatisfy({ left[$0]?.pointer == page.pointer }),
        let use = firstAccess(blocks[index], off: page.pointer, instructions, map, terms),
        !use.stores || ways.allSatisfy({ left[$0]?.stores == true })
      else { continue }
      let pages = ways.map { (blocks[$0].carries ?? left[$0])?.widened(for: use) }
      guard pages.allSatisfy({ $0.map(\.isNarrow) == true }) else { continue }
      // What is taken over is not looked at again, and so cannot be said to reach further.
      if let last = left[index], use.places.overlaps(last.places) {
        if blocks[index].carries != nil || ways.contains(index) { continue }
        left[index] = nil
      }
      blocks[index].carried = use
      for (way, page) in zip(ways, pages) { blocks[way].carries = page }
    }
  }

  /// The blocks that lead to each one.
  private static func ways(to blocks: [RegionBlock]) -> [[Int]] {
    var ways = [[Int]](repeating: [], count: blocks.count)
    for index in blocks.indices {
      blocks[index].forEachNext { if ways[$0].last != index { ways[$0].append(index) } }
    }
    return ways
  }

  /// Whether its bytes may well be in one page: as many as a group of accesses has.
  private var isNarrow: Bool { end - low <= AccessGroup.Terms.mostTranslated }

  private func widened(for use: CarriedPage) -> CarriedPage {
    var page = self
    page.low = min(low, use.low)
    page.end = max(end, use.end)
    return page
  }

  /// The last access of a block, if what it finds out is left alone until the block's end.
  private static func lastAccess(
    _ block: RegionBlock, _ instructions: UnsafePointer<IRInstruction>, _ map: RegisterMap
  ) -> CarriedPage? {
    var written: UInt64 = 0
    for place in block.body(instructions).reversed() {
      let i = instructions[place]
      if let (bytes, isStore) = i.integerAccess {
        guard i.a < 32, map.register(of: i.a) != nil, written & 1 &<< UInt64(i.a) == 0, i.destination != i.a else {
          return nil
        }
        return CarriedPage(
          pointer: i.a, places: place...place, low: bytes.lowerBound, end: bytes.upperBound, stores: isStore)
      }
      guard i.leavesAddendAlone(map) else { return nil }
      written |= 1 &<< UInt64(i.destination)
    }
    return nil
  }

  /// The first access of a block, if it is off a register, or another that is computed from it.
  private static func firstAccess(
    _ block: RegionBlock, off pointer: UInt8, _ instructions: UnsafePointer<IRInstruction>, _ map: RegisterMap,
    _ terms: AccessGroup.Terms
  ) -> CarriedPage? {
    var computed: UInt8?
    let body = block.body(instructions)
    for place in body {
      let i = instructions[place]
      if let (bytes, isStore) = i.integerAccess {
        if i.a == pointer {
          let group = AccessGroup.find(from: place, to: body.upperBound - 1, instructions, terms)
          return CarriedPage(
            pointer: pointer, places: group?.range ?? place...place, low: min(group?.low ?? bytes.lowerBound, 0),
            end: max(group?.end ?? bytes.upperBound, 1), stores: group?.stores ?? isStore)
        }
        guard i.a == computed else { return nil }
        return CarriedPage(pointer: pointer, places: place...place, low: 0, end: 1, stores: isStore, isProbable: true)
      }
      guard i.leavesAddendAlone(map), i.destination != pointer else { return nil }
      if i.points(nearTo: pointer) || computed.map(i.points) == true {
        computed = i.destination
      } else if i.destination == computed {
        computed = nil
      }
    }
    return nil
  }
}

extension BlockEnd.Kind {
  /// Whether nothing is done with memory or rcx where a block ends so.
  fileprivate var goesStraightOn: Bool { self == .jump || self == .branch }
}

extension IRInstruction {
  /// As `access`, of integer registers alone.
  fileprivate var integerAccess: (bytes: Range<Int32>, isStore: Bool)? {
    switch kind {
    case .loadSingle, .loadDouble, .storeSingle, .storeDouble: nil
    default: access
    }
  }

  /// Whether what it computes is an address that may be near to one in a register.
  fileprivate func points(nearTo register: UInt8) -> Bool {
    switch kind {
    case .move, .addShifted: a == register
    case .add: (a == register) != (b == register)
    default: false
    }
  }

  /// Whether it is done without rcx and without the hart.
  fileprivate func leavesAddendAlone(_ map: RegisterMap) -> Bool {
    guard destination == IRRegister.temporary || (destination < 32 && map.register(of: destination) != nil) else {
      return false
    }
    switch kind {
    case .move, .add, .addShifted, .subtract, .and, .or, .xor, .multiply, .setEqual, .setLess, .setLessUnsigned,
      .signExtendByte, .signExtendHalf, .zeroExtendHalf, .reverseBytes:
      return true
    case .shiftLeft, .shiftRight, .shiftRightSigned: return b == IRRegister.constant
    default: return false
    }
  }
}
