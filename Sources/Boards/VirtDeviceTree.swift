import DeviceTree
import RegisterMaps
import SystemBus

/// What the device tree of a `virt` board is made from.
public struct VirtDeviceTree {
  /// How a device's interrupts are wired.
  public enum Wiring: Equatable, Sendable {
    case none
    /// A source of the PLIC.
    case source(UInt32)
    /// The device drives these inputs of every hart.
    case harts([HartInterrupt])
  }

  /// A device on the bus.
  public struct Entry {
    /// The generic name of its node, such as `serial`; the unit address is added.
    public var node: String
    public var base: UInt32
    public var device: any Device
    public var wiring: Wiring

    public init(node: String, base: UInt32, device: any Device, wiring: Wiring = .none) {
      self.node = node
      self.base = base
      self.device = device
      self.wiring = wiring
    }
  }

  public var memoryBase: UInt32 = MemoryMap.ramBase
  /// Length of RAM in bytes.
  public var memorySize: UInt32
  /// Number of harts, numbered from 0.
  public var harts: UInt32
  /// The value of `riscv,isa`, such as `rv32imac_zicsr`.
  public var isa: String
  /// The value of `riscv,isa-base`.
  public var isaBase = "rv32i"
  /// The value of `riscv,isa-extensions`: one name per extension, such as `m` or `zicsr`.
  public var isaExtensions: [String]
  /// Whether harts translate addresses with Sv32.
  public var hasSv32 = true
  /// Devices in the order of their nodes. The interrupt controller and the test device are found by their node names,
  /// `plic` and `test`.
  public var devices: [Entry]
  /// Kernel arguments.
  public var bootArguments: String?
  /// First physical address of the initial RAM disk, and the address after its last byte.
  public var initrd: Range<UInt32>?
  /// The console's node.
  public var standardOutput: String? = "/soc/serial@10000000"

  public init(memorySize: UInt32, harts: UInt32, isa: String, isaExtensions: [String], devices: [Entry]) {
    self.memorySize = memorySize
    self.harts = harts
    self.isa = isa
    self.isaExtensions = isaExtensions
    self.devices = devices
  }

  /// The tree, with QEMU's node names and properties.
  public func document() -> DeviceTreeDocument {
    var root = DeviceNode()
    root.set("#address-cells", 2)
    root.set("#size-cells", 2)
    root.set("compatible", "riscv-virtio")
    root.set("model", "riscv-virtio,qemu")
    root.children = [chosen(), memory(), cpus(), soc()] + systemControl()
    return DeviceTreeDocument(root: root)
  }
}

// MARK: - Phandles

extension VirtDeviceTree {
  private func cpuPhandle(_ hart: UInt32) -> UInt32 { 1 + 2 * hart }
  private func interruptControllerPhandle(_ hart: UInt32) -> UInt32 { 2 + 2 * hart }
  private var plicPhandle: UInt32 { 1 + 2 * harts }
  private var testDevicePhandle: UInt32 { 2 + 2 * harts }

  private func phandle(of entry: Entry) -> UInt32? {
    switch entry.node {
    case "plic": plicPhandle
    case "test": testDevicePhandle
    default: nil
    }
  }
}

// MARK: - Nodes

extension VirtDeviceTree {
  private func chosen() -> DeviceNode {
    var node = DeviceNode("chosen")
    if let bootArguments { node.set("bootargs", bootArguments) }
    if let initrd {
      node.set("linux,initrd-start", initrd.lowerBound)
      node.set("linux,initrd-end", initrd.upperBound)
    }
    if let standardOutput { node.set("stdout-path", standardOutput) }
    return node
  }

  private func memory() -> DeviceNode {
    var node = DeviceNode("memory@" + String(memoryBase, radix: 16))
    node.set("device_type", "memory")
    node.set("reg", 0, memoryBase, 0, memorySize)
    return node
  }

  private func cpus() -> DeviceNode {
    var node = DeviceNode("cpus")
    node.set("#address-cells", 1)
    node.set("#size-cells", 0)
    node.set("timebase-frequency", UInt32(truncatingIfNeeded: ticksPerSecond))
    node.children = (0..<harts).map(cpu) + [cpuMap()]
    return node
  }

  private func cpu(_ hart: UInt32) -> DeviceNode {
    var controller = DeviceNode("interrupt-controller")
    controller.set("#interrupt-cells", 1)
    controller.set("interrupt-controller")
    controller.set("compatible", "riscv,cpu-intc")
    controller.set("phandle", interruptControllerPhandle(hart))

    var node = DeviceNode("cpu@" + String(hart, radix: 16))
    node.set("phandle", cpuPhandle(hart))
    node.set("device_type", "cpu")
    node.set("reg", hart)
    node.set("status", "okay")
    node.set("compatible", "riscv")
    node.set("riscv,isa", isa)
    node.set("riscv,isa-base", isaBase)
    node.set("riscv,isa-extensions", isaExtensions)
    for (name, property) in Self.cacheBlockProperties where isaExtensions.contains(name) {
      node.set(property, Self.cacheBlockSize)
    }
    node.set("mmu-type", hasSv32 ? "riscv,sv32" : "riscv,none")
    node.children = [controller]
    return node
  }

  /// Bytes that one cache-block instruction works on.
  private static let cacheBlockSize: UInt32 = 64
  private static let cacheBlockProperties = [
    ("zicbom", "riscv,cbom-block-size"), ("zicboz", "riscv,cboz-block-size"),
  ]

  private func cpuMap() -> DeviceNode {
    var cluster = DeviceNode("cluster0")
    cluster.children = (0..<harts).map { hart in
      var core = DeviceNode("core\(hart)")
      core.set("cpu", cpuPhandle(hart))
      return core
    }
    var node = DeviceNode("cpu-map")
    node.children = [cluster]
    return node
  }

  private func soc() -> DeviceNode {
    var node = DeviceNode("soc")
    node.set("#address-cells", 2)
    node.set("#size-cells", 2)
    node.set("compatible", "simple-bus")
    node.set("ranges")
    node.children = devices.map(deviceNode)
    return node
  }

  private func deviceNode(_ entry: Entry) -> DeviceNode {
    var node = DeviceNode(entry.node + "@" + String(entry.base, radix: 16))
    node.set("reg", 0, entry.base, 0, entry.device.windowSize)
    entry.device.describe(in: &node)
    switch entry.wiring {
    case .none: break
    case .source(let source):
      node.set("interrupts", source)
      node.set("interrupt-parent", plicPhandle)
    case .harts(let inputs):
      node.set(
        "interrupts-extended",
        cells: (0..<harts).flatMap { hart in
          inputs.flatMap { [interruptControllerPhandle(hart), $0.rawValue] }
        })
    }
    if let phandle = phandle(of: entry) { node.set("phandle", phandle) }
    return node
  }

  /// Power off and reset by a store to the test device.
  private func systemControl() -> [DeviceNode] {
    guard devices.contains(where: { $0.node == "test" }) else { return [] }
    let commands = [("poweroff", TestDeviceRegisters.pass), ("reboot", TestDeviceRegisters.reset)]
    return commands.map { name, value in
      var node = DeviceNode(name)
      node.set("compatible", "syscon-" + name)
      node.set("regmap", testDevicePhandle)
      node.set("offset", TestDeviceRegisters.command)
      node.set("value", value)
      return node
    }
  }
}
