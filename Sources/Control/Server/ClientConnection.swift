import Monitor

/// One client, as the server sees it.
final class ClientConnection {
  let socket: UnixSocket
  private let service: any ControlService
  private let mailbox: ServerMailbox

  private var reader = FrameReader(limit: ControlProtocol.requestLimit)
  private var output: [UInt8] = []
  private var sent = 0
  private let clock: ServerClock
  /// When it took bytes last, and when bytes of it came last, by the clock.
  private(set) var lastProgress: UInt64
  private var lastInput: UInt64

  private var hasGreeted = false
  private(set) var isWatching = false
  private(set) var isOver = false
  private var consoles: [UInt32: ServedConsole] = [:]
  /// Their keys, and the place there of the one whose turn it is.
  private var streams: [UInt32] = []
  private var streamsOfGuests: [String: [UInt32]] = [:]
  private var turn = 0
  private var events = EventBacklog()

  /// What the poller said last, and where to ask it.
  var place = 0
  var isReadable = false
  var isAbandoned = false

  /// Bytes of output beyond which nothing more is read of the client, and nothing is told to it unasked.
  private static let outputLimit = 256 << 10
  private static let consoleCount = 16_384
  private static let historyLimit = 16 << 20
  /// Nanoseconds without progress after which its place can be given to another.
  private static let patience: UInt64 = 10_000_000_000

  init(_ socket: UnixSocket, service: any ControlService, mailbox: ServerMailbox, clock: @escaping ServerClock) {
    self.socket = socket
    self.service = service
    self.mailbox = mailbox
    self.clock = clock
    lastProgress = clock()
    lastInput = lastProgress
  }

  deinit { for console in consoles.values { console.feed.cancel() } }

  private var waiting: Int { output.count - sent }
  /// Whether it can be told more.
  var hasRoom: Bool { waiting < Self.outputLimit }
  /// Whether what it asks can be done now.
  private var canTake: Bool { !isOver && hasRoom && !consoles.values.contains { $0.isHoldingMuch } }

  /// Whether a guest has not taken yet what was typed for it.
  var hasHeldInput: Bool { consoles.values.contains { !$0.heldInput.isEmpty } }
  var wantsInput: Bool { canTake && !reader.hasNext }
  /// Whether there is something to do of what came before, though nothing more may come.
  var canGoOn: Bool { canTake && reader.hasNext }
  var wantsOutput: Bool { waiting > 0 }
  /// Whether it has not read for so long that its place can be given to another.
  var isStuck: Bool { wantsOutput && clock() &- lastProgress > Self.patience }
  var lastActivity: UInt64 { max(lastProgress, lastInput) }
  /// Whether it has not said anything for so long, and waits for nothing but answers, that its place can be given away.
  var isIdle: Bool {
    !wantsOutput && !isWatching && consoles.isEmpty && !reader.hasNext && clock() &- lastActivity > Self.patience
  }

  // MARK: From the client

  /// Takes what has come, unless there is something to do already.
  func receive() {
    for console in consoles.values where !console.heldInput.isEmpty { type([], on: console) }
    guard isReadable, wantsInput else {
      // It has gone, though not all that it said could be taken.
      if isAbandoned && !canGoOn { isOver = true }
      return
    }
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    switch socket.read(into: &buffer) {
    case .bytes(let count):
      reader.append(buffer.prefix(count))
      lastInput = clock()
    case .later: break
    case .ended: isOver = true
    }
  }

  /// The next request that is for the service, while there is room for what is told of it. What lies before it is done.
  func nextRequest() -> (id: UInt32, body: Request)? {
    do throws(ControlError) {
      while canTake, let frame = try reader.next() {
        if let request = try understand(frame) { return request }
      }
      return nil
    } catch {
      // What follows cannot be understood either.
      reply(0, .refused(Refusal(.badRequest, "\(error)")))
      transmit()
      isOver = true
      return nil
    }
  }

  private func understand(_ frame: Frame) throws(ControlError) -> (id: UInt32, body: Request)? {
    switch frame {
    case .console(let stream, let bytes):
      if let console = consoles[stream] { type(bytes, on: console) }
      return nil
    case .message(let bytes):
      switch try MessageCoding.decode(ClientMessage.self, from: bytes) {
      case .hello(let version):
        guard version == ControlProtocol.version else {
          throw .otherVersion(ours: version, theirs: ControlProtocol.version)
        }
        hasGreeted = true
        return nil
      case .request(let id, let body):
        guard hasGreeted else { throw .badMessage("a request before hello") }
        return serve(id, body) ? nil : (id, body)
      }
    }
  }

  /// Does what concerns this connection alone. False for what the service is for.
  private func serve(_ id: UInt32, _ request: Request) -> Bool {
    switch request {
    case .watch: isWatching = true
    case .openConsole(let stream, let guest, let history, let follows):
      return open(stream, guest, history: history, follows: follows, id: id)
    case .closeConsole(let stream, let drains): if drains { consoles[stream]?.drain() } else { close(stream) }
    default: return false
    }
    reply(id, .done)
    return true
  }

  private func open(_ stream: UInt32, _ guest: String, history: Int, follows: Bool, id: UInt32) -> Bool {
    guard consoles[stream] == nil, consoles.count < Self.consoleCount else {
      reply(id, .refused(Refusal(.tooMany, "stream \(stream) cannot be opened")))
      return true
    }
    do throws(ControlError) {
      let history = min(max(history, 0), Self.historyLimit)
      let bell = ConsoleBell(mailbox.waker)
      let feed = try service.openConsole(of: guest, history: history) { bell.ring() }
      consoles[stream] = ServedConsole(guest: guest, feed: feed, bell: bell, follows: follows)
      streams.append(stream)
      streamsOfGuests[guest, default: []].append(stream)
      reply(id, .done)
    } catch {
      if case .refused(let refusal) = error { reply(id, .refused(refusal)) } else { isOver = true }
    }
    return true
  }

  private func close(_ stream: UInt32) {
    guard let console = consoles.removeValue(forKey: stream) else { return }
    console.feed.cancel()
    streams.removeAll { $0 == stream }
    streamsOfGuests[console.guest]?.removeAll { $0 == stream }
  }

  private func type(_ bytes: [UInt8], on console: ServedConsole) {
    console.heldInput += bytes
    guard let taken = service.type(console.heldInput, on: console.guest) else {
      console.heldInput = []
      return
    }
    console.heldInput.removeFirst(min(max(taken, 0), console.heldInput.count))
  }

  // MARK: To the client

  func send(_ message: ServerMessage) {
    // What cannot be encoded is not sent: everything that we make can be.
    guard let frame = try? MessageCoding.frame(message) else { return }
    frame.append(to: &output)
  }

  func reply(_ id: UInt32, _ reply: Reply) { send(.reply(id: id, reply)) }

  /// Has an event told when there is room.
  func note(_ event: Event) { events.add(event) }

  /// Gathers what is to be told, and writes what the client takes.
  func transmit() {
    tellEvents()
    tellConsoles()
    while waiting > 0 {
      switch socket.write(output[sent...]) {
      case .bytes(let count):
        sent += count
        lastProgress = clock()
      case .later:
        compact()
        return
      case .ended:
        isOver = true
        sent = output.count
      }
    }
    compact()
  }

  private func compact() {
    if sent == output.count {
      output.removeAll(keepingCapacity: output.capacity <= Self.outputLimit)
    } else if sent > Self.outputLimit {
      output.removeFirst(sent)
    } else {
      return
    }
    sent = 0
  }

  /// Tells events, each after what was printed before it.
  private func tellEvents() {
    guard !events.isEmpty else { return }
    // Guests that have only begun printed theirs after that.
    let beginning = events.beginning
    for stream in streams where hasRoom && consoles[stream].map({ !beginning.contains($0.guest) }) ?? false {
      _ = tellPiece(of: stream)
    }
    var begun: String?
    while hasRoom, let event = events.next() {
      if let guest = begun { tellAll(of: guest) }
      begun = nil
      if case .state(let guest, let state, _) = event {
        if state == Lifecycle.running.word { begun = guest } else { tellAll(of: guest) }
      }
      send(.event(event))
    }
  }

  /// Tells what a guest has printed until now.
  private func tellAll(of guest: String) {
    for stream in streamsOfGuests[guest] ?? [] { while hasRoom, tellPiece(of: stream) {} }
  }

  /// Tells what consoles printed, in turns, so that one that floods leaves room for the others.
  private func tellConsoles() {
    var silent = 0
    while hasRoom, silent < streams.count {
      turn = (turn + 1) % streams.count
      silent = tellPiece(of: streams[turn]) ? 0 : silent + 1
    }
  }

  /// Tells the next that a console has to tell; false if there is nothing.
  private func tellPiece(of stream: UInt32) -> Bool {
    guard let piece = consoles[stream]?.next() else { return false }
    switch piece {
    case .bytes(let bytes): Frame.console(stream: stream, bytes).append(to: &output)
    case .lost(let count): send(.event(.lost(stream: stream, bytes: count)))
    case .replayed: send(.event(.replayed(stream: stream)))
    case .closed:
      send(.event(.closed(stream: stream)))
      close(stream)
    }
    return true
  }
}
