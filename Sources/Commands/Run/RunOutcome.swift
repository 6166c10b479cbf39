import Boards

/// Why a run is over.
enum RunOutcome: Equatable {
  case ended(MachineEnd)
  case timedOut(TimeLimit)
  case endedByUser
  case signal(Int32)
  /// Whoever read the console's output has gone.
  case outputClosed
  case outputFailed(errno: Int32)
  case traceFailed(errno: Int32)
  /// The snapshot that the run was to save could not be.
  case notSaved(reason: String)
  case recordFailed(errno: Int32)
  case perfMapFailed(errno: Int32)
}

extension RunOutcome {
  var exitStatus: ExitStatus {
    switch self {
    case .ended(.passed): .passed
    case .ended(.failed(let code)): .failed(code)
    case .ended(.hung): .hung
    case .timedOut: .timedOut
    case .endedByUser: .endedByUser
    case .signal(let number): .signal(number)
    case .outputClosed: .signal(13)  // SIGPIPE
    case .outputFailed, .traceFailed, .recordFailed, .perfMapFailed, .notSaved: .cannotWrite
    }
  }

  /// What to tell the user; nil where there is nothing that the user does not know.
  var message: String? {
    switch self {
    case .ended(.passed), .endedByUser, .outputClosed: nil
    case .ended(.failed(let code)): "the guest failed with code \(code)"
    case .ended(.hung(let reason)): "the guest hangs: \(reason)"
    case .timedOut(let limit): "the guest has not ended within \(limit)"
    case .signal(let number): "ended by signal \(number)"
    case .outputFailed(let number): "standard output: cannot be written: \(hostErrorText(number))"
    case .notSaved(let reason): reason
    case .traceFailed(let number): "trace: cannot be written: \(hostErrorText(number))"
    case .perfMapFailed(let number): "perf map: cannot be written: \(hostErrorText(number))"
    case .recordFailed(let number): "record of the input: cannot be written: \(hostErrorText(number))"
    }
  }

  /// Whether it helps to know where the harts were.
  var concernsHarts: Bool {
    switch self {
    case .ended(.hung), .timedOut: true
    default: false
    }
  }
}
