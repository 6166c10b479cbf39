/// The number of a control and status register, 0…0xFFF.
///
/// The privileged specification, section "CSR Address Mapping Conventions": bits 11:10 equal to 3 mean read-only, bits
/// 9:8 give the lowest privilege that may access it.
@frozen public struct CSR: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt16
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue & 0xFFF }

  @inlinable public var isReadOnly: Bool { rawValue >> 10 == 3 }
  /// 0 for U, 1 for S, 3 for M.
  @inlinable public var lowestPrivilege: UInt8 { UInt8((rawValue >> 8) & 3) }
}
