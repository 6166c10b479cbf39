/// Why a monitor cannot be reached, talked to, or made reachable.
public enum ControlError: Error, Equatable, Sendable, CustomStringConvertible {
  // Places
  case noFolder(path: String, reason: String)
  case foreignFolder(path: String, reason: String)
  case pathTooLong(path: String, limit: Int)
  case badFleetName(String)

  // Monitors
  case alreadyRunning(fleet: String, process: Int32?)
  /// The host does not give the server its thread; `reason` in words.
  case noThread(reason: String)
  case noMonitor(fleet: String)
  case foreignMonitor(path: String)
  /// It does not get round to accepting or greeting this client.
  case busy

  // Conversations
  case system(what: String, reason: String)
  case frameTooLong(UInt32, limit: Int)
  case badFrame(String)
  case badMessage(String)
  case otherVersion(ours: Int, theirs: Int)
  case disconnected
  case refused(Refusal)

  public var description: String {
    switch self {
    case .noFolder(let path, let reason):
      "\(path): the folder for monitors' sockets cannot be made: \(reason); ROOST_RUNTIME_DIR can name another"
    case .foreignFolder(let path, let reason):
      "\(path): \(reason), so monitors' sockets are not safe there; ROOST_RUNTIME_DIR can name another folder"
    case .pathTooLong(let path, let limit):
      "\(path): too long for a socket (\(limit) bytes at most); let ROOST_RUNTIME_DIR name a shorter folder"
    case .badFleetName(let name):
      "'\(name)' cannot name a fleet: expected letters, digits, '.', '_' and '-', at most 63, a letter or digit first"
    case .alreadyRunning(let fleet, let process):
      "fleet '\(fleet)' runs already\(process.map { " (process \($0))" } ?? ""); 'roost down --fleet \(fleet)' ends it"
    case .noThread(let reason): "the host has no thread left for the control socket: \(reason)"
    case .noMonitor(let fleet):
      "no monitor runs a fleet '\(fleet)'; 'roost list' tells what runs, 'roost up -d' starts one"
    case .foreignMonitor(let path): "\(path): the monitor belongs to another user"
    case .busy: "the monitor is too busy to answer; try again in a while"
    case .system(let what, let reason): "\(what): \(reason)"
    case .frameTooLong(let length, let limit): "a message of \(length) bytes; at most \(limit) were expected"
    case .badFrame(let reason), .badMessage(let reason): "a message that makes no sense: \(reason)"
    case .otherVersion(let ours, let theirs):
      "the monitor speaks version \(theirs) of the protocol, this roost version \(ours); use the roost that started it"
    case .disconnected: "the monitor has gone"
    case .refused(let refusal): refusal.message
    }
  }
}
