import ISA
import Peripherals
import RegisterMaps
import SystemBus
import Testing

@Suite struct TestDeviceTests {
  final class Outcomes { var all: [TestOutcome] = [] }
  let device = TestDevice()
  let outcomes = Outcomes()

  init() { device.onFinish = { [outcomes] in outcomes.all.append($0) } }

  @Test func commandsAreReported() throws {
    for value in [0x5555, 0x2A_3333, 0xFFFF_3333, 0x7777, 0xFFFF_5555] as [UInt32] { try device.store(value, at: 0) }
    #expect(outcomes.all == [.pass, .fail(code: 42), .fail(code: 0xFFFF), .reset, .pass])
  }

  @Test func aHalfHasNoCode() throws {
    try device.write(0xFFFF_3333, at: 0, width: .half)
    #expect(outcomes.all == [.fail(code: 0)])
  }

  @Test func everythingElseIsIgnored() throws {
    for value in [0, 1, 0x5554, 0x3333_0000] as [UInt32] { try device.store(value, at: 0) }
    try device.store(0x5555, at: 4)
    try device.write(0x5555, at: 2, width: .half)
    #expect(outcomes.all.isEmpty)
    #expect(try device.word(0) == 0)
  }

  @Test func bytesAndMisalignedAccessesAreNotDecoded() {
    #expect(device.faults(at: 0, .byte))
    #expect(device.faults(at: 0, .double))
    #expect(device.faults(at: 1, .half))
    #expect(device.faults(at: 2, .word))
    #expect(outcomes.all.isEmpty)
  }
}

@Suite struct EmptyVirtioSlotTests {
  let slot = EmptyVirtioSlot(name: "virtio0")

  @Test func identifiesItselfAsEmpty() throws {
    #expect(try (0..<5).map { try slot.word(4 * $0) } == [0x7472_6976, 1, 0, 0x554D_4551, 0])
  }

  @Test func narrowAccessesReadTheLowBytes() throws {
    #expect(try slot.read(at: 0, width: .half) == 0x6976)
    #expect(try slot.byte(0) == 0x76)
    #expect(try slot.byte(1) == 0)
  }

  @Test func writesChangeNothing() throws {
    let fresh = slot.saved
    try slot.store(0xFFFF_FFFF, at: 0x70)
    try slot.store(byte: 1, at: 0x101)
    #expect(slot.saved == fresh)
    #expect(try slot.word(0x70) == 0)
  }

  @Test func theRestOfTheWindowIsNotDecoded() {
    #expect(slot.faults(at: 0x200, .word))
    #expect(slot.faults(at: 0xFFF, .byte))
    #expect(slot.faults(at: 2, .word))
  }
}
