import Control
import Foundation
import Testing

@Suite struct ServerTests {
  @Test func greetsAndAnswers() throws {
    let server = try TestServer()
    let client = try server.connect()
    #expect(client.greeting == server.greeting)
    guard case .status(let monitor, let guests) = try client.call(.status(guests: ["a"])) else {
      Issue.record("not a status")
      return
    }
    #expect(monitor.fleet == "fake")
    #expect(guests.map(\.name) == ["a"])
    #expect(server.service.state.withLock { $0.requests } == [.status(guests: ["a"])])
  }

  @Test func answersLaterWhenThatIsWhenItHasHappened() throws {
    let server = try TestServer()
    let client = try server.connect()
    server.service.state.withLock { $0.isDone = false }
    let slow = try client.send(.act(.stop, guests: ["a"]))
    // Others are not held up by it.
    _ = try client.call(.status(guests: []))
    server.service.state.withLock { $0.isDone = true }
    server.server.wake()
    let done = Reply.acted([ActionResult(guest: "a", state: "stopped")])
    let came = try client.receive { $0 == .reply(id: slow, done) }
    #expect(came != nil)
  }

  @Test func aRequestGoesOnWhenWhoMadeItHasGone() throws {
    let server = try TestServer()
    server.service.state.withLock { $0.isDone = false }
    do {
      let client = try server.connect()
      try client.send(.act(.restart, guests: ["a"]))
      #expect(eventually { server.service.state.withLock { !$0.requests.isEmpty } })
    }
    server.service.state.withLock { $0.isDone = true }
    #expect(try server.connect().call(.status(guests: [])) != .done)
  }

  @Test func whoeverLeavesRequestsBehindKeepsNobodyElseFromAsking() throws {
    let server = try TestServer()
    server.service.state.withLock { $0.isDone = false }
    for _ in 0..<20 {
      let client = try server.connect()
      for _ in 0..<60 { try client.send(.awaitStart) }
      #expect(eventually { server.service.state.withLock { $0.requests.count % 60 == 0 && !$0.requests.isEmpty } })
    }
    let client = try server.connect()
    let down = try client.send(.down(grace: nil))
    server.service.state.withLock { $0.isDone = true }
    #expect(try client.receive { $0 == .reply(id: down, .done) } != nil)
  }

  // MARK: Consoles

  @Test func tellsAConsoleWithWhatCameBefore() throws {
    let server = try TestServer()
    let client = try server.connect()
    _ = try client.call(.openConsole(stream: 5, guest: "a", history: 100, follows: true))
    let before = try client.receive { $0 == .event(.replayed(stream: 5)) }
    #expect(ControlClient.text(try #require(before), stream: 5) == "before\n")
    let feed = try #require(server.service.state.withLock { $0.feeds.first })
    feed.print(Array("now\n".utf8))
    let now = try client.receive { if case .console = $0 { true } else { false } }
    #expect(ControlClient.text(try #require(now), stream: 5) == "now\n")
    feed.print(Array("last\n".utf8))
    try client.send(.closeConsole(stream: 5, drains: true))
    let last = try client.receive { $0 == .event(.closed(stream: 5)) }
    #expect(ControlClient.text(try #require(last), stream: 5) == "last\n")
    #expect(eventually { feed.isCancelled })
  }

  @Test func looksBackOnly() throws {
    let server = try TestServer()
    let client = try server.connect()
    _ = try client.call(.openConsole(stream: 1, guest: "b", history: 4, follows: false))
    let came = try client.receive { $0 == .event(.closed(stream: 1)) }
    #expect(ControlClient.text(try #require(came), stream: 1) == "ore\n")
  }

  @Test func refusesAConsoleOfNobody() throws {
    let server = try TestServer()
    let client = try server.connect()
    #expect(throws: ControlError.refused(Refusal(.noSuchGuest, "no guest 'c'"))) {
      try client.call(.openConsole(stream: 1, guest: "c", history: 0, follows: true))
    }
  }

  @Test func typesAndHoldsBackWhatTheGuestDoesNotTake() throws {
    let server = try TestServer()
    let client = try server.connect()
    _ = try client.call(.openConsole(stream: 1, guest: "a", history: 0, follows: true))
    let text = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
    server.service.state.withLock { $0.appetite = 1000 }
    client.type(text, stream: 1)
    #expect(eventually { server.service.state.withLock { $0.typed.count == 1000 } })
    server.service.state.withLock { $0.appetite = .max }
    #expect(
      eventually {
        _ = try? client.exchange()
        return server.service.state.withLock { $0.typed.count == text.count }
      })
    #expect(server.service.state.withLock { $0.typed } == text)
  }

  @Test func aFloodLeavesRoomForOthersAndASlowClientLosesWhatItDoesNotTake() throws {
    let server = try TestServer()
    let client = try server.connect()
    for (stream, guest) in ["a", "b"].enumerated() {
      _ = try client.call(
        .openConsole(stream: UInt32(stream), guest: guest, history: 0, follows: true))
    }
    let feeds = server.service.state.withLock { $0.feeds }
    // Far more than all buffers on the way hold, and nobody reads.
    for _ in 0..<200 { feeds[0].print([UInt8](repeating: 0x2E, count: 64 << 10)) }
    feeds[1].print(Array("heard".utf8))
    // Another client is served all the same.
    #expect(try server.connect().call(.status(guests: [])) != .done)
    // Every byte is told, or told to be lost.
    var heard = false
    var (told, lost): (UInt64, UInt64) = (0, 0)
    let came = try client.receive { incoming in
      switch incoming {
      case .event(.lost(0, let bytes)): lost += bytes
      case .console(0, let bytes): told += UInt64(bytes.filter { $0 == 0x2E }.count)
      case .console(1, let bytes): heard = heard || bytes == Array("heard".utf8)
      default: break
      }
      return heard && told + lost == 200 * 64 << 10
    }
    #expect(came != nil)
    #expect(lost > 1 << 20)
  }

  // MARK: Events

  @Test func tellsEventsToThoseWhoWatch() throws {
    let server = try TestServer()
    let (watcher, other) = (try server.connect(), try server.connect())
    _ = try watcher.call(.watch)
    server.server.publish(.state(guest: "a", state: "failed", reason: "of it"))
    let came = try watcher.receive { $0 == .event(.state(guest: "a", state: "failed", reason: "of it")) }
    #expect(came != nil)
    _ = try other.call(.status(guests: []))
    #expect(try other.exchange() == [])
  }

  @Test func tellsEventsAndOutputInTheirOrder() throws {
    let server = try TestServer()
    let client = try server.connect()
    _ = try client.call(.watch)
    _ = try client.call(.openConsole(stream: 1, guest: "a", history: 0, follows: true))
    _ = try client.receive { $0 == .event(.replayed(stream: 1)) }
    let feed = try #require(server.service.state.withLock { $0.feeds.first })
    for round in 0..<200 {
      let running = ControlClient.Incoming.event(.state(guest: "a", state: "running", reason: nil))
      let stopped = ControlClient.Incoming.event(.state(guest: "a", state: "stopped", reason: "\(round)"))
      server.server.publish(.state(guest: "a", state: "running", reason: nil))
      feed.print(Array("said".utf8))
      server.server.publish(.state(guest: "a", state: "stopped", reason: "\(round)"))
      let came = try client.receive { $0 == stopped }
      #expect(came == [running, .console(stream: 1, Array("said".utf8)), stopped])
    }
  }

  @Test func saysGoodbyeAndHangsUp() throws {
    var server: TestServer? = try TestServer()
    let client = try #require(server).connect()
    _ = try client.call(.watch)
    server = nil
    #expect(try client.receive { $0 == .event(.ending) } != nil)
    #expect(throws: ControlError.disconnected) { while true { _ = try client.exchange() } }
  }

  // MARK: Who may connect

  @Test func refusesMoreClientsThanItCanServe() throws {
    let server = try TestServer()
    var clients: [ControlClient] = []
    for _ in 0..<64 { clients.append(try server.connect()) }
    #expect(throws: ControlError.refused(Refusal(.tooMany, "the monitor has 64 clients already"))) {
      try server.connect()
    }
    clients.removeFirst(32)
    #expect(eventually { (try? server.connect()) != nil })
  }

  @Test func refusesAnotherVersion() throws {
    let server = try TestServer()
    let socket = try server.socket()
    var bytes: [UInt8] = []
    Frame.message(Array(#"{"hello":{"version":99}}"#.utf8)).append(to: &bytes)
    let client = try RawClient(socket)
    client.send(bytes)
    #expect(client.readToEnd().contains("version 1"))
  }
}
