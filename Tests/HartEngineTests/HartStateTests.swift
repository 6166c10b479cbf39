import ConformanceKit
import HartEngine
import ISA
import SystemBus
import Testing

@Suite struct HartStateTests {
  private func saved(_ hart: Hart) -> [UInt8] {
    var encoder = StateEncoder()
    hart.save(to: &encoder)
    return encoder.bytes
  }

  private func restore(_ bytes: [UInt8], into hart: Hart) throws {
    var decoder = StateDecoder(bytes)
    try hart.restore(from: &decoder)
    #expect(decoder.isAtEnd)
  }

  /// Carries a running program over to a fresh rig.
  private func copy(_ rig: Rig) throws -> Rig {
    let other = try Rig()
    other.write(rig.ram.read(at: Rig.base, count: 1 << 20) ?? [], at: Rig.base)
    other.bell.log = rig.bell.log
    other.pins[0].restore(lines: rig.pins[0].lines)
    try restore(saved(rig.hart), into: other.hart)
    return other
  }

  /// M- and S-mode, traps, interrupts, translation, protection, counters, floating point: saved at many places.
  @Test func aRestoredHartGoesOnExactlyAsTheSavedOne() throws {
    let whole = try BudgetTests().mixedRig()
    #expect(whole.run())
    var place: UInt64 = 0
    while place < whole.hart.executed {
      let rig = try BudgetTests().mixedRig()
      rig.run(limit: place)
      let other = try copy(rig)
      #expect(other.outcome == rig.outcome)
      #expect(other.run() && other.bell.hasEnded)
      #expect(other.outcome == whole.outcome)
      place += 31
    }
  }

  @Test func whatWasInTheHartBeforeIsGone() throws {
    let (one, other) = (try BudgetTests().mixedRig(), try BudgetTests().mixedRig())
    one.run(limit: 100)
    #expect(other.run())
    let state = saved(one.hart)
    try restore(state, into: other.hart)
    #expect(saved(other.hart) == state)
  }

  @Test func theSupervisorTimerIsSetAgain() throws {
    let rig = try Rig { assembler in
      assembler.write(.menvcfgh, 1 << 31)
      assembler.write(.mie, 0x20)
      assembler.csr(.csrrwi, CSR.stimecmph.rawValue, 0)
      assembler.write(.stimecmp, 500)
      assembler.emit(.wfi)
      assembler.end()
    }
    #expect(!rig.run())
    let other = try copy(rig)
    #expect(other.hart.isWaiting && other.deadlines.next == 500 && !other.run())
    other.clock.now = 500
    #expect(other.run())
  }

  @Test func everyTruncationIsRefused() throws {
    let rig = try Rig()
    let state = saved(rig.hart)
    for count in state.indices {
      var decoder = StateDecoder(Array(state[..<count]))
      #expect(throws: StateError.self) { try rig.hart.restore(from: &decoder) }
    }
  }

  /// With any one bit changed a state is refused, or it is a state that a hart can have: one that saves itself as it
  /// was. And no such hart traps in the host.
  @Test func changedBitsAreRefusedOrKept() throws {
    let source = try BudgetTests().mixedRig()
    source.run(limit: 700)
    let state = saved(source.hart)
    let target = try copy(source)
    var refused: Set<String> = []
    for place in state.indices {
      for bit in 0..<8 {
        var changed = state
        changed[place] ^= 1 << UInt8(bit)
        var decoder = StateDecoder(changed)
        do {
          try target.hart.restore(from: &decoder)
          #expect(saved(target.hart) == changed, "bit \(bit) of byte \(place)")
          target.run(limit: 20)
        } catch StateError.invalidValue(_, let field) {
          refused.insert(field)
        } catch {}
      }
    }
    #expect(
      refused.isSuperset(of: [
        "count", "pc", "fflags", "frm", "mode", "mstatus", "medeleg", "mideleg", "mie", "mip", "mtvec", "mepc",
        "mcountinhibit", "menvcfg", "menvcfgh", "stvec", "sepc", "senvcfg", "pmpcfg", "flag",
      ]))
  }

  @Test func aRefusedStateChangesNothing() throws {
    let rig = try BudgetTests().mixedRig()
    rig.run(limit: 300)
    let before = saved(rig.hart)
    var decoder = StateDecoder(before.dropLast())
    #expect(throws: StateError.truncated(section: "hart0")) { try rig.hart.restore(from: &decoder) }
    #expect(saved(rig.hart) == before)
  }

  @Test func statesOfOtherHartsAreRefused() throws {
    let (two, plain) = (try Rig(harts: 2), try Rig(isa: ISAConfiguration([.m, .a])))
    #expect(throws: StateError.wrongSection(expected: "hart1", found: "hart0")) {
      var decoder = StateDecoder(saved(two.harts[0]))
      try two.harts[1].restore(from: &decoder)
    }
    let error = StateError.otherMachine(
      property: "instruction set", saved: plain.hart.isa.name, here: two.hart.isa.name)
    #expect(throws: error) {
      var decoder = StateDecoder(saved(plain.hart))
      try two.hart.restore(from: &decoder)
    }
  }
}
