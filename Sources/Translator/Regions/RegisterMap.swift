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
  /// The host register of each guest register.
  private(set) var places: RegisterPlaces

  /// That between regions.
  init() { places = RegisterPlaces(of: guests) }

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
      for guest in 1..<32 where uses[guest] > 0 && places[UInt8(truncatingIfNeeded: guest)] == nil {
        if best < 0 || uses[guest] > uses[best] { best = guest }
      }
      guard best >= 0 else { return }
      var worst = 0
      for index in 1..<Self.pool.count where uses[Int(guests[index])] < uses[Int(guests[worst])] { worst = index }
      guard uses[best] > uses[Int(guests[worst])] &+ cost else { return }
      guests[worst] = UInt8(truncatingIfNeeded: best)
      places = RegisterPlaces(of: guests)
    }
  }

  /// Whether it is that between regions.
  var isPinned: Bool {
    for index in 0..<Self.pool.count where guests[index] != Self.pinned[index] { return false }
    return true
  }

  package func register(of guest: UInt8) -> HostRegister? { places[guest] }
}

/// Which register of the host each of the guest's is in, in few bytes: nothing is asked more often while code is lowered.
struct RegisterPlaces {
  // Four bits for each guest register, zeros for one that is in memory, as rax is not of the pool.
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  init(of guests: InlineArray<9, UInt8>) {
    for index in 0..<RegisterMap.pool.count {
      let number = UInt64(RegisterMap.pool[index].rawValue) &<< (UInt64(guests[index] & 15) &* 4)
      if guests[index] < 16 { low |= number } else { high |= number }
    }
  }

  @inline(__always)
  subscript(guest: UInt8) -> HostRegister? {
    let number = (guest & 16 == 0 ? low : high) &>> (UInt64(guest & 15) &* 4) & 15
    // All numbers of four bits are those of registers.
    return number == 0 ? nil : unsafeBitCast(UInt8(truncatingIfNeeded: number), to: HostRegister.self)
  }
}
