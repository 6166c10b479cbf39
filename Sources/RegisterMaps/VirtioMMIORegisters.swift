/// The identification registers of a virtio-mmio window (virtio specification 1.2, section 4.2.2); offsets in bytes.
public enum VirtioMMIORegisters {
  /// Length in bytes of the part of a slot that is decoded.
  @inlinable public static var decodedSize: UInt32 { 0x200 }
  @inlinable public static var magic: UInt32 { 0x00 }
  @inlinable public static var version: UInt32 { 0x04 }
  @inlinable public static var deviceID: UInt32 { 0x08 }
  @inlinable public static var vendorID: UInt32 { 0x0C }

  /// "virt" in little-endian order.
  @inlinable public static var magicValue: UInt32 { 0x7472_6976 }
  /// The version of the legacy register layout.
  @inlinable public static var legacyVersion: UInt32 { 1 }
  /// "QEMU" in little-endian order.
  @inlinable public static var qemuVendor: UInt32 { 0x554D_4551 }
}
