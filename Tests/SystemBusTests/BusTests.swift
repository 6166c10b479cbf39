import DeviceTree
import ISA
import SystemBus
import Testing

private final class Stub: Device {
  let name: String
  let windowSize: UInt32
  init(_ name: String, _ windowSize: UInt32) {
    self.name = name
    self.windowSize = windowSize
  }
  func read(at offset: UInt32, width: AccessWidth) throws(AccessFault) -> UInt32 { offset }
  func write(_ value: UInt32, at offset: UInt32, width: AccessWidth) throws(AccessFault) {}
  func reset() {}
  func describe(in node: inout DeviceNode) {}
  func save(to encoder: inout StateEncoder) {}
  func restore(from decoder: inout StateDecoder) throws(StateError) {}
}

@Suite struct BusTests {
  @Test func addressesFindDevicesAndOffsets() {
    let bus = SystemBus()
    bus.attach(Stub("low", 0x100), at: 0x1000)
    bus.attach(Stub("top", 0x10), at: 0xFFFF_FFF0)
    let cases: [(UInt32, UInt32, String?)] = [
      (0x1000, 4, "low+0"), (0x10FC, 4, "low+252"), (0x10FD, 4, nil), (0x10FF, 1, "low+255"), (0x1100, 1, nil),
      (0xFFF, 1, nil), (0xFFFF_FFFC, 4, "top+12"), (0xFFFF_FFFD, 4, nil), (0xFFFF_FFFF, 1, "top+15"), (0, 1, nil),
    ]
    for (address, count, expected) in cases {
      let found = bus.device(at: address, count: count).map { "\($0.device.name)+\($0.offset)" }
      #expect(found == expected, "address \(address)")
    }
  }

  @Test func addressesFindMemory() throws {
    let bus = SystemBus()
    bus.attach(try GuestMemory(base: 0x1000, size: 4096, isWritable: false))
    bus.attach(try GuestMemory(base: 0x2000, size: 4096))
    #expect(bus.memory(at: 0x1FFF)?.base == 0x1000)
    #expect(bus.memory(at: 0x2000, count: 4096)?.base == 0x2000)
    #expect(bus.memory(at: 0x1FFE, count: 4) == nil, "no access spans two memories")
    #expect(bus.memory(at: 0x3000) == nil)
  }

  @Test func pinsTellOfChangesOnly() {
    let pins = HartPins()
    var seen: [UInt32] = []
    pins.onChange = { [unowned pins] in seen.append(pins.lines) }
    for level in [false, true, true, false] { pins.set(.machineTimer, to: level) }
    pins.set(.supervisorExternal, to: true)
    pins.set(.machineSoftware, to: true)
    #expect(seen == [0x80, 0, 0x200, 0x208])
  }

  @Test func linesTellOfChangesOnly() {
    var seen: [Bool] = []
    let line = InterruptLine { seen.append($0) }
    for level in [false, true, true, false, false, true] { line.set(level) }
    #expect(seen == [true, false, true])
    #expect(line.level)
  }
}
