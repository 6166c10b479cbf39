import SystemBus

/// Tells the time in nanoseconds; it never goes back.
public typealias ServerClock = @Sendable () -> UInt64

/// The server's thread: waits for the listening socket, the clients and the mailbox.
final class ServerLoop {
  private let greeting: Greeting
  private let service: any ControlService
  private let listener: UnixSocket?
  private let mailbox: ServerMailbox
  private let clock: ServerClock
  private var clients: [ClientConnection] = []
  private var unanswered: [Unanswered] = []
  /// Whether the host has nothing left for another connection: the listening socket stays readable then.
  private var isFull = false

  /// A request that will be answered later.
  private struct Unanswered {
    weak var client: ClientConnection?
    let id: UInt32
    let reply: @Sendable () -> Reply?
    /// Whether it must come to its end though nobody waits for the answer any more.
    let isAction: Bool
    /// Whether it could not be answered because its client takes nothing.
    var isHeld = false
  }

  static let clientLimit = 64
  /// How many requests of one client may wait to be answered.
  static let waitingLimit = 64
  /// How long an answer may be due unnoticed, when nothing tells that it is.
  private static let tick: UInt64 = 50_000_000
  /// How long clients have to take what is left for them at the end.
  private static let farewell: UInt64 = 1_000_000_000

  init(
    greeting: Greeting, service: any ControlService, listener: UnixSocket?, mailbox: ServerMailbox,
    clock: @escaping ServerClock
  ) {
    self.greeting = greeting
    self.service = service
    self.listener = listener
    self.mailbox = mailbox
    self.clock = clock
  }

  func run() {
    while true {
      wait()
      let mail = mailbox.collect()
      for socket in mail.adopted { admit(socket) }
      for event in mail.events { tell(event) }
      acceptClients()
      for client in clients {
        client.receive()
        while let request = client.nextRequest() { carryOut(request, for: client) }
      }
      answer()
      for client in clients { client.transmit() }
      clients.removeAll { $0.isOver }
      if mail.isEnding { return sayGoodbye() }
    }
  }

  private func wait() {
    var poller = Poller()
    poller.add(mailbox.waker.descriptor)
    if let listener, !isFull { poller.add(listener.descriptor) }
    for client in clients {
      client.place = poller.add(client.socket.descriptor, input: client.wantsInput, output: client.wantsOutput)
    }
    let isTicking = isFull || !unanswered.isEmpty || clients.contains { $0.hasHeldInput }
    poller.wait(nanoseconds: canGoOn ? 0 : isTicking ? Self.tick : nil)
    for client in clients {
      client.isReadable = poller.isReadable(client.place)
      client.isAbandoned = poller.isAbandoned(client.place)
    }
  }

  /// Whether there is something to do of what came before.
  private var canGoOn: Bool {
    clients.contains { $0.canGoOn } || unanswered.contains { $0.isHeld && $0.client?.hasRoom ?? true }
  }

  // MARK: Clients

  private func acceptClients() {
    isFull = false
    while let listener {
      switch listener.accept() {
      case .socket(let socket): if socket.isPeerTrusted { admit(socket) }
      case .nobody: return
      case .noResources:
        isFull = true
        return
      }
    }
  }

  private func admit(_ socket: UnixSocket) {
    let client = ClientConnection(socket, service: service, mailbox: mailbox, clock: clock)
    makeRoom()
    if clients.count < Self.clientLimit {
      var greeting = greeting
      if let guests = service.guests { greeting.guests = guests }
      client.send(.hello(greeting))
      clients.append(client)
    } else {
      client.send(.reply(id: 0, .refused(Refusal(.tooMany, "the monitor has \(Self.clientLimit) clients already"))))
      client.transmit()
    }
  }

  /// If there are too many clients, drops the one that has left its output unread for the longest time, or else the one
  /// that has wanted nothing for the longest time.
  private func makeRoom() {
    guard clients.count >= Self.clientLimit else { return }
    if let stuck = clients.filter(\.isStuck).min(by: { $0.lastProgress < $1.lastProgress }) {
      return clients.removeAll { $0 === stuck }
    }
    let idle = clients.filter { client in client.isIdle && !unanswered.contains { $0.client === client } }
    guard let longest = idle.min(by: { $0.lastActivity < $1.lastActivity }) else { return }
    longest.reply(0, .refused(Refusal(.tooMany, "the monitor needed the place of this client, which was idle")))
    longest.transmit()
    clients.removeAll { $0 === longest }
  }

  private func tell(_ event: Event) { for client in clients where client.isWatching { client.note(event) } }

  // MARK: Requests

  private func carryOut(_ request: (id: UInt32, body: Request), for client: ClientConnection) {
    let isAction =
      switch request.body {
      case .act, .snapshot, .clone: true
      default: false
      }
    // One client's requests keep no other's from being answered, and what goes on without a client is bounded as well.
    guard unanswered.count(where: { $0.client === client || (isAction && $0.client == nil) }) < Self.waitingLimit else {
      return client.reply(request.id, .refused(Refusal(.tooMany, "too many requests wait to be answered")))
    }
    switch service.begin(request.body) {
    case .now(let reply): client.reply(request.id, reply)
    case .later(let reply):
      unanswered.append(Unanswered(client: client, id: request.id, reply: reply, isAction: isAction))
    }
  }

  /// - Parameter isLast: whether those that take nothing are answered too.
  private func answer(isLast: Bool = false) {
    var left: [Unanswered] = []
    for var waiting in unanswered {
      if waiting.client == nil, !waiting.isAction { continue }
      let hasRoom = isLast || waiting.client?.hasRoom ?? true
      // An action goes on though its end cannot be told. The answer is asked for again when it can: it takes memory.
      let isAsked = hasRoom || (waiting.isAction && !waiting.isHeld)
      let reply = isAsked ? waiting.reply() : nil
      if let reply, hasRoom {
        waiting.client?.reply(waiting.id, reply)
      } else {
        waiting.isHeld = !isAsked || reply != nil
        left.append(waiting)
      }
    }
    unanswered = left
  }

  /// Sends what clients still have to get, if they take it soon.
  private func sayGoodbye() {
    answer(isLast: true)
    for client in clients { client.send(.event(.ending)) }
    let end = HostTime.now + Self.farewell
    while HostTime.now < end {
      for client in clients { client.transmit() }
      clients.removeAll { $0.isOver || !$0.wantsOutput }
      if clients.isEmpty { return }
      var poller = Poller()
      for client in clients { poller.add(client.socket.descriptor, input: false, output: true) }
      poller.wait(nanoseconds: 10_000_000)
    }
  }
}
