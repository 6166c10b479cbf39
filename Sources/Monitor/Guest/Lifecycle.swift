/// Where a guest is in its life.
public enum Lifecycle: Codable, Equatable, Sendable {
  /// Known, never started.
  case created
  /// Waits for the guests it depends on.
  case waiting(on: String)
  case running
  case paused
  /// Was asked to stop, and has not yet.
  case stopping
  /// Ended with success, or stopped from outside.
  case stopped
  /// Ended otherwise, with the reason in words.
  case failed(reason: String)
  /// Ended, and will be started again.
  case restarting(reason: String)

  /// One word for tables.
  public var word: String {
    switch self {
    case .created: "created"
    case .waiting: "waiting"
    case .running: "running"
    case .paused: "paused"
    case .stopping: "stopping"
    case .stopped: "stopped"
    case .failed: "failed"
    case .restarting: "restarting"
    }
  }

  /// Why, where there is something to say.
  public var reason: String? {
    switch self {
    case .failed(let reason), .restarting(let reason): reason
    case .waiting(let guest): "waits for \(guest)"
    default: nil
    }
  }

  /// Whether there is a machine.
  public var isAlive: Bool {
    switch self {
    case .running, .paused, .stopping: true
    default: false
    }
  }

  /// Whether it will be started without anybody asking again.
  var isPending: Bool {
    switch self {
    case .waiting, .restarting: true
    default: false
    }
  }

  var isWaiting: Bool { if case .waiting = self { true } else { false } }

  /// Whether nothing more will happen unless somebody asks for it.
  public var isOver: Bool {
    switch self {
    case .stopped, .failed: true
    default: false
    }
  }
}
