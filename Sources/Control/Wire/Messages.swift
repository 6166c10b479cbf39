/// The conversation between a monitor and those who control it. Both say hello first; then the client makes requests,
/// each of which is answered once, though not in order, and the monitor tells events to those that watch.
public enum ControlProtocol {
  /// Grows when something changes that an older side would misunderstand.
  public static let version = 1
  /// The longest frame that a monitor takes, in bytes.
  public static let requestLimit = 128 << 10
  /// The longest frame that a client takes, in bytes.
  public static let replyLimit = 64 << 20
  /// The most bytes of a console in one frame.
  public static let consoleLimit = 32 << 10
}

/// What a monitor says of itself.
public struct Greeting: Codable, Equatable, Sendable {
  public var version = ControlProtocol.version
  public var fleet: String
  /// Absolute path of the fleet file.
  public var file: String
  public var process: Int32
  /// Whether it runs without a terminal.
  public var isBackground: Bool
  public var guests: [String]

  public init(fleet: String, file: String, process: Int32, isBackground: Bool, guests: [String]) {
    self.fleet = fleet
    self.file = file
    self.process = process
    self.isBackground = isBackground
    self.guests = guests
  }
}

public enum ClientMessage: Codable, Equatable, Sendable {
  case hello(version: Int)
  /// `id` comes back with the reply.
  case request(id: UInt32, Request)
}

public enum ServerMessage: Codable, Equatable, Sendable {
  case hello(Greeting)
  case reply(id: UInt32, Reply)
  case event(Event)
}

public enum Request: Codable, Equatable, Sendable {
  /// Everything about these guests; about all when none is named.
  case status(guests: [String])
  /// Has something done to guests, answered when it is done.
  case act(GuestAction, guests: [String])
  /// Has a snapshot of a guest written to a file, by its absolute path; answered when it is there.
  case snapshot(guest: String, file: String)
  /// Has a new guest go on from where another one is; answered when it has been started.
  case clone(guest: String, name: String)
  /// Answered when every guest has been started, or has failed to.
  case awaitStart
  /// Tells `stream` what a guest's console printed: the last `history` bytes of it, and what follows unless it is only to
  /// look back.
  case openConsole(stream: UInt32, guest: String, history: Int, follows: Bool)
  /// Ends a stream at once, or when all that was printed until now has been told.
  case closeConsole(stream: UInt32, drains: Bool)
  /// Events from now on.
  case watch
  /// Stops all guests in order, and ends the monitor; by force after so many milliseconds, or when the guests' own times
  /// are over.
  case down(grace: UInt64?)
}

/// What can be done to a guest.
public enum GuestAction: String, Codable, CaseIterable, Sendable {
  case start, pause, resume, reset, stop, kill, restart
}

public enum Reply: Codable, Equatable, Sendable {
  case done
  case status(MonitorRecord, [GuestRecord])
  /// What came of an action, for each guest.
  case acted([ActionResult])
  case refused(Refusal)
}

/// What came of an action on one guest.
public struct ActionResult: Codable, Equatable, Sendable {
  public var guest: String
  /// The guest's state now.
  public var state: String
  /// Why it was not done; nil if it was.
  public var refusal: Refusal?
  /// Why there was nothing to do, in a few words; nil if there was.
  public var note: String?

  public init(guest: String, state: String, refusal: Refusal? = nil, note: String? = nil) {
    self.guest = guest
    self.state = state
    self.refusal = refusal
    self.note = note
  }
}

/// Why a request was not carried out, in words.
public struct Refusal: Codable, Equatable, Sendable {
  public enum Kind: String, Codable, Sendable {
    case noSuchGuest, notPossible, noMemory, badRequest, tooMany, shuttingDown, failed
  }

  public var kind: Kind
  public var message: String

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }
}

public enum Event: Codable, Equatable, Sendable {
  /// A guest has come to this state. States that follow each other fast may be left out, never the last.
  case state(guest: String, state: String, reason: String?)
  /// Something to know about a guest.
  case notice(guest: String, text: String)
  /// All that was printed before the stream was opened has been told.
  case replayed(stream: UInt32)
  /// So many bytes were printed faster than they could be told.
  case lost(stream: UInt32, bytes: UInt64)
  /// Nothing more will come.
  case closed(stream: UInt32)
  /// The monitor ends.
  case ending
}
