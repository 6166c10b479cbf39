import ISA

/// The physical address space of a machine: memory and devices.
public final class SystemBus {
  /// A device and the guest-physical address of its window.
  public struct Mapping {
    public let base: UInt32
    public let device: any Device
    fileprivate let size: UInt32
    /// Accesses by harts since the device was attached.
    public fileprivate(set) var reads: UInt64 = 0
    public fileprivate(set) var writes: UInt64 = 0
  }

  public private(set) var memories: [GuestMemory] = []
  @exclusivity(unchecked) public private(set) var devices: [Mapping] = []

  public init() {}

  public func attach(_ memory: GuestMemory) { memories.append(memory) }
  public func attach(_ device: any Device, at base: UInt32) {
    devices.append(Mapping(base: base, device: device, size: device.windowSize))
  }

  /// The memory that holds all `count` bytes at `address`, if one does.
  public func memory(at address: UInt32, count: Int = 1) -> GuestMemory? {
    for memory in memories where memory.contains(address, count: count) { return memory }
    return nil
  }

  /// The device whose window holds all `count` bytes at `address`, and the offset of `address` in it.
  public func device(at address: UInt32, count: UInt32) -> (device: any Device, offset: UInt32)? {
    guard let index = deviceIndex(at: address, count: count) else { return nil }
    return (devices[index].device, address &- devices[index].base)
  }

  /// The same for an access by a hart, which is counted.
  public func access(
    _ kind: AccessDirection, at address: UInt32, count: UInt32
  ) -> (device: any Device, offset: UInt32)? {
    guard let index = deviceIndex(at: address, count: count) else { return nil }
    switch kind {
    case .read: devices[index].reads &+= 1
    case .write: devices[index].writes &+= 1
    }
    return (devices[index].device, address &- devices[index].base)
  }

  private func deviceIndex(at address: UInt32, count: UInt32) -> Int? {
    for index in devices.indices where address >= devices[index].base {
      let offset = address &- devices[index].base
      if offset < devices[index].size, devices[index].size &- offset >= count { return index }
    }
    return nil
  }
}

/// What a hart wants of a device.
public enum AccessDirection: Sendable {
  case read, write
}
