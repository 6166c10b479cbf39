// Bits of the machine-mode CSRs (RISC-V privileged specification, chapter 3).

/// One bit per interrupt in mip, mie and mideleg.
enum Interrupt {
  static var supervisorSoftware: UInt32 { 1 << 1 }
  static var machineSoftware: UInt32 { 1 << 3 }
  static var supervisorTimer: UInt32 { 1 << 5 }
  static var machineTimer: UInt32 { 1 << 7 }
  static var supervisorExternal: UInt32 { 1 << 9 }
  static var supervisor: UInt32 { supervisorSoftware | supervisorTimer | supervisorExternal }
}

/// What mcause says.
enum Cause {
  static var machineSoftwareInterrupt: UInt32 { 0x8000_0003 }
  static var machineTimerInterrupt: UInt32 { 0x8000_0007 }
  static var interrupt: UInt32 { 0x8000_0000 }
  static var illegalInstruction: UInt32 { 2 }
  static var callFromSupervisor: UInt32 { 9 }
}

enum Status {
  static var supervisorInterruptEnable: UInt32 { 1 << 1 }
  static var supervisorPreviousInterruptEnable: UInt32 { 1 << 5 }
  static var supervisorPreviousPrivilege: UInt32 { 1 << 8 }
  static var previousPrivilege: UInt32 { 3 << 11 }
  static var previousMachine: UInt32 { 3 << 11 }
  static var previousSupervisor: UInt32 { 1 << 11 }
  static var floatingPointInitial: UInt32 { 1 << 13 }
}
