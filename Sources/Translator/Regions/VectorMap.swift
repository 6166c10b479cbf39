/// Which of the guest's floating-point registers are in which vector registers of the host, throughout a region.
///
/// Between regions there are none: a region loads those that it keeps when it is entered, and stores those that it writes
/// when it is left.
package struct VectorMap {
  /// xmm0 to xmm2 are free between instructions, and `box` is taken.
  private static let first = VectorRegister.xmm3.rawValue
  package static let capacity = 12
  /// The upper half of a boxed single, where a region keeps any registers.
  package static let box = VectorRegister.xmm15

  /// A bit for each guest register that the region keeps, and for each of those that it writes.
  package private(set) var kept: UInt32 = 0
  package private(set) var written: UInt32 = 0
  private var places: InlineArray<32, UInt8> = .init(repeating: 0)

  /// None.
  init() {}

  /// The one that suits a region best.
  /// - Parameters:
  ///   - uses: how often each guest register is used, weighted by how often the code is run.
  ///   - written: a bit for each that is written.
  ///   - passages: the weight of going in and out once.
  package init(uses: InlineArray<32, UInt32>, written: UInt32, passages: UInt32) {
    for place in 0..<Self.capacity {
      var best = -1
      for guest in 0..<32 where kept & 1 &<< UInt32(guest) == 0 {
        if best < 0 || uses[guest] > uses[best] { best = guest }
      }
      // Below that, loading and storing cost more.
      guard best >= 0, uses[best] > 2 &* passages else { break }
      kept |= 1 &<< UInt32(best)
      places[best] = Self.first &+ UInt8(truncatingIfNeeded: place)
    }
    self.written = written & kept
  }

  package func register(of guest: UInt8) -> VectorRegister? {
    kept & 1 &<< UInt32(guest & 31) == 0 ? nil : VectorRegister(rawValue: places[Int(guest & 31)])
  }
}
