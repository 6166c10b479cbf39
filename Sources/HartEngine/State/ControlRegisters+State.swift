import ISA
import SystemBus

extension ControlRegisters {
  /// The bits that each register may hold, in the order in which the registers are saved: what a write leaves in it.
  private static func writableBits(_ isa: ISAConfiguration) -> [(WritableKeyPath<Self, UInt32>, UInt32, String)] {
    let vector: UInt32 = ~2
    let exceptionPC: UInt32 = ~1
    return [
      (\.status, Status.machineWritable | (isa.has(.f) ? Status.fs : 0), "mstatus"),
      (\.machineEdelegation, Self.delegableExceptions, "medeleg"),
      (\.machineIdelegation, InterruptBit.supervisor, "mideleg"),
      (\.interruptEnable, InterruptBit.all, "mie"),
      (\.softwarePending, InterruptBit.supervisor, "mip"),
      (\.machineVector, vector, "mtvec"),
      (\.machineScratch, .max, "mscratch"),
      (\.machineEPC, exceptionPC, "mepc"),
      (\.machineCause, .max, "mcause"),
      (\.machineValue, .max, "mtval"),
      (\.machineCounterEnable, .max, "mcounteren"),
      (\.countInhibit, ~2, "mcountinhibit"),
      (\.environment, EnvironmentConfiguration.low(isa), "menvcfg"),
      (\.environmentHigh, EnvironmentConfiguration.high(isa), "menvcfgh"),
      (\.supervisorVector, vector, "stvec"),
      (\.supervisorScratch, .max, "sscratch"),
      (\.supervisorEPC, exceptionPC, "sepc"),
      (\.supervisorCause, .max, "scause"),
      (\.supervisorValue, .max, "stval"),
      (\.supervisorCounterEnable, .max, "scounteren"),
      (\.supervisorEnvironment, EnvironmentConfiguration.low(isa), "senvcfg"),
      (\.satp, .max, "satp"),
    ]
  }

  func save(to encoder: inout StateEncoder, isa: ISAConfiguration) {
    for (register, _, _) in Self.writableBits(isa) { encoder.encode(self[keyPath: register]) }
    for value in [supervisorTimeCompare, cycleOffset, instructionOffset] { encoder.encode(value) }
  }

  /// Refuses values that no write could have left.
  init(from decoder: inout StateDecoder, isa: ISAConfiguration) throws(StateError) {
    self.init()
    for (register, bits, name) in Self.writableBits(isa) {
      let value = try decoder.decode(UInt32.self)
      guard value & ~bits == 0 else { throw decoder.invalid(name) }
      self[keyPath: register] = value
    }
    guard status & Status.mpp != 2 << 11 else { throw decoder.invalid("mstatus") }
    for value in [environment, supervisorEnvironment] where value & EnvironmentConfiguration.cbie == 0x20 {
      throw decoder.invalid("envcfg")
    }
    supervisorTimeCompare = try decoder.decode(UInt64.self)
    cycleOffset = try decoder.decode(UInt64.self)
    instructionOffset = try decoder.decode(UInt64.self)
  }
}
