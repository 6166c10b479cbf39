import ISA

/// The physical address space of a machine: memory and devices.
public final class SystemBus {
  /// A device and the guest-physical address of its window.
  public struct Mapping {
    public let base: UInt32
    public let device: any Device
  }

  public private(set) var memories: [GuestMemory] = []
  public private(set) var devices: [Mapping] = []

  public init() {}

  public func attach(_ memory: GuestMemory) { memories.append(memory) }
  public func attach(_ device: any Device, at base: UInt32) { devices.append(Mapping(base: base, device: device)) }

  /// The memory that holds all `count` bytes at `address`, if one does.
  public func memory(at address: UInt32, count: Int = 1) -> GuestMemory? {
    for memory in memories where memory.contains(address, count: count) { return memory }
    return nil
  }

  /// The device whose window holds all `count` bytes at `address`, and the offset of `address` in it.
  public func device(at address: UInt32, count: UInt32) -> (device: any Device, offset: UInt32)? {
    for mapping in devices where address >= mapping.base {
      let offset = address - mapping.base
      if offset < mapping.device.windowSize, mapping.device.windowSize - offset >= count {
        return (mapping.device, offset)
      }
    }
    return nil
  }
}
