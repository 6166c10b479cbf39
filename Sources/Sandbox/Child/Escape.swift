/// What a guest that has taken over its process might try. Each is tried by a child after it has locked itself down.
public enum Escape: String, CaseIterable, Codable, Sendable {
  case openFile = "open a file"
  case createFile = "create a file"
  case lookUpFile = "look up a file"
  case createSocket = "make a socket"
  case fork = "fork"
  case startThread = "start a thread"
  case execute = "execute a program"
  case traceMonitor = "trace the monitor"
  case readMonitor = "read the monitor's memory"
  case killMonitor = "kill the monitor"
  case mapExecutable = "map executable memory"
  case makeExecutable = "make memory executable"
  case mapFile = "map a descriptor"
  case duplicateDescriptor = "duplicate a descriptor"
  case passDescriptors = "receive a descriptor"
  case controlDevice = "control a device"
  case makeMemoryFile = "make a memory file"
  case mountFileSystem = "mount a file system"
  case enterNamespace = "make a namespace"
  case regainUser = "become root again"
  case raiseLimits = "raise its limits"
  case allowTracing = "let itself be traced"
  case outliveMonitor = "outlive the monitor"
  case sharedRing = "make an I/O ring"
  case pageFaultDescriptor = "handle page faults"
  case loadProgram = "load a BPF program"
  case countEvents = "open performance counters"
  case foreignCall = "call by another architecture's rules"
}

/// How a try went.
public struct EscapeResult: Sendable {
  public let escape: Escape
  /// What became of the child, in words.
  public let outcome: String

  public var hasSucceeded: Bool { outcome == Escape.success }
}

extension Escape {
  /// What a child says that went on, with nothing refused.
  static let success = "succeeded"
}
