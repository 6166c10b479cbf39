// What the firmware knows about the machine it runs on, found once at boot by the boot hart.

struct Machine {
  /// One bit per hart that the device tree lists; only harts 0 to 7 are served.
  var harts: UInt32 = 0
  /// Bytes of RAM from `MemoryMap.ramBase` on.
  var ramSize: UInt32 = 0
  /// Whether the S-mode timer compares by itself (Sstc) and stimecmp replaces the CLINT's comparators.
  var hasSupervisorTimer = false

  func has(_ hart: UInt32) -> Bool { hart < 32 && harts & (1 &<< hart) != 0 }

  /// Whether all of [address, address + count) is RAM that S-mode may use: none of it the firmware's own.
  func payloadOwns(_ address: UInt32, count: UInt32) -> Bool {
    let offset = address &- MemoryMap.ramBase
    return offset >= Layout.reservedSize && offset <= ramSize && count <= ramSize &- offset
  }
}

/// The sizes of layout.h.
enum Layout {
  static var reservedSize: UInt32 { UInt32(RESERVED_SIZE) }
  static var maximumHarts: UInt32 { UInt32(MAXIMUM_HARTS) }
}

nonisolated(unsafe) var machine = Machine()
