import ISA
import Peripherals
import RegisterMaps
import SystemBus
import Testing

/// SplitMix64: small, and the same everywhere.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

/// All devices of a board with two harts, wired as on the board.
final class Workbench {
  let rig = Rig(harts: 2)
  let sink = RecordingSink()
  let plic: PLIC
  let uart: UART
  let devices: [any Device]
  var outcomes: [TestOutcome] = []

  init() {
    plic = PLIC(harts: rig.pins)
    uart = UART(
      sink: sink, line: plic.line(for: MemoryMap.uartInterrupt), clock: rig.clock, deadlines: rig.deadlines)
    let test = TestDevice()
    devices = [
      CLINT(harts: rig.pins, clock: rig.clock, deadlines: rig.deadlines), plic, uart,
      GoldfishRTC(line: plic.line(for: MemoryMap.rtcInterrupt), clock: rig.clock, deadlines: rig.deadlines), test,
      EmptyVirtioSlot(name: "virtio0"),
    ]
    test.onFinish = { [unowned self] in outcomes.append($0) }
  }

  /// Sources that no device on the bench drives.
  private static let freeSources: [UInt32] = (0...100).filter {
    $0 != MemoryMap.uartInterrupt && $0 != MemoryMap.rtcInterrupt
  }

  /// A board in the same state.
  func copy() throws -> Workbench {
    let twin = Workbench()
    twin.rig.clock.now = rig.clock.now
    twin.rig.clock.wallClockNanoseconds = rig.clock.wallClockNanoseconds
    for (device, other) in zip(devices, twin.devices) { try other.restore(device.saved) }
    for source in Self.freeSources { twin.plic.line(for: source).set(plic.line(for: source).level) }
    return twin
  }

  /// Does the next thing that `generator` says. Returns what can be seen of it.
  func step(_ generator: inout SeededGenerator) -> [UInt32] {
    var observed: [UInt32] = []
    switch UInt8.random(in: 0..<16, using: &generator) {
    case 0:
      rig.advance(by: UInt64.random(in: 0...20_000, using: &generator))
    case 1:
      let bytes = (0..<Int.random(in: 0...20, using: &generator)).map { UInt8($0) }
      observed.append(UInt32(uart.receive(bytes)))
    case 2:
      let source = Self.freeSources[Int.random(in: Self.freeSources.indices, using: &generator)]
      plic.line(for: source).set(Bool.random(using: &generator))
    case 3 where UInt8.random(in: 0..<32, using: &generator) == 0:
      devices[Int.random(in: devices.indices, using: &generator)].reset()
    default:
      observed += access(&generator)
    }
    return observed + rig.pins.map(\.lines) + [UInt32(truncatingIfNeeded: rig.deadlines.next)]
  }

  private func access(_ generator: inout SeededGenerator) -> [UInt32] {
    let device = devices[Int.random(in: devices.indices, using: &generator)]
    let width = AccessWidth.allCases[Int.random(in: 0..<4, using: &generator)]
    let offset = min(Self.offset(in: device, &generator), device.windowSize - width.bytes)
    let value = Self.value(&generator)
    if Bool.random(using: &generator) {
      return (try? device.read(at: offset, width: width)).map { [1, $0] } ?? [0]
    }
    return [(try? device.write(value, at: offset, width: width)) == nil ? 2 : 3]
  }

  /// Mostly where registers are, in the middle of every region, and sometimes anywhere.
  private static func offset(in device: any Device, _ generator: inout SeededGenerator) -> UInt32 {
    let regions: [UInt32] = [0, 0x1000, 0x2000, 0x2080, 0x4000, 0xBFF8, 0x20_0000, 0x20_1000, 0x20_3000]
    let inside = regions.filter { $0 < device.windowSize }
    switch UInt8.random(in: 0..<8, using: &generator) {
    case 0: return UInt32.random(in: 0..<device.windowSize, using: &generator)
    case 1: return device.windowSize - UInt32.random(in: 1...16, using: &generator)
    default:
      let base = inside[Int.random(in: inside.indices, using: &generator)]
      let spread = UInt32.random(in: 0..<16, using: &generator) * (Bool.random(using: &generator) ? 1 : 4)
      return min(base + spread, device.windowSize - 1)
    }
  }

  private static func value(_ generator: inout SeededGenerator) -> UInt32 {
    switch UInt8.random(in: 0..<4, using: &generator) {
    case 0: UInt32.random(in: 0...255, using: &generator)
    case 1: 1 << UInt32.random(in: 0..<32, using: &generator)
    case 2: 0xFFFF_FFFF
    default: UInt32.random(in: 0...UInt32.max, using: &generator)
    }
  }
}

@Suite struct DeviceFuzzTests {
  /// Nothing a guest does ends the process, and a restored board cannot be told from the one that was saved.
  @Test func restoredBoardsBehaveAlike() async throws {
    try await forEachSeed(16) { seed in
      var generator = SeededGenerator(state: seed)
      let board = Workbench()
      for _ in 0..<20 {
        for _ in 0..<400 { _ = board.step(&generator) }
        let twin = try board.copy()
        for (device, other) in zip(board.devices, twin.devices) where device.saved != other.saved {
          Issue.record("seed \(seed): \(device.name) is not what was saved")
          return
        }
        var other = generator
        for _ in 0..<400 {
          let (expected, observed) = (board.step(&generator), twin.step(&other))
          guard expected == observed else {
            Issue.record("seed \(seed): the restored board shows \(observed), the saved one \(expected)")
            return
          }
        }
      }
    }
  }

  /// Saved state from a hostile file: refused or taken, but never fatal, then or later.
  @Test func damagedStateIsSafe() async {
    await forEachSeed(8) { seed in
      var generator = SeededGenerator(state: seed)
      let board = Workbench()
      for _ in 0..<500 { _ = board.step(&generator) }
      for _ in 0..<200 {
        for device in board.devices { try? device.restore(Self.damaged(device.saved, &generator)) }
        for _ in 0..<20 { _ = board.step(&generator) }
      }
    }
  }

  private static func damaged(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
    }
    if Bool.random(using: &generator) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
    return bytes
  }
}
