/// Extension numbers of the RISC-V Supervisor Binary Interface 2.0: what a7 holds at the `ecall`.
public enum SBIExtension: UInt32, Sendable {
  case legacySetTimer = 0
  case legacyPutCharacter = 1
  case legacyGetCharacter = 2
  case legacyClearInterrupt = 3
  case legacySendInterrupt = 4
  case legacyRemoteFenceInstructions = 5
  case legacyRemoteFenceAddresses = 6
  case legacyRemoteFenceAddressSpace = 7
  case legacyShutdown = 8
  case base = 0x10
  /// "TIME"
  case timer = 0x5449_4D45
  /// "sPI"
  case interprocessorInterrupt = 0x0073_5049
  /// "RFNC"
  case remoteFence = 0x5246_4E43
  /// "HSM"
  case hartState = 0x0048_534D
  /// "SRST"
  case systemReset = 0x5352_5354
  /// "DBCN"
  case debugConsole = 0x4442_434E
}

/// What a0 holds after a call (SBI 2.0, section 3, "Binary Encoding").
public enum SBIError: Int32, Sendable {
  case success = 0
  case failed = -1
  case notSupported = -2
  case invalidParameter = -3
  case denied = -4
  case invalidAddress = -5
  case alreadyAvailable = -6
  case alreadyStarted = -7
  case alreadyStopped = -8
}

/// Hart states of the HSM extension (SBI 2.0, section 9).
public enum SBIHartState: UInt32, Sendable {
  case started = 0
  case stopped = 1
  case startPending = 2
  case stopPending = 3
  case suspended = 4
  case suspendPending = 5
  case resumePending = 6
}

/// Values with which our firmware introduces itself through the BASE extension.
public enum SBIIdentity {
  /// Specification version 2.0: major in bits 30:24, minor in bits 23:0.
  @inlinable public static var specification: UInt32 { 0x0200_0000 }
  /// "roo": no number is assigned to this firmware, so one is taken from far outside the assigned range (0 to 11).
  @inlinable public static var implementation: UInt32 { 0x0072_6F6F }
  /// Version 1.0 of the implementation.
  @inlinable public static var version: UInt32 { 0x0001_0000 }
}
