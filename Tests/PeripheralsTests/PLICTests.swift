import ISA
import Peripherals
import RegisterMaps
import SystemBus
import Testing

@Suite struct PLICTests {
  typealias Registers = PLICRegisters
  let rig: Rig
  let plic: PLIC
  let machine0 = Registers.machineContext(hart: 0)
  let supervisor0 = Registers.supervisorContext(hart: 0)
  let supervisor1 = Registers.supervisorContext(hart: 1)

  init() {
    rig = Rig(harts: 2)
    plic = PLIC(harts: rig.pins)
  }

  private func enable(_ sources: [UInt32], for context: UInt32, priority: UInt32 = 1) throws {
    for source in sources {
      try plic.store(priority, at: Registers.priority(source: source))
      let offset = Registers.enable(context: context, source: source)
      try plic.store(try plic.word(offset) | 1 << (source % 32), at: offset)
    }
  }

  private func claim(_ context: UInt32) throws -> UInt32 { try plic.word(Registers.claim(context: context)) }
  private func complete(_ source: UInt32, _ context: UInt32) throws {
    try plic.store(source, at: Registers.claim(context: context))
  }

  // MARK: Inspection

  @Test func tellsItsStateWithoutClaiming() throws {
    try enable([10, 40], for: supervisor0, priority: 3)
    try plic.store(2, at: Registers.threshold(context: supervisor0))
    plic.line(for: 10).set(true)
    let context = plic.status(ofContext: supervisor0)
    #expect(context.enabled == [10, 40] && context.threshold == 2)
    for other in [machine0, 99] {
      #expect(plic.status(ofContext: other).enabled.isEmpty && plic.status(ofContext: other).threshold == 0)
    }
    for _ in 0..<2 {
      let source = plic.status(ofSource: 10)
      #expect(source.source == 10 && source.priority == 3 && source.isRaised && source.isPending && !source.isInService)
    }
    #expect(try claim(supervisor0) == 10)
    #expect(plic.status(ofSource: 10).isInService && !plic.status(ofSource: 10).isPending)
    try complete(10, supervisor0)
    #expect(!plic.status(ofSource: 10).isInService && plic.status(ofSource: 10).isPending)
    for source in [0, 97, .max] as [UInt32] { #expect(plic.status(ofSource: source).priority == 0) }
  }

  // MARK: Registers

  @Test func prioritiesAndThresholdsKeepThreeBits() throws {
    for offset in [4, 4 * 96, Registers.threshold(context: 0), Registers.threshold(context: 3)] as [UInt32] {
      try plic.store(0xFFFF_FFFD, at: offset)
      #expect(try plic.word(offset) == 5)
    }
  }

  @Test func sourceZeroAndSourcesBeyondTheLastDoNotExist() throws {
    for (offset, expected) in [
      (0, 0), (4 * 97, 0), (Registers.enable, 0xFFFF_FFFE), (Registers.enable + 4, 0xFFFF_FFFF),
      (Registers.enable + 12, 1), (Registers.enable + 16, 0), (Registers.pending, 0),
    ] as [(UInt32, UInt32)] {
      try plic.store(0xFFFF_FFFF, at: offset)
      #expect(try plic.word(offset) == expected)
    }
  }

  @Test func contextsBeyondTheLastDoNotExist() throws {
    for offset in [Registers.enable(context: 4, source: 1), Registers.threshold(context: 4), Registers.windowSize - 4] {
      try plic.store(3, at: offset)
      #expect(try plic.word(offset) == 0)
    }
  }

  @Test func onlyAlignedWordsAreDecoded() {
    for offset in [4, Registers.pending, Registers.enable, Registers.claim(context: 0)] as [UInt32] {
      for width in [AccessWidth.byte, .half, .double] { #expect(plic.faults(at: offset, width)) }
      #expect(plic.faults(at: offset + 2, .word))
    }
  }

  // MARK: Interrupt flow

  @Test func eachContextDrivesItsOwnPin() throws {
    let rig = Rig(harts: 8)
    let plic = PLIC(harts: rig.pins)
    plic.line(for: 10).set(true)
    try plic.store(1, at: Registers.priority(source: 10))
    for hart in 0..<UInt32(8) {
      try plic.store(1 << 10, at: Registers.enable(context: 2 * hart, source: 10))
      #expect(rig.pins.map(\.lines).filter { $0 != 0 } == [1 << 11])
      #expect(rig.isHigh(.machineExternal, hart: Int(hart)))
      try plic.store(0, at: Registers.enable(context: 2 * hart, source: 10))
      try plic.store(1 << 10, at: Registers.enable(context: 2 * hart + 1, source: 10))
      #expect(rig.isHigh(.supervisorExternal, hart: Int(hart)))
      try plic.store(0, at: Registers.enable(context: 2 * hart + 1, source: 10))
    }
  }

  @Test func claimTakesTheHighestPriorityThenTheLowestNumber() throws {
    try enable([3, 40, 10, 96], for: supervisor0, priority: 2)
    try enable([70], for: supervisor0, priority: 6)
    for source in [96, 40, 70, 10, 3] as [UInt32] { plic.line(for: source).set(true) }
    for expected in [70, 3, 10, 40, 96, 0] as [UInt32] {
      #expect(rig.isHigh(.supervisorExternal) == (expected != 0))
      #expect(try claim(supervisor0) == expected)
    }
  }

  @Test func claimWhileAnotherIsPendingKeepsThePinHigh() throws {
    try enable([1, 2], for: machine0)
    plic.line(for: 1).set(true)
    plic.line(for: 2).set(true)
    #expect(try plic.word(Registers.pending) == 0b110)
    #expect(try claim(machine0) == 1)
    #expect(try plic.word(Registers.pending) == 0b100)
    #expect(rig.isHigh(.machineExternal))
    #expect(try claim(machine0) == 2)
    #expect(!rig.isHigh(.machineExternal))
    #expect(try claim(machine0) == 0)
  }

  @Test func aLineStillHighAtCompletionIsPendingAgain() throws {
    try enable([10], for: supervisor0)
    plic.line(for: 10).set(true)
    #expect(try claim(supervisor0) == 10)
    #expect(!rig.isHigh(.supervisorExternal))
    try complete(10, supervisor0)
    #expect(rig.isHigh(.supervisorExternal))
    #expect(try claim(supervisor0) == 10)
    plic.line(for: 10).set(false)
    try complete(10, supervisor0)
    #expect(!rig.isHigh(.supervisorExternal))
    #expect(try plic.word(Registers.pending) == 0)
  }

  @Test func aGatewayInServiceForwardsNothing() throws {
    try enable([10], for: supervisor0)
    plic.line(for: 10).set(true)
    #expect(try claim(supervisor0) == 10)
    plic.line(for: 10).set(false)
    plic.line(for: 10).set(true)
    #expect(try claim(supervisor0) == 0)
    try complete(10, supervisor0)
    #expect(try claim(supervisor0) == 10)
  }

  /// The specification's "Interrupt Gateways": a request that the core has taken stays, whatever the line does.
  @Test func aRequestOutlivesItsLine() throws {
    try enable([5], for: machine0)
    plic.line(for: 5).set(true)
    plic.line(for: 5).set(false)
    #expect(rig.isHigh(.machineExternal))
    #expect(try claim(machine0) == 5)
    try complete(5, machine0)
    #expect(!rig.isHigh(.machineExternal))
  }

  @Test func theFirstClaimTakesTheInterruptFromTheOthers() throws {
    try enable([10], for: supervisor0)
    try enable([10], for: supervisor1)
    plic.line(for: 10).set(true)
    #expect(rig.isHigh(.supervisorExternal, hart: 0) && rig.isHigh(.supervisorExternal, hart: 1))
    #expect(try claim(supervisor1) == 10)
    #expect(!rig.isHigh(.supervisorExternal, hart: 0) && !rig.isHigh(.supervisorExternal, hart: 1))
    #expect(try claim(supervisor0) == 0)
  }

  @Test func completionCountsOnlyFromAContextThatEnabledTheSource() throws {
    try enable([10], for: supervisor0)
    plic.line(for: 10).set(true)
    #expect(try claim(supervisor0) == 10)
    try complete(10, machine0)
    for nonsense in [0, 97, 1023, 0xFFFF_FFFF] as [UInt32] { try complete(nonsense, supervisor0) }
    #expect(try plic.word(Registers.pending) == 0)
    try enable([10], for: machine0)
    try complete(10, machine0)
    #expect(try plic.word(Registers.pending) == 1 << 10)
  }

  @Test func thresholdHoldsBackThePinButNotTheClaim() throws {
    try enable([10], for: supervisor0, priority: 3)
    try plic.store(3, at: Registers.threshold(context: supervisor0))
    plic.line(for: 10).set(true)
    #expect(!rig.isHigh(.supervisorExternal))
    try plic.store(2, at: Registers.threshold(context: supervisor0))
    #expect(rig.isHigh(.supervisorExternal))
    try plic.store(7, at: Registers.threshold(context: supervisor0))
    #expect(!rig.isHigh(.supervisorExternal))
    #expect(try claim(supervisor0) == 10)
  }

  @Test func priorityZeroNeverInterrupts() throws {
    try enable([10], for: supervisor0, priority: 0)
    plic.line(for: 10).set(true)
    #expect(!rig.isHigh(.supervisorExternal))
    #expect(try claim(supervisor0) == 0)
    try plic.store(1, at: Registers.priority(source: 10))
    #expect(rig.isHigh(.supervisorExternal))
  }

  @Test func linesOfNoSourceLeadNowhere() throws {
    for source in [0, 97, .max] as [UInt32] { plic.line(for: source).set(true) }
    #expect(try (0..<4).allSatisfy { try plic.word(Registers.pending + 4 * $0) == 0 })
    #expect(plic.line(for: 7) === plic.line(for: 7))
  }

  // MARK: Life cycle

  @Test func resetRestoresPowerOnStateEveryTime() throws {
    let fresh = plic.saved
    for lineFallsFirst in [true, false, true] {
      try enable([10, 11], for: supervisor0)
      plic.line(for: 10).set(true)
      plic.line(for: 11).set(true)
      _ = try claim(supervisor0)
      for line in [10, 11] where lineFallsFirst { plic.line(for: UInt32(line)).set(false) }
      plic.reset()
      for line in [10, 11] { plic.line(for: UInt32(line)).set(false) }
      #expect(plic.saved == fresh)
      #expect(rig.pins.allSatisfy { $0.lines == 0 })
    }
  }

  @Test(arguments: [true, false])
  func aClaimInFlightSurvivesSaving(isDeviceRestoredFirst: Bool) throws {
    try enable([10, 11], for: supervisor0)
    plic.line(for: 10).set(true)
    plic.line(for: 11).set(true)
    #expect(try claim(supervisor0) == 10)

    let twinRig = Rig(harts: 2)
    let twin = PLIC(harts: twinRig.pins)
    let restoreDevices = { for source in [10, 11] as [UInt32] { twin.line(for: source).set(true) } }
    if isDeviceRestoredFirst { restoreDevices() }
    try twin.restore(plic.saved)
    if !isDeviceRestoredFirst { restoreDevices() }
    #expect(twin.saved == plic.saved)
    #expect(twinRig.pins[0].lines == rig.pins[0].lines)
    #expect(try twin.word(Registers.claim(context: supervisor0)) == 11)
    #expect(try twin.word(Registers.claim(context: supervisor0)) == 0)
    try twin.store(10, at: Registers.claim(context: supervisor0))
    #expect(try twin.word(Registers.claim(context: supervisor0)) == 10)
  }

  @Test func impossibleStateIsRefused() throws {
    var bytes = plic.saved
    bytes[bytes.count - 1] = 8
    #expect(throws: StateError.invalidValue(section: "plic", field: "priority")) { try plic.restore(bytes) }
    #expect(throws: StateError.truncated(section: "plic")) { try plic.restore(Array(bytes.dropLast())) }
  }
}
