/// A whole device tree: what a flattened blob (DTB) holds.
public struct DeviceTreeDocument: Equatable, Sendable {
  /// A range of physical memory that the guest must leave alone (Devicetree Specification, section 5.3).
  public struct Reservation: Equatable, Sendable {
    /// First address, and length in bytes.
    public var address: UInt64
    public var size: UInt64

    public init(address: UInt64, size: UInt64) {
      self.address = address
      self.size = size
    }
  }

  public var root: DeviceNode
  public var reservations: [Reservation]
  /// The `reg` of the CPU that boots.
  public var bootCPU: UInt32

  public init(root: DeviceNode = DeviceNode(), reservations: [Reservation] = [], bootCPU: UInt32 = 0) {
    self.root = root
    self.reservations = reservations
    self.bootCPU = bootCPU
  }
}

/// The constants of the flattened format (Devicetree Specification 0.4, chapter 5). All values are big-endian.
enum BlobFormat {
  static let magic: UInt32 = 0xD00D_FEED
  static let version: UInt32 = 17
  /// The oldest version whose readers understand the blob.
  static let compatibleVersion: UInt32 = 16
  static let headerSize = 40
  static let reservationSize = 16

  enum Token {
    static let beginNode: UInt32 = 1
    static let endNode: UInt32 = 2
    static let property: UInt32 = 3
    static let nothing: UInt32 = 4
    static let end: UInt32 = 9
  }
}
