/// A way out of a region that always leads to the same instruction.
struct Exit {
  /// Where in the code buffer its jump or call is, and where that goes as long as it is not known what is there.
  var place: UInt32
  var unlinked: UInt32
  /// The address of the instruction.
  var pc: UInt32
  /// The guest page that it and the region are in, for translated code.
  var codePage: UInt32
  var isOpen: Bool
  /// The region that it leads to, and the next exit that does; 0 for none.
  var region: UInt32 = 0
  var next: UInt32 = 0
}

/// The exits of a region, while they are found.
struct ExitTable {
  private(set) var exits: [Exit] = []
  /// How many exits there were before.
  private let first: Int
  private let pc: UInt32
  private let codePage: UInt32
  private let isOpen: Bool

  /// - Parameter pc: the address of the region's first instruction.
  init(after first: Int, pc: UInt32, codePage: UInt32, isOpen: Bool) {
    self.first = first
    self.pc = pc
    self.codePage = codePage
    self.isOpen = isOpen
  }

  /// Whether the way to `target` is always the same: where addresses are translated, only within the page whose
  /// translation the region was found through.
  func mayLink(_ target: UInt32) -> Bool { isOpen || (target ^ pc) >> 12 == 0 }

  /// Adds an exit; its number, from 1 on.
  mutating func add(_ place: Int, unlinked: Int, _ target: UInt32) -> UInt32 {
    exits.append(
      Exit(
        place: UInt32(truncatingIfNeeded: place), unlinked: UInt32(truncatingIfNeeded: unlinked), pc: target,
        codePage: codePage, isOpen: isOpen))
    return UInt32(truncatingIfNeeded: first + exits.count)
  }
}
