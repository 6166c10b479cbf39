import SystemBus

/// A connection to a monitor, for one thread. Nothing waits unless it says so.
public final class ControlClient {
  /// What else comes than replies to `call`.
  public enum Incoming: Equatable, Sendable {
    case reply(id: UInt32, Reply)
    case event(Event)
    case console(stream: UInt32, [UInt8])
  }

  public let greeting: Greeting
  private let socket: UnixSocket
  private var reader: FrameReader
  private var output: [UInt8] = []
  private var lastRequest: UInt32 = 0
  /// Came while something else was waited for.
  private var arrived: [Incoming] = []
  private var hasEnded = false

  /// How long a monitor may take to say hello, in nanoseconds.
  private static let patience: UInt64 = 5_000_000_000

  /// Connects to the monitor of a fleet.
  public convenience init(_ place: FleetPlace) throws(ControlError) {
    guard let socket = try UnixSocket.connect(to: place.socket) else { throw .noMonitor(fleet: place.fleet) }
    guard socket.isPeerTrusted else { throw .foreignMonitor(path: place.socket) }
    try self.init(socket)
  }

  /// Says hello to the monitor at the other end of a socket.
  public init(_ socket: UnixSocket) throws(ControlError) {
    self.socket = socket
    var reader = FrameReader(limit: ControlProtocol.replyLimit)
    greeting = try Self.receiveGreeting(socket, &reader)
    self.reader = reader
    guard greeting.version == ControlProtocol.version else {
      throw .otherVersion(ours: ControlProtocol.version, theirs: greeting.version)
    }
    try queue(.hello(version: ControlProtocol.version))
  }

  private static func receiveGreeting(
    _ socket: UnixSocket, _ reader: inout FrameReader
  ) throws(ControlError) -> Greeting {
    let end = HostTime.now + patience
    while true {
      if let frame = try reader.next() {
        switch frame {
        case .message(let bytes):
          switch try MessageCoding.decode(ServerMessage.self, from: bytes) {
          case .hello(let greeting): return greeting
          case .reply(_, .refused(let refusal)): throw .refused(refusal)
          default: throw .badMessage("the monitor did not say hello")
          }
        case .console: throw .badMessage("the monitor did not say hello")
        }
      }
      let now = HostTime.now
      guard now < end else { throw .busy }
      var poller = Poller()
      poller.add(socket.descriptor)
      poller.wait(nanoseconds: end - now)
      guard try Self.read(socket, &reader) else { throw .disconnected }
    }
  }

  /// False at the end.
  private static func read(_ socket: UnixSocket, _ reader: inout FrameReader) throws(ControlError) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 128 << 10)
    switch socket.read(into: &buffer) {
    case .bytes(let count): reader.append(buffer.prefix(count))
    case .later: break
    case .ended: return false
    }
    return true
  }

  // MARK: Waiting together with other things

  package var descriptor: Int32 { socket.descriptor }
  package var wantsOutput: Bool { !output.isEmpty }
  /// Whether `exchange` has something to give though nothing arrives any more.
  package var hasIncoming: Bool { !arrived.isEmpty }

  /// Bytes that the monitor has not taken yet.
  public var unsent: Int { output.count }

  /// Sends what can be sent, and takes what has come.
  public func exchange() throws(ControlError) -> [Incoming] {
    transmit()
    if !hasEnded, try !Self.read(socket, &reader) { hasEnded = true }
    while let frame = try reader.next() {
      switch frame {
      case .console(let stream, let bytes): arrived.append(.console(stream: stream, bytes))
      case .message(let bytes):
        switch try MessageCoding.decode(ServerMessage.self, from: bytes) {
        case .hello: break
        // To no request of ours: why the monitor hangs up.
        case .reply(0, .refused(let refusal)): throw .refused(refusal)
        case .reply(let id, let reply): arrived.append(.reply(id: id, reply))
        case .event(let event): arrived.append(.event(event))
        }
      }
    }
    defer { arrived = [] }
    if arrived.isEmpty && hasEnded { throw .disconnected }
    return arrived
  }

  private func transmit() {
    while !output.isEmpty {
      guard case .bytes(let count) = socket.write(output[...]), count > 0 else { return }
      output.removeFirst(count)
    }
  }

  // MARK: Asking

  /// Makes a request. What its reply will be known by.
  @discardableResult
  public func send(_ request: Request) throws(ControlError) -> UInt32 {
    lastRequest &+= 1
    try queue(.request(id: lastRequest, request))
    return lastRequest
  }

  private func queue(_ message: ClientMessage) throws(ControlError) {
    try MessageCoding.frame(message).append(to: &output)
    transmit()
  }

  /// Types on the console that `stream` was opened for.
  public func type(_ bytes: [UInt8], stream: UInt32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      Frame.console(stream: stream, Array(rest.prefix(ControlProtocol.consoleLimit))).append(to: &output)
      rest = rest.dropFirst(ControlProtocol.consoleLimit)
    }
    transmit()
  }

  /// Makes a request and waits for its reply; what else comes is kept for `exchange`. A refusal is an error.
  public func call(_ request: Request) throws(ControlError) -> Reply {
    let id = try send(request)
    return try awaitReplies(to: [id])[id] ?? .done
  }

  /// Has something done to guests, however many there are, and waits until it is done.
  /// - Returns: what came of it for each, in the order of `guests`.
  public func act(_ action: GuestAction, on guests: [String]) throws(ControlError) -> [ActionResult] {
    var parts = Request.acts(action, on: guests)
    // All or none: which are there is known.
    if parts.count > 1, let unknown = guests.first(where: { !greeting.guests.contains($0) }) {
      parts = [.act(action, guests: [unknown])]
    }
    var ids: [UInt32] = []
    for part in parts { ids.append(try send(part)) }
    let replies = try awaitReplies(to: Set(ids))
    return ids.flatMap { id -> [ActionResult] in
      if case .acted(let results) = replies[id] { results } else { [] }
    }
  }

  /// Waits for the replies to requests; what else comes is kept for `exchange`. A refusal is an error.
  private func awaitReplies(to ids: Set<UInt32>) throws(ControlError) -> [UInt32: Reply] {
    var others: [Incoming] = []
    var replies: [UInt32: Reply] = [:]
    while true {
      for incoming in try exchange() {
        switch incoming {
        case .reply(let id, .refused(let refusal)) where ids.contains(id): throw .refused(refusal)
        case .reply(let id, let reply) where ids.contains(id): replies[id] = reply
        default: others.append(incoming)
        }
      }
      if replies.count == ids.count {
        arrived = others
        return replies
      }
      var poller = Poller()
      poller.add(descriptor, output: wantsOutput)
      poller.wait(nanoseconds: nil)
    }
  }
}
