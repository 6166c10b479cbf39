/// Which guest registers are in which registers of the host, throughout a region.
///
/// Between regions it is always `pinned`: code that is entered finds those registers where it expects them, whoever jumps
/// there. A region that has more use for others keeps those instead, and changes them on its way in and out.
package struct RegisterMap {
  /// The host's registers that hold guest registers.
  static let pool: InlineArray<9, HostRegister> = [.r12, .rbx, .r14, .rsi, .rdi, .r8, .r9, .r10, .r11]
  /// The guest registers that are in them between regions: ra, sp, s0, a0…a5.
  static let pinned: InlineArray<9, UInt8> = [1, 2, 8, 10, 11, 12, 13, 14, 15]

  /// The guest register in each of the pool's.
  private(set) var guests = pinned
  /// The pool's index for each guest register; `absent` for one that is in memory.
  private(set) var places: InlineArray<32, UInt8> = .init(repeating: absent)
  static let absent: UInt8 = 0xFF

  /// That between regions.
  init() {
    for index in 0..<Self.pool.count { places[Int(Self.pinned[index])] = UInt8(truncatingIfNeeded: index) }
  }

  /// The one that suits a region best.
  /// - Parameters:
  ///   - uses: how often each guest register is used, weighted by how often the code is run.
  ///   - passages: the weight of going in and out once.
  package init(uses: InlineArray<32, UInt32>, passages: UInt32) {
    self.init()
    // An exchange costs two accesses to memory on the way in and two on the way out.
    let cost = passages &* 4
    while true {
      var best = -1
      for guest in 1..<32 where places[guest] == Self.absent && uses[guest] > 0 {
        if best < 0 || uses[guest] > uses[best] { best = guest }
      }
      guard best >= 0 else { return }
      var worst = 0
      for index in 1..<Self.pool.count where uses[Int(guests[index])] < uses[Int(guests[worst])] { worst = index }
      guard uses[best] > uses[Int(guests[worst])] &+ cost else { return }
      places[Int(guests[worst])] = Self.absent
      guests[worst] = UInt8(truncatingIfNeeded: best)
      places[best] = UInt8(truncatingIfNeeded: worst)
    }
  }

  /// Whether it is that between regions.
  var isPinned: Bool {
    for index in 0..<Self.pool.count where guests[index] != Self.pinned[index] { return false }
    return true
  }

  package func register(of guest: UInt8) -> HostRegister? {
    let place = places[Int(guest & 31)]
    return place == Self.absent ? nil : Self.pool[Int(place)]
  }
}
