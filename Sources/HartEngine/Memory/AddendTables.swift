import SystemBus

/// What the soft TLB of one context says, as host code wants it: for each virtual page what to add to its addresses for loads,
/// and behind that the same for stores; zero where the hart must be asked.
///
/// The host gives memory for the parts that come to be used, one page for 2 MiB of addresses, and gets it back when a guest
/// that goes all over its addresses has used too many.
package struct AddendTables {
  package static let virtualPages = 1 << 20
  static let count = 2 * virtualPages
  /// Pages of the host, beyond which all that is cached is dropped: what 256 MiB of addresses need twice over.
  static let mostPages = 512

  let entries: UnsafeMutablePointer<Int>
  /// A bit for each page of the host that has been used, and how many there are.
  private var used = InlineArray<64, UInt64>(repeating: 0)
  private(set) var usedPages = 0

  init(_ entries: UnsafeMutablePointer<Int>) { self.entries = entries }

  var isFull: Bool { usedPages >= Self.mostPages }

  mutating func set(_ page: Int, _ addend: Int, forStores: Bool) {
    let place = forStores ? Self.virtualPages + page : page
    entries[place] = addend
    let (word, bit) = (place >> 15, UInt64(1) &<< UInt64(truncatingIfNeeded: place >> 9 & 63))
    guard used[word] & bit == 0 else { return }
    used[word] |= bit
    usedPages += 1
  }

  func clear(_ page: Int, forStores: Bool) { entries[forStores ? Self.virtualPages + page : page] = 0 }

  /// Makes all entries zero, and gives their memory back.
  mutating func release() {
    HostMapping.clear(entries, count: Self.count)
    used = .init(repeating: 0)
    usedPages = 0
  }
}
