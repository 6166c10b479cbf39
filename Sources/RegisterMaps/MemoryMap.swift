/// The physical memory map and interrupt numbers of the `virt` board, as QEMU's riscv32 `virt` has them.
/// The single source for the bus, the device tree, the firmware and the guests.
public enum MemoryMap {
  /// First address and length in bytes of a device's window.
  public struct Window: Sendable {
    public let base: UInt32
    public let size: UInt32
    @inlinable public init(base: UInt32, size: UInt32) {
      self.base = base
      self.size = size
    }
  }

  @inlinable public static var bootROM: Window { Window(base: 0x1000, size: 0xF000) }
  @inlinable public static var testDevice: Window { Window(base: 0x10_0000, size: 0x1000) }
  @inlinable public static var rtc: Window { Window(base: 0x10_1000, size: 0x1000) }
  @inlinable public static var clint: Window { Window(base: 0x200_0000, size: 0x1_0000) }
  @inlinable public static var plic: Window { Window(base: 0xC00_0000, size: 0x60_0000) }
  @inlinable public static var uart: Window { Window(base: 0x1000_0000, size: 0x100) }
  /// The first of eight virtio-mmio slots, each `size` bytes long and following one another.
  @inlinable public static var virtio: Window { Window(base: 0x1000_1000, size: 0x1000) }
  @inlinable public static var virtioSlots: UInt32 { 8 }
  @inlinable public static var ramBase: UInt32 { 0x8000_0000 }
  /// Where an S-mode payload starts: RAM base plus 4 MiB.
  @inlinable public static var payloadBase: UInt32 { 0x8040_0000 }

  @inlinable public static var uartInterrupt: UInt32 { 10 }
  @inlinable public static var rtcInterrupt: UInt32 { 11 }
  /// Interrupt of virtio slot 0; slot n has this plus n.
  @inlinable public static var firstVirtioInterrupt: UInt32 { 1 }
  /// The highest PLIC source; sources are 1…96.
  @inlinable public static var plicSources: UInt32 { 96 }
}
