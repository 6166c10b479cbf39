import Boards
import DeviceTree
import ISA
import Peripherals
import RegisterMaps
import SystemBus
import Testing

private final class NoSink: ConsoleSink {
  func write(_ byte: UInt8) {}
}

private final class NoTime: TimeSource {
  var now: Ticks { 0 }
  var wallClockNanoseconds: UInt64 { 0 }
}

/// The board's devices, with the eight empty virtio slots.
private func boardDevices(harts: UInt32) -> [VirtDeviceTree.Entry] {
  let pins = (0..<harts).map { _ in HartPins() }
  let (clock, deadlines) = (NoTime(), DeadlineQueue())
  let plic = PLIC(harts: pins)
  let slots = (0..<MemoryMap.virtioSlots).map { slot in
    VirtDeviceTree.Entry(
      node: "virtio_mmio", base: MemoryMap.virtio.base + slot * MemoryMap.virtio.size,
      device: EmptyVirtioSlot(name: "virtio\(slot)"), wiring: .source(MemoryMap.firstVirtioInterrupt + slot))
  }
  return [
    .init(node: "test", base: MemoryMap.testDevice.base, device: TestDevice()),
    .init(
      node: "rtc", base: MemoryMap.rtc.base,
      device: GoldfishRTC(line: plic.line(for: 11), clock: clock, deadlines: deadlines),
      wiring: .source(MemoryMap.rtcInterrupt)),
    .init(
      node: "clint", base: MemoryMap.clint.base, device: CLINT(harts: pins, clock: clock, deadlines: deadlines),
      wiring: .harts([.machineSoftware, .machineTimer])),
    .init(
      node: "plic", base: MemoryMap.plic.base, device: plic, wiring: .harts([.machineExternal, .supervisorExternal])),
    .init(
      node: "serial", base: MemoryMap.uart.base,
      device: UART(sink: NoSink(), line: plic.line(for: 10), clock: clock, deadlines: deadlines),
      wiring: .source(MemoryMap.uartInterrupt)),
  ] + slots
}

private func boardTree(harts: UInt32) -> VirtDeviceTree {
  var tree = VirtDeviceTree(
    memorySize: 128 << 20, harts: harts, isa: "rv32imafdc_zicsr_zifencei",
    isaExtensions: ["i", "m", "a", "f", "d", "c", "zicsr", "zifencei"], devices: boardDevices(harts: harts))
  tree.bootArguments = "console=ttyS0"
  return tree
}

@Suite struct VirtDeviceTreeTests {
  /// QEMU 7.2's own tree for the same machine (`-M virt,dumpdtb=`, 2 harts, 128 MiB): we have each of its nodes, but for
  /// devices we do not have, and each of their properties, but for those that say something else on purpose.
  @Test func agreesWithQEMU() throws {
    let absent: Set = ["pmu", "fw-cfg@10100000", "flash@20000000", "platform-bus@4000000", "pci@30000000"]
    let different: Set = ["riscv,isa", "rng-seed"]
    var ours = boardTree(harts: 2).document().root
    var theirs = try QEMUDeviceTree.document().root
    renamePhandles(&ours)
    renamePhandles(&theirs)
    compare(theirs, ours, path: "", absent: absent, different: different)
  }

  private func compare(
    _ theirs: DeviceNode, _ ours: DeviceNode, path: String, absent: Set<String>, different: Set<String>
  ) {
    for property in theirs.properties where !different.contains(property.name) {
      #expect(ours[property.name] == property.value, "\(path)/\(property.name)")
    }
    for child in theirs.children where !absent.contains(child.name) {
      guard let our = ours.children.first(where: { $0.name == child.name }) else {
        Issue.record("\(path)/\(child.name) is missing")
        continue
      }
      compare(child, our, path: path + "/" + child.name, absent: absent, different: different)
    }
  }

  /// Phandles may be any numbers: puts in place of each the order of its node's path.
  private func renamePhandles(_ root: inout DeviceNode) {
    var paths: [UInt32: String] = [:]
    func collect(_ node: DeviceNode, _ path: String) {
      if let phandle = node.cell("phandle") { paths[phandle] = path }
      for child in node.children { collect(child, path + "/" + child.name) }
    }
    collect(root, "")
    let numbers = paths.keys.sorted { (paths[$0] ?? "") < (paths[$1] ?? "") }
    func number(_ phandle: UInt32) -> UInt32 { UInt32((numbers.firstIndex(of: phandle) ?? -1) + 1) }
    func rename(_ node: inout DeviceNode) {
      for name in ["phandle", "interrupt-parent", "regmap", "cpu"] {
        if let old = node.cell(name) { node.set(name, number(old)) }
      }
      if let wires = node.cells("interrupts-extended") {
        node.set("interrupts-extended", cells: wires.enumerated().map { $0 % 2 == 0 ? number($1) : $1 })
      }
      for index in node.children.indices { rename(&node.children[index]) }
    }
    rename(&root)
  }

  @Test(arguments: 1...8 as ClosedRange<UInt32>)
  func everyHartIsThere(harts: UInt32) throws {
    let root = boardTree(harts: harts).document().root
    let cpus = try #require(root.node(at: "/cpus"))
    #expect(cpus.cell("timebase-frequency") == 10_000_000)
    for hart in 0..<harts {
      let cpu = try #require(root.node(at: "/cpus/cpu@\(hart)"))
      #expect(cpu.text("riscv,isa") == "rv32imafdc_zicsr_zifencei")
      #expect(cpu.text("riscv,isa-base") == "rv32i")
      #expect(cpu.texts("riscv,isa-extensions") == ["i", "m", "a", "f", "d", "c", "zicsr", "zifencei"])
      #expect(cpu.text("mmu-type") == "riscv,sv32")
      #expect(root.node(at: "/cpus/cpu-map/cluster0/core\(hart)")?.cell("cpu") == cpu.cell("phandle"))
    }
    #expect(cpus.children.count == Int(harts) + 1)
    #expect(root.node(at: "/soc/clint")?.cells("interrupts-extended")?.count == 4 * Int(harts))
  }

  @Test func phandlesAreUnique() {
    var phandles: [UInt32] = []
    func collect(_ node: DeviceNode) {
      phandles += node.cells("phandle") ?? []
      node.children.forEach(collect)
    }
    collect(boardTree(harts: 8).document().root)
    #expect(Set(phandles).count == phandles.count)
    #expect(phandles.count == 18)
  }

  @Test func cacheBlockSizesComeWithTheirExtensions() {
    var tree = boardTree(harts: 1)
    #expect(tree.document().root.node(at: "/cpus/cpu@0")?["riscv,cbom-block-size"] == nil)
    tree.isaExtensions += ["zicbom", "zicboz"]
    let cpu = tree.document().root.node(at: "/cpus/cpu@0")
    #expect(cpu?.cell("riscv,cbom-block-size") == 64)
    #expect(cpu?.cell("riscv,cboz-block-size") == 64)
  }

  @Test func chosenTellsWhatTheBoardWasGiven() {
    var tree = boardTree(harts: 1)
    tree.initrd = 0x8400_0000..<0x8401_2345
    let chosen = tree.document().root.node(at: "/chosen")
    #expect(chosen?.cell("linux,initrd-start") == 0x8400_0000)
    #expect(chosen?.cell("linux,initrd-end") == 0x8401_2345)
    #expect(chosen?["rng-seed"] == nil)
    tree.bootArguments = nil
    tree.initrd = nil
    #expect(tree.document().root.node(at: "/chosen")?.properties.map(\.name) == ["stdout-path"])
  }

  @Test func aBareMachineHasNoTranslationAndNoSystemControl() {
    var tree = boardTree(harts: 1)
    tree.hasSv32 = false
    tree.devices.removeAll { $0.node == "test" }
    let root = tree.document().root
    #expect(root.node(at: "/cpus/cpu@0")?.text("mmu-type") == "riscv,none")
    #expect(root.node(at: "/poweroff") == nil && root.node(at: "/reboot") == nil)
  }

  @Test func theBlobIsTheSameEveryTime() {
    #expect(boardTree(harts: 4).document().flattened() == boardTree(harts: 4).document().flattened())
  }
}
