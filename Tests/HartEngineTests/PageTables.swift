import HartEngine
import SystemBus

/// An Sv32 address space in the rig's memory, written by the test.
struct PageTables {
  enum Flag {
    static let r: UInt32 = 2
    static let w: UInt32 = 4
    static let x: UInt32 = 8
    static let u: UInt32 = 16
    /// Accessed and dirty.
    static let ad: UInt32 = 0xC0
    static let rw = r | w | ad
    static let rx = r | x | ad
    static let rwx = r | w | x | ad
  }

  private let rig: Rig
  let root: UInt32
  private var next: UInt32

  /// - Parameter root: a page of its own, with room for second-level tables behind it.
  init(_ rig: Rig, root: UInt32 = Rig.base + 0x8_0000) {
    self.rig = rig
    self.root = root
    next = root + 0x1000
  }

  /// The value of `satp` that turns this space on.
  func satp(asid: UInt32 = 0) -> UInt32 { 1 << 31 | asid << 22 | root >> 12 }

  private func rootEntry(_ virtual: UInt32) -> UInt32 { root + virtual >> 22 * 4 }

  /// Address of the entry that maps a 4 KiB page, whose table must be there.
  func entry(of virtual: UInt32) -> UInt32 {
    (rig.word(at: rootEntry(virtual)) >> 10) << 12 + (virtual >> 12 & 0x3FF) * 4
  }

  static func leaf(_ physical: UInt32, _ flags: UInt32) -> UInt32 { (physical >> 12) << 10 | flags | 1 }

  mutating func map(_ virtual: UInt32, to physical: UInt32, _ flags: UInt32 = Flag.rwx) {
    if rig.word(at: rootEntry(virtual)) == 0 {
      rig.setWord((next >> 12) << 10 | 1, at: rootEntry(virtual))
      next += 0x1000
    }
    rig.setWord(Self.leaf(physical, flags), at: entry(of: virtual))
  }

  /// Maps the 4 MiB around `virtual`.
  func mapSuperpage(_ virtual: UInt32, to physical: UInt32, _ flags: UInt32 = Flag.rwx) {
    rig.setWord(Self.leaf(physical, flags), at: rootEntry(virtual))
  }
}
