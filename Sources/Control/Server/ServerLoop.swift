import SystemBus

/// The server's thread: waits for the listening socket, the clients and the mailbox.
final class ServerLoop {
  private let greeting: Greeting
  private let service: any ControlService
  private let listener: UnixSocket?
  private let mailbox: ServerMailbox
  private var clients: [ClientConnection] = []
  private var unanswered: [Unanswered] = []

  /// A request that will be answered later.
  private struct Unanswered {
    weak var client: ClientConnection?
    let id: UInt32
    let reply: @Sendable () -> Reply?
    /// Whether it must come to its end though nobody waits for the answer any more.
    let isAction: Bool
  }

  static let clientLimit = 64
  /// How many requests of one client may wait to be answered.
  static let waitingLimit = 64
  /// How long an answer may be due unnoticed, when nothing tells that it is.
  private static let tick: UInt64 = 50_000_000
  /// How long clients have to take what is left for them at the end.
  private static let farewell: UInt64 = 1_000_000_000

  init(greeting: Greeting, service: any ControlService, listener: UnixSocket?, mailbox: ServerMailbox) {
    self.greeting = greeting
    self.service = service
    self.listener = listener
    self.mailbox = mailbox
  }

  func run() {
    while true {
      wait()
      let mail = mailbox.collect()
      for socket in mail.adopted { admit(socket) }
      for event in mail.events { tell(event) }
      acceptClients()
      for client in clients { for request in client.receive() { carryOut(request, for: client) } }
      answer()
      for client in clients { client.transmit() }
      clients.removeAll { $0.isOver }
      if mail.isEnding { return sayGoodbye() }
    }
  }

  private func wait() {
    var poller = Poller()
    poller.add(mailbox.waker.descriptor)
    if let listener { poller.add(listener.descriptor) }
    for client in clients {
      client.place = poller.add(client.socket.descriptor, input: client.wantsInput, output: client.wantsOutput)
    }
    let isTicking = !unanswered.isEmpty || clients.contains { $0.hasHeldInput }
    poller.wait(nanoseconds: isTicking ? Self.tick : nil)
    for client in clients {
      client.isReadable = poller.isReadable(client.place)
      client.isAbandoned = poller.isAbandoned(client.place)
    }
  }

  // MARK: Clients

  private func acceptClients() {
    while let socket = listener?.accept() {
      guard socket.isPeerTrusted else { continue }
      admit(socket)
    }
  }

  private func admit(_ socket: UnixSocket) {
    let client = ClientConnection(socket, service: service, mailbox: mailbox)
    makeRoom()
    if clients.count < Self.clientLimit {
      client.send(.hello(greeting))
      clients.append(client)
    } else {
      client.send(.reply(id: 0, .refused(Refusal(.tooMany, "the monitor has \(Self.clientLimit) clients already"))))
      client.transmit()
    }
  }

  /// Drops the client that has left its output unread for the longest time, if there are too many.
  private func makeRoom() {
    guard clients.count >= Self.clientLimit else { return }
    let stuck = clients.filter { $0.isStuck }.min { $0.lastProgress < $1.lastProgress }
    clients.removeAll { $0 === stuck }
  }

  private func tell(_ event: Event) { for client in clients where client.isWatching { client.note(event) } }

  // MARK: Requests

  private func carryOut(_ request: (id: UInt32, body: Request), for client: ClientConnection) {
    let isAction = if case .act = request.body { true } else { false }
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

  private func answer() {
    unanswered.removeAll { waiting in
      if waiting.client == nil, !waiting.isAction { return true }
      guard let reply = waiting.reply() else { return false }
      waiting.client?.reply(waiting.id, reply)
      return true
    }
  }

  /// Sends what clients still have to get, if they take it soon.
  private func sayGoodbye() {
    answer()
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
