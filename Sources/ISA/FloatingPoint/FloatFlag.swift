/// The accrued exception flags, as they stand in `fflags` (the unprivileged specification, table "Accrued exception flag
/// encoding").
public enum FloatFlag {
  /// NX: the result is not the exact one.
  @inlinable public static var inexact: UInt32 { 1 }
  /// UF: the result is inexact and, after rounding, below the normal numbers.
  @inlinable public static var underflow: UInt32 { 2 }
  /// OF: the rounded result is larger than the largest finite number.
  @inlinable public static var overflow: UInt32 { 4 }
  /// DZ: a finite number was divided by zero.
  @inlinable public static var divideByZero: UInt32 { 8 }
  /// NV: the operation has no useful answer.
  @inlinable public static var invalid: UInt32 { 16 }
}
