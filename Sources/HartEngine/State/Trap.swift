/// A synchronous exception, by its code in `mcause` (privileged specification, table "Machine cause register values").
@frozen public enum TrapCause: UInt32, Sendable, CaseIterable {
  case instructionAddressMisaligned = 0
  case instructionAccessFault = 1
  case illegalInstruction = 2
  case breakpoint = 3
  case loadAddressMisaligned = 4
  case loadAccessFault = 5
  case storeAddressMisaligned = 6
  case storeAccessFault = 7
  case environmentCallFromUser = 8
  case environmentCallFromSupervisor = 9
  case environmentCallFromMachine = 11
  case instructionPageFault = 12
  case loadPageFault = 13
  case storePageFault = 15
}

/// A synchronous exception and what goes into `mtval` or `stval`.
public struct Trap: Error, Equatable, Sendable {
  public let cause: TrapCause
  public let value: UInt32

  public init(_ cause: TrapCause, value: UInt32 = 0) {
    self.cause = cause
    self.value = value
  }
}

/// What an access is for; decides permissions and the cause of its faults.
package enum AccessKind: UInt8, Sendable {
  case fetch, load, store

  var accessFault: TrapCause {
    switch self {
    case .fetch: .instructionAccessFault
    case .load: .loadAccessFault
    case .store: .storeAccessFault
    }
  }

  var pageFault: TrapCause {
    switch self {
    case .fetch: .instructionPageFault
    case .load: .loadPageFault
    case .store: .storePageFault
    }
  }

  var misaligned: TrapCause {
    switch self {
    case .fetch: .instructionAddressMisaligned
    case .load: .loadAddressMisaligned
    case .store: .storeAddressMisaligned
    }
  }
}
