import DeviceTree
import ISA
import RegisterMaps
import SystemBus

/// A virtio-mmio slot with nothing in it: it identifies itself with device ID 0, which tells a driver to leave it alone
/// (virtio specification 1.2, section 4.2.3.1).
///
/// As in QEMU an aligned access of any width reads the low bytes of the register that starts at its offset, and writes
/// are ignored.
public final class EmptyVirtioSlot: Device {
  public let name: String
  public let windowSize: UInt32 = MemoryMap.virtio.size

  public init(name: String) { self.name = name }

  public func read(at offset: UInt32, width: AccessWidth) throws(AccessFault) -> UInt32 {
    try requireDecoded(offset, width)
    let value =
      switch offset {
      case VirtioMMIORegisters.magic: VirtioMMIORegisters.magicValue
      case VirtioMMIORegisters.version: VirtioMMIORegisters.legacyVersion
      case VirtioMMIORegisters.vendorID: VirtioMMIORegisters.qemuVendor
      default: UInt32(0)
      }
    return width == .word ? value : value & (1 &<< (8 &* width.bytes) &- 1)
  }

  public func write(_ value: UInt32, at offset: UInt32, width: AccessWidth) throws(AccessFault) {
    try requireDecoded(offset, width)
  }

  private func requireDecoded(_ offset: UInt32, _ width: AccessWidth) throws(AccessFault) {
    guard offset < VirtioMMIORegisters.decodedSize, width != .double, offset & (width.bytes - 1) == 0 else {
      throw AccessFault()
    }
  }

  /// The slot holds no state.
  public func reset() {}

  public func describe(in node: inout DeviceNode) { node.set("compatible", "virtio,mmio") }

  public func save(to encoder: inout StateEncoder) { encoder.section(name, version: 1) }

  public func restore(from decoder: inout StateDecoder) throws(StateError) { try decoder.section(name, newest: 1) }
}
