/// Registers of the core-local interruptor: the SiFive CLINT, which the ACLINT specification's MSWI and MTIMER devices
/// side by side reproduce. Offsets are in bytes from the start of its window.
public enum CLINTRegisters {
  /// Length of the window in bytes.
  @inlinable public static var windowSize: UInt32 { 0x1_0000 }
  /// `msip` of hart 0, 32 bits of which bit 0 is the software interrupt; hart n's follows 4·n bytes later.
  @inlinable public static var softwareInterrupt: UInt32 { 0x0 }
  /// Low word of hart 0's 64-bit `mtimecmp`; hart n's follows 8·n bytes later.
  @inlinable public static var timeCompare: UInt32 { 0x4000 }
  /// Low word of the 64-bit `mtime`, which all harts share.
  @inlinable public static var time: UInt32 { 0xBFF8 }

  @inlinable public static func softwareInterrupt(hart: UInt32) -> UInt32 { softwareInterrupt &+ 4 &* hart }
  @inlinable public static func timeCompare(hart: UInt32) -> UInt32 { timeCompare &+ 8 &* hart }
}
