/// The size of one memory access. The raw value is its length in bytes.
@frozen public enum AccessWidth: UInt8, Sendable, CaseIterable {
  case byte = 1
  case half = 2
  case word = 4
  case double = 8

  /// Length in bytes: 1, 2, 4 or 8.
  @inlinable public var bytes: UInt32 { UInt32(rawValue) }
}
