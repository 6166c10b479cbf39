import ISA
import SystemBus

// Caches, links and the reason for the last exit are not state: a restored hart finds them again.
extension Hart {
  private var sectionName: String { "hart\(id)" }

  /// Saves everything the guest can see and what later runs depend on. The hart must not be running.
  public func save(to encoder: inout StateEncoder) {
    encoder.section(sectionName, version: 1)
    encoder.encode(isa.name)
    encoder.encode((1..<32).map { self[x: $0] })
    encoder.encode((0..<32).map { self[f: $0] })
    encoder.encode(state.pointee.pc)
    encoder.encode(UInt8(truncatingIfNeeded: state.pointee.fflags))
    encoder.encode(UInt8(truncatingIfNeeded: state.pointee.frm))
    encoder.encode(state.pointee.reservation)
    encoder.encode(mode.rawValue)
    var registers = csr
    registers.status = statusValue & ~Status.sd
    registers.save(to: &encoder, isa: isa)
    encoder.encode(pmp.saved.configuration)
    encoder.encode(pmp.saved.address)
    encoder.encode(timeOffset)
    encoder.encode(isWaiting)
    for count in [retired, statistics.traps, statistics.interrupts, statistics.waits, retiredAtLastTrap] {
      encoder.encode(count)
    }
    encoder.encode(trapsWithoutProgress)
  }

  /// Puts the hart into a saved state, to go on exactly as the saved one would have. Guest memory must have been
  /// restored, and decoded code forgotten. After an error the hart is as it was.
  public func restore(from decoder: inout StateDecoder) throws(StateError) {
    let saved = try SavedHart(from: &decoder, section: sectionName, isa: isa)
    reset(pc: saved.pc)
    for (index, value) in saved.x.enumerated() { self[x: index + 1] = value }
    for (index, value) in saved.f.enumerated() { self[f: index] = value }
    state.pointee.fflags = saved.fflags
    state.pointee.frm = saved.frm
    state.pointee.reservation = saved.reservation
    mode = saved.mode
    csr = saved.csr
    pmp = saved.pmp
    isWaiting = saved.isWaiting
    retiredBase = saved.retired
    retiredAtCount = saved.retired
    statistics = saved.statistics
    retiredAtLastTrap = saved.retiredAtLastTrap
    trapsWithoutProgress = saved.trapsWithoutProgress
    floatStateChanged()
    updateContexts()
    timeOffset = saved.timeOffset
  }
}

/// A hart's state, decoded and found possible.
private struct SavedHart {
  var x: [UInt32]
  var f: [UInt64]
  var pc: UInt32
  var fflags: UInt32
  var frm: UInt32
  var reservation: UInt64
  var mode: PrivilegeMode
  var csr: ControlRegisters
  var pmp: PMP
  var timeOffset: Ticks
  var isWaiting: Bool
  var retired: UInt64
  var statistics = HartStatistics()
  var retiredAtLastTrap: UInt64
  var trapsWithoutProgress: UInt32

  init(from decoder: inout StateDecoder, section: String, isa: ISAConfiguration) throws(StateError) {
    try decoder.section(section, newest: 1)
    try decoder.expect(isa.name, as: "instruction set")
    x = try decoder.decodeArray(of: UInt32.self, count: 31)
    f = try decoder.decodeArray(of: UInt64.self, count: 32)
    pc = try decoder.decode(UInt32.self)
    guard pc & (isa.has(.c) ? 1 : 3) == 0 else { throw decoder.invalid("pc") }
    fflags = UInt32(try decoder.decode(UInt8.self))
    guard fflags <= 0x1F else { throw decoder.invalid("fflags") }
    frm = UInt32(try decoder.decode(UInt8.self))
    guard frm <= 7 else { throw decoder.invalid("frm") }
    reservation = try decoder.decode(UInt64.self)
    guard reservation == HartState.noReservation || reservation & 3 == 0 else { throw decoder.invalid("reservation") }
    guard let mode = PrivilegeMode(rawValue: try decoder.decode(UInt8.self)) else { throw decoder.invalid("mode") }
    self.mode = mode
    csr = try ControlRegisters(from: &decoder, isa: isa)
    pmp = PMP()
    let configuration = try decoder.decodeArray(of: UInt8.self, count: PMP.entryCount)
    guard configuration.allSatisfy(PMP.isPossible) else { throw decoder.invalid("pmpcfg") }
    pmp.restore(configuration: configuration, address: try decoder.decodeArray(of: UInt32.self, count: PMP.entryCount))
    timeOffset = try decoder.decode(Ticks.self)
    isWaiting = try decoder.decode(Bool.self)
    retired = try decoder.decode(UInt64.self)
    statistics.traps = try decoder.decode(UInt64.self)
    statistics.interrupts = try decoder.decode(UInt64.self)
    statistics.waits = try decoder.decode(UInt64.self)
    retiredAtLastTrap = try decoder.decode(UInt64.self)
    trapsWithoutProgress = try decoder.decode(UInt32.self)
  }
}
