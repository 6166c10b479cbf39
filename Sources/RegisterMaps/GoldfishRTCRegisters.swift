/// Registers of the goldfish real-time clock, 32-bit words; offsets in bytes. Times are nanoseconds since 1970-01-01 UTC.
public enum GoldfishRTCRegisters {
  /// Length in bytes of the part of the window that is decoded.
  @inlinable public static var decodedSize: UInt32 { 0x24 }
  /// Low word of the time; a read latches the high word.
  @inlinable public static var timeLow: UInt32 { 0x00 }
  /// High word of the time as latched by the last read of the low word.
  @inlinable public static var timeHigh: UInt32 { 0x04 }
  /// Low word of the alarm; a write arms it, so the high word comes first.
  @inlinable public static var alarmLow: UInt32 { 0x08 }
  @inlinable public static var alarmHigh: UInt32 { 0x0C }
  /// Bit 0 lets the alarm interrupt.
  @inlinable public static var interruptEnable: UInt32 { 0x10 }
  /// A write disarms the alarm.
  @inlinable public static var clearAlarm: UInt32 { 0x14 }
  /// 1 while the alarm is armed.
  @inlinable public static var alarmStatus: UInt32 { 0x18 }
  /// A write takes the interrupt back.
  @inlinable public static var clearInterrupt: UInt32 { 0x1C }
}
