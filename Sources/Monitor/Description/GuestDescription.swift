import Boards
import PlainText

/// Everything the monitor needs to know about a guest, as a fleet file says it.
public struct GuestDescription: Codable, Equatable, Sendable {
  /// Unique in its monitor: a letter or digit, then letters, digits, `.`, `_` and `-`; at most 63 bytes.
  public var name: String
  public var machine = MachineDescription()
  /// What it boots; of no meaning when it goes on from a snapshot.
  public var boot: BootDescription
  /// A snapshot file that it goes on from whenever it is started; its machine is then as the file says. Nil to boot.
  public var snapshot: String?
  public var share = ProcessorShare()
  public var isolation = Isolation.thread
  public var restart = RestartPolicy.never
  public var console = ConsolePolicy()
  public var stop = StopPolicy()
  /// What must have happened before this guest is started.
  public var dependencies: [Dependency] = []

  public init(name: String, boot: BootDescription) {
    self.name = name
    self.boot = boot
  }

  /// Whether `name` can name a guest.
  public static func isValid(name: String) -> Bool { isName(name) }
}

/// How strongly a guest is kept apart from the monitor and its neighbours; docs/SECURITY.md says what each promises.
public enum Isolation: String, Codable, CaseIterable, Sendable {
  /// On a worker thread of the monitor, in memory of its own.
  case thread
  /// In a child process that may do nothing but compute.
  case process
}

/// A guest that must be running before another is started.
public struct Dependency: Codable, Equatable, Sendable {
  public var guest: String
  /// Text that a line of its console must contain first; nil when it is enough that it has started.
  public var line: String?

  public init(guest: String, line: String? = nil) {
    self.guest = guest
    self.line = line
  }
}

/// How a guest is asked to stop.
public struct StopPolicy: Codable, Equatable, Sendable {
  /// What is typed on its console to ask; nil when there is nothing it understands, and it is ended at once.
  public var send: String?
  /// How long it then has, in milliseconds.
  public var grace: UInt64 = 10_000

  public init(send: String? = nil, grace: UInt64 = 10_000) {
    self.send = send
    self.grace = grace
  }
}
