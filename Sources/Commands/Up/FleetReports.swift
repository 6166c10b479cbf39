import Boards
import Control
import Monitor
import YAMLReading

extension YAMLErrors: ReportedError {
  public var exitStatus: ExitStatus {
    switch errors.first {
    case .absent: .cannotRead
    case .unreadable(let error): error.exitStatus
    default: .badData
    }
  }
}

extension MonitorError: ReportedError {
  public var exitStatus: ExitStatus {
    switch self {
    case .noMemory, .noThread: .hostResources
    case .notPossible, .endedClone, .shuttingDown: .notNow
    default: .badData
    }
  }
}

extension ControlError: ReportedError {
  public var exitStatus: ExitStatus {
    switch self {
    case .noFolder, .pathTooLong: .cannotCreate
    case .foreignFolder, .foreignMonitor: .noPermission
    case .badFleetName: .usage
    case .alreadyRunning, .busy: .notNow
    case .noMonitor, .disconnected: .noMonitor
    case .noThread: .hostResources
    case .system: .internalError
    case .frameTooLong, .badFrame, .badMessage, .otherVersion: .badProtocol
    case .refused(let refusal): refusal.exitStatus
    }
  }
}

extension Refusal {
  var exitStatus: ExitStatus {
    switch kind {
    case .noSuchGuest: .noSuchGuest
    case .notPossible, .tooMany, .shuttingDown: .notNow
    case .noMemory: .hostResources
    case .badRequest: .badProtocol
    case .failed: .failed(1)
    }
  }
}

extension Guest {
  /// As `roost run` would tell how it ended.
  var exitStatus: ExitStatus {
    switch end {
    case .passed: .passed
    case .failed(let code): .failed(code)
    case .hung: .hung
    case nil: if case .failed = lifecycle { .failed(1) } else { .passed }
    }
  }
}
