/// Single-precision numbers in the 64-bit registers of the D extension (the unprivileged specification, section "NaN
/// Boxing of Narrower Values").
extension FloatUnit {
  /// The register contents that hold `value`: all ones above it.
  @inlinable public static func boxSingle(_ value: UInt32) -> UInt64 { 0xFFFF_FFFF_0000_0000 | UInt64(value) }

  /// The single-precision number in a register; the canonical NaN if the register holds something else.
  @inlinable public static func unboxSingle(_ register: UInt64) -> UInt32 {
    register >= 0xFFFF_FFFF_0000_0000 ? UInt32(truncatingIfNeeded: register) : UInt32.canonicalNaN
  }
}
