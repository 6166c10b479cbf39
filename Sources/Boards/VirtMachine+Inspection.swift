import RegisterMaps

/// Where a machine starts, as its boot ROM says.
package struct BootEntries: Equatable, Sendable {
  /// Where the ROM jumps to: into the firmware, or into the kernel if there is none.
  package var reset: UInt32
  /// Where a firmware is to go on to.
  package var kernel: UInt32
  /// Whether nothing runs below the kernel.
  package var isWithoutFirmware: Bool { reset == kernel }
}

extension VirtMachine {
  /// Where the machine starts; nil before anything was loaded.
  package var bootEntries: BootEntries? {
    guard boot != nil, let reset = romWord(6), let kernel = romWord(12) else { return nil }
    return BootEntries(reset: reset, kernel: kernel)
  }

  /// A word of the boot ROM, see `BootROM.words`.
  private func romWord(_ index: UInt32) -> UInt32? {
    bootROM.read(at: MemoryMap.bootROM.base + 4 * index, count: 4).map {
      $0.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
  }

  /// The next machine time at which a timer is due; `Ticks.max` when none is set.
  package var nextDeadline: UInt64 { deadlines.next }
}
