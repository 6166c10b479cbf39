// Sets of harts, as S-mode names them.

import Synchronization

struct HartMask {
  /// One bit per hart; only harts that exist.
  let bits: UInt32

  /// A mask whose bit 0 stands for hart `base`; a base of all ones means every hart (SBI 2.0, section 3.1).
  /// Fails if it names a hart that does not exist.
  init?(_ mask: UInt32, base: UInt32) {
    guard base != .max else {
      bits = machine.harts
      return
    }
    let shifted = mask << base  // Swift's shift: everything out for a base of 32 and more
    guard mask == 0 || (base < 32 && shifted >> base == mask && shifted & ~machine.harts == 0) else { return nil }
    bits = shifted
  }

  /// Of harts that S-mode runs on; stopped ones need no interrupt and no fence.
  func forEachRunning(_ body: (UInt32) -> Void) {
    for hart in 0..<Layout.maximumHarts where bits & (1 &<< hart) != 0 && record(of: hart).isRunning { body(hart) }
  }
}

extension HartPointer {
  fileprivate var isRunning: Bool {
    let state = pointee.state.load(ordering: .acquiring)
    return state != SBIHartState.stopped.rawValue && state != SBIHartState.startPending.rawValue
  }
}
