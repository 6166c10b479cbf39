/// Registers of the platform-level interrupt controller (RISC-V PLIC specification 1.0.0, "Memory Map"). Every register
/// is one 32-bit word; offsets are in bytes from the start of the window.
public enum PLICRegisters {
  /// Length of the window that the `virt` board gives to it, in bytes.
  @inlinable public static var windowSize: UInt32 { 0x60_0000 }
  /// Priority of source 0, which does not exist; source n's follows 4·n bytes later.
  @inlinable public static var priority: UInt32 { 0x0 }
  /// Pending bits of sources 0…31; 32 more sources in each following word. Read-only.
  @inlinable public static var pending: UInt32 { 0x1000 }
  /// Enable bits of context 0, laid out like the pending bits.
  @inlinable public static var enable: UInt32 { 0x2000 }
  /// Distance in bytes between the enable bits of two contexts.
  @inlinable public static var enableStride: UInt32 { 0x80 }
  /// Priority threshold of context 0.
  @inlinable public static var threshold: UInt32 { 0x20_0000 }
  /// Offset of the claim/complete register from its context's threshold.
  @inlinable public static var claimOffset: UInt32 { 4 }
  /// Distance in bytes between the thresholds of two contexts.
  @inlinable public static var contextStride: UInt32 { 0x1000 }
  /// The highest priority and threshold; 0 as a priority means never.
  @inlinable public static var highestPriority: UInt32 { 7 }

  @inlinable public static func priority(source: UInt32) -> UInt32 { priority &+ 4 &* source }
  /// The word that holds the enable bit of `source` (bit `source % 32`) for `context`.
  @inlinable public static func enable(context: UInt32, source: UInt32) -> UInt32 {
    enable &+ enableStride &* context &+ 4 &* (source / 32)
  }
  @inlinable public static func threshold(context: UInt32) -> UInt32 { threshold &+ contextStride &* context }
  @inlinable public static func claim(context: UInt32) -> UInt32 { threshold(context: context) &+ claimOffset }
  /// The context of a hart's M-mode external interrupt; contexts go M0, S0, M1, S1, ….
  @inlinable public static func machineContext(hart: UInt32) -> UInt32 { 2 &* hart }
  /// The context of a hart's S-mode external interrupt.
  @inlinable public static func supervisorContext(hart: UInt32) -> UInt32 { 2 &* hart &+ 1 }
}
