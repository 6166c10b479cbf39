/// The CSRs of a hart that are plain storage. Those with a life of their own (PMP, counters, `fcsr`) are elsewhere.
package struct ControlRegisters: Equatable, BitwiseCopyable {
  /// `mstatus` without SD; FS as last written, to be read through `Hart.statusValue`.
  var status: UInt32 = 0
  var machineEdelegation: UInt32 = 0
  var machineIdelegation: UInt32 = 0
  var interruptEnable: UInt32 = 0
  /// The bits of `mip` that software may set: SSIP, STIP (without `menvcfg.STCE`) and SEIP.
  var softwarePending: UInt32 = 0
  var machineVector: UInt32 = 0
  package var machineScratch: UInt32 = 0
  package var machineEPC: UInt32 = 0
  package var machineCause: UInt32 = 0
  package var machineValue: UInt32 = 0
  var machineCounterEnable: UInt32 = 0
  var countInhibit: UInt32 = 0
  /// `menvcfg` and `menvcfgh`.
  var environment: UInt32 = 0
  var environmentHigh: UInt32 = 0

  var supervisorVector: UInt32 = 0
  package var supervisorScratch: UInt32 = 0
  package var supervisorEPC: UInt32 = 0
  package var supervisorCause: UInt32 = 0
  package var supervisorValue: UInt32 = 0
  var supervisorCounterEnable: UInt32 = 0
  var supervisorEnvironment: UInt32 = 0
  var satp: UInt32 = 0
  var supervisorTimeCompare: UInt64 = .max

  /// What to add to the count of retired instructions to get `mcycle` and `minstret`; while a counter is inhibited,
  /// its value itself.
  var cycleOffset: UInt64 = 0
  var instructionOffset: UInt64 = 0

  /// What `medeleg` may hold: every exception but the call from M-mode and the reserved codes.
  static let delegableExceptions: UInt32 = 0xB3FF
}
