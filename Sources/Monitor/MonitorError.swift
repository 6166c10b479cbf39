/// Why the monitor does not do what it was asked to.
public enum MonitorError: Error, Equatable, Sendable, CustomStringConvertible {
  case badName(String)
  case nameTaken(String)
  case badWeight(guest: String, UInt32)
  case badCap(guest: String)
  case badPin(guest: String, worker: Int, workers: Int)
  case badMachine(guest: String, reason: String)
  /// The snapshot that the guest is to go on from is not there or is damaged; `reason` in words.
  case badSnapshot(guest: String, reason: String)
  /// No snapshot can be made of the guest; `reason` in words.
  case noSnapshot(guest: String, reason: String)
  case unknownDependency(guest: String, dependency: String)
  case circularDependency([String])
  /// Real-time guests would leave too little to the others; in percent of a core.
  case tooMuchRealtime(promised: Double, limit: Double)
  case isolationUnavailable(guest: String, reason: String)
  /// Starting the guest would take more memory than the monitor may use.
  case noMemory(guest: String, needed: UInt64, used: UInt64, limit: UInt64)
  /// The host does not give the monitor a thread; `reason` in words.
  case noThread(what: String, reason: String)
  /// The guest is in a state in which that cannot be done.
  case notPossible(guest: String, action: String, state: String)
  /// What the clone went on from is not kept any more.
  case endedClone(String)
  case shuttingDown

  public var description: String {
    switch self {
    case .badName(let name):
      "'\(name)' cannot name a guest: expected letters, digits, '.', '_' and '-', at most 63, a letter or digit first"
    case .nameTaken(let name): "there is a guest '\(name)' already; give each its own name"
    case .badWeight(let guest, let weight): "\(guest): weight \(weight) is not between 1 and 10000"
    case .badCap(let guest): "\(guest): a cap must be 0.01 to 100 percent, or 0.001 to 1000000 MIPS"
    case .badPin(let guest, let worker, let workers):
      "\(guest): cannot be pinned to worker \(worker): there are workers 0 to \(workers - 1)"
    case .badMachine(let guest, let reason), .badSnapshot(let guest, let reason): "\(guest): \(reason)"
    case .noSnapshot(let guest, let reason): "\(guest): cannot be saved: \(reason)"
    case .unknownDependency(let guest, let dependency):
      "\(guest): depends on '\(dependency)', but there is no such guest"
    case .circularDependency(let names): "guests wait for each other: \(names.joined(separator: " -> "))"
    case .tooMuchRealtime(let promised, let limit):
      "real-time guests may use \(Int(promised)) % of a core together, but only \(Int(limit)) % is allowed, so that "
        + "others are not starved; give them a smaller cap (without one it is \(Int(Slot.realtimeCap)) %)"
    case .isolationUnavailable(let guest, let reason): "\(guest): isolation 'process' is not available: \(reason)"
    case .noMemory(let guest, let needed, let used, let limit):
      "\(guest): needs \(mebibytes(needed)), but guests have \(mebibytes(used)) of the \(mebibytes(limit)) that they may "
        + "use together; stop one, give it less memory, or raise the limit"
    case .noThread(let what, let reason):
      "the host has no thread left for \(what): \(reason); end other processes, raise the limit of processes or memory "
        + "(ulimit -u, ulimit -v), or use fewer workers"
    case .notPossible(let guest, let action, let state): "\(guest): cannot \(action) a guest that is \(state)"
    case .endedClone(let guest):
      "\(guest): a clone that has ended cannot be started again; clone its original once more"
    case .shuttingDown: "the monitor is shutting down"
    }
  }

  private func mebibytes(_ bytes: UInt64) -> String { "\((bytes + (1 << 20) - 1) >> 20) MiB" }
}
