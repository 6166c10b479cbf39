import Control
import Testing

/// What clients can take of a server, and of each other.
@Suite struct ServerBoundTests {
  private let large = String(repeating: "x", count: 64 << 10)

  private func isReply(_ incoming: ControlClient.Incoming) -> Bool {
    if case .reply = incoming { true } else { false }
  }

  // MARK: Answers that nobody reads

  @Test func requestsAreTakenAsTheirAnswersAreRead() throws {
    let server = try TestServer()
    let (client, other) = (try server.connect(), try server.connect())
    server.service.state.withLock { $0.note = large }
    for _ in 0..<300 { try client.send(.status(guests: [])) }
    #expect(eventually { server.service.state.withLock { !$0.requests.isEmpty } })
    // Others are served meanwhile, and see what has been taken.
    for _ in 0..<10 { _ = try other.call(.down(grace: nil)) }
    let taken = server.service.state.withLock { $0.requests.count { $0 == .status(guests: []) } }
    #expect(taken < 60)
    // What has been left is gone on with, though nothing more is sent.
    var count = 0
    #expect(
      try client.receive { incoming in
        count += isReply(incoming) ? 1 : 0
        return count == 300
      } != nil)
  }

  @Test func answersThatComeLaterWaitUntilThereIsRoom() throws {
    let server = try TestServer()
    let (client, other) = (try server.connect(), try server.connect())
    server.service.state.withLock { ($0.note, $0.isDone) = (large, false) }
    for _ in 0..<30 { try client.send(.awaitStart) }
    for _ in 0..<30 { try client.send(.act(.stop, guests: ["a"])) }
    #expect(eventually { server.service.state.withLock { $0.requests.count == 60 } })
    server.service.state.withLock { $0.isDone = true }
    for _ in 0..<10 { _ = try other.call(.down(grace: nil)) }
    #expect((1..<25).contains(server.service.state.withLock { $0.told }))
    var count = 0
    #expect(
      try client.receive { incoming in
        count += isReply(incoming) ? 1 : 0
        return count == 60
      } != nil)
  }

  // MARK: Places

  @Test func whoHasBeenIdleForLongestGivesItsPlaceUp() throws {
    let clock = TestClock()
    let server = try TestServer(clock: clock)
    let clients = try (0..<64).map { _ in try server.connect() }
    // Those that wait for something are not idle.
    _ = try clients[0].call(.watch)
    _ = try clients[1].call(.openConsole(stream: 1, guest: "a", history: 0, follows: true))
    server.service.state.withLock { $0.isDone = false }
    try clients[2].send(.awaitStart)
    for client in clients[3...] { _ = try client.call(.status(guests: [])) }
    clock.advance(seconds: 1)
    for (number, client) in clients.enumerated() where number > 2 && number != 7 {
      _ = try client.call(.status(guests: []))
    }
    clock.advance(seconds: 9)
    let tooMany = ControlError.refused(Refusal(.tooMany, "the monitor has 64 clients already"))
    #expect(throws: tooMany) { try server.connect() }
    clock.advance(seconds: 0.5)
    let new = try server.connect()
    #expect(throws: tooMany) { try server.connect() }
    // It is told why.
    let reason = ControlError.refused(
      Refusal(.tooMany, "the monitor needed the place of this client, which was idle"))
    #expect(throws: reason) { while try clients[7].receive(until: { _ in true }) != nil {} }
    server.service.state.withLock { $0.isDone = true }
    for client in clients where client !== clients[7] { _ = try client.call(.status(guests: [])) }
    _ = try new.call(.status(guests: []))
  }

  // MARK: Many guests

  @Test func moreGuestsThanFitIntoARequestAreActedOn() throws {
    let names = (0..<5000).map { "guest-\($0)-" + String(repeating: "n", count: 50) }
    let server = try TestServer(guests: names)
    let client = try server.connect()
    #expect(try client.act(.stop, on: names).map(\.guest) == names)
    let requests = server.service.state.withLock { $0.requests }
    #expect(requests.count > 1)
    // All or none.
    #expect(try client.act(.stop, on: names + ["nobody"]).map(\.guest) == ["nobody"])
    #expect(server.service.state.withLock { $0.requests } == requests + [.act(.stop, guests: ["nobody"])])
  }

  @Test(arguments: ["\u{1}", "/", "\\", "\"", "é", "\u{1F413}", ""])
  func namesThatTakeMoreRoomInARequestThanTheyAreLong(letter: String) throws {
    let names = Array(repeating: String(repeating: letter, count: 40), count: 3000)
    let server = try TestServer(guests: names)
    #expect(try server.connect().act(.kill, on: names).map(\.guest) == names)
  }
}
