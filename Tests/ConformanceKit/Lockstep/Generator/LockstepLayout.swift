/// Where the parts of a lockstep program lie: in one MiB of RAM, so that comparing all of it is cheap.
public enum LockstepLayout {
  public static let ram: UInt32 = 0x8000_0000
  public static let memorySize = 1 << 20
  /// Most harts that a program has room for.
  public static let hartLimit = 4

  static let code = ram
  static let codeSize = 0x4_0000
  /// What loads and stores work on: sixteen pages, which are also seen through the window.
  static let data: UInt32 = ram + 0x4_0000
  static let dataSize = 0x1_0000
  /// Sixteen pages of code that are only run at the addresses that page tables give them.
  static let islands: UInt32 = ram + 0x5_0000
  static let islandCount = 16

  /// The memory of each hart alone: what its handlers save, its stack, and room for copies of code.
  static let ownBase: UInt32 = ram + 0x6_0000
  static let ownShift: UInt32 = 15
  /// The page tables of each hart: for each of two address spaces sixteen pages.
  static let tablesBase: UInt32 = ram + 0x8_0000
  static let tablesShift: UInt32 = 17
  static let spaceSize: UInt32 = 0x1_0000

  static func own(_ hart: Int) -> UInt32 { ownBase + UInt32(hart) << ownShift }
  static func tables(_ hart: Int, space: Int) -> UInt32 {
    tablesBase + UInt32(hart) << tablesShift + UInt32(space) * spaceSize
  }
}

/// What lies where in a hart's own memory, by offset.
enum OwnMemory {
  /// Registers that the handlers save: x28, x29, x30.
  static let machineSave: Int32 = 0
  static let supervisorSave: Int32 = 0x40
  /// A number that changes with each use of it.
  static let noise: Int32 = 0x18
  /// Exceptions since the program's last pass began.
  static let traps: Int32 = 0x1C
  /// The last instruction for which a handler mended something rather than skip it.
  static let mended: Int32 = 0x20
  static let passes: Int32 = 0x24
  /// How much is on the stack.
  static let depth: Int32 = 0x28
  /// Where the stack begins; it grows upwards from here.
  static let stack: Int32 = 0x400
  /// Two pages for copies of functions.
  static let copies: UInt32 = 0x4000
}

/// Virtual addresses under Sv32. In each the low 22 bits are those of the physical address, but for islands and window.
enum AddressSpace {
  /// RAM as U mode sees it.
  static let userAlias: UInt32 = 0x4000_0000
  /// RAM once more for S mode.
  static let supervisorAlias: UInt32 = 0x6400_0000
  /// Sixteen pages of code in an order of their own.
  static let islands: UInt32 = 0x5000_0000
  /// Sixteen pages of data with entries that change.
  static let window: UInt32 = 0x5400_0000
  /// A 4 MiB page over RAM with an entry that changes.
  static let superpage: UInt32 = 0x5800_0000

  /// Which page of a space's tables is which, in pages from its root.
  static let identityTable: UInt32 = 1, userTable: UInt32 = 2, islandTable: UInt32 = 3, windowTable: UInt32 = 4
  /// Of the first and of the last addresses that there are.
  static let firstTable: UInt32 = 5, lastTable: UInt32 = 6
}
