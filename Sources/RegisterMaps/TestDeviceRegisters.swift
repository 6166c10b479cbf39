/// The one register of the SiFive test finisher, at offset 0: a command in bits 15:0, a code in bits 31:16.
public enum TestDeviceRegisters {
  /// Length of the window in bytes.
  @inlinable public static var windowSize: UInt32 { 0x1000 }
  @inlinable public static var command: UInt32 { 0 }
  /// Ends the machine with failure and the code in the upper half.
  @inlinable public static var fail: UInt32 { 0x3333 }
  /// Ends the machine with success.
  @inlinable public static var pass: UInt32 { 0x5555 }
  /// Resets the machine.
  @inlinable public static var reset: UInt32 { 0x7777 }
}
