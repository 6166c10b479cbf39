import Dispatch
import Monitor
import Testing

@Suite("Dependencies")
struct DependencyTests {
  private func after(_ names: String..., line: String? = nil) -> (inout GuestDescription) -> Void {
    { description in description.dependencies = names.map { Dependency(guest: $0, line: line) } }
  }

  @Test("guests start after those they depend on, in whichever order they are written down")
  func order() throws {
    let laboratory = Laboratory()
    _ = try laboratory.monitor.add([
      Laboratory.describe("c", "sleep", after("b")), Laboratory.describe("b", "sleep", after("a")),
      Laboratory.describe("a"),
    ])
    laboratory.monitor.startAll()
    laboratory.until("all run") { laboratory.monitor.guests.allSatisfy { $0.lifecycle == .running } }
    #expect(laboratory.events.filter { $0.hasSuffix("running") } == ["a running", "b running", "c running"])
  }

  @Test("a guest waits for a line, however it arrives in pieces, and says for whom")
  func line() throws {
    let laboratory = Laboratory()
    let server = try laboratory.add("server")
    let client = try laboratory.add("client", "sleep", after("server", line: "server: ready"))
    laboratory.monitor.startAll()
    laboratory.until(server, is: "running")
    server.tell("say server: read")
    server.tell("say almost ready")
    laboratory.until("the server has spoken") { server.said == "server: read\nalmost ready\n" }
    #expect(client.lifecycle == .waiting(on: "server"))
    server.tell("say the server: ready for all")
    laboratory.until(client, is: "running")
  }

  @Test("what was said before is there for those who are added later")
  func late() throws {
    let laboratory = Laboratory()
    let server = try laboratory.add("server", "say ready")
    try server.start()
    laboratory.until("it is ready") { server.said == "ready\n" }
    let client = try laboratory.add("client", "sleep", after("server", line: "ready"))
    let other = try laboratory.add("other", "sleep", after("server", line: "later"))
    laboratory.monitor.startAll()
    laboratory.until(client, is: "running")
    #expect(other.lifecycle == .waiting(on: "server"))
    server.tell("say later")
    laboratory.until(other, is: "running")
  }

  @Test("a guest that passes counts as started")
  func oneShot() throws {
    let laboratory = Laboratory()
    _ = try laboratory.add("first", "pass")
    let second = try laboratory.add("second", "sleep", after("first"))
    laboratory.monitor.startAll()
    laboratory.until(second, is: "running")
  }

  @Test("without hope a guest fails, and so do those behind it, with the reason")
  func hopeless() throws {
    let laboratory = Laboratory()
    _ = try laboratory.add("a", "fail 9")
    let b = try laboratory.add("b", "sleep", after("a", line: "ready"))
    let c = try laboratory.add("c", "sleep", after("b"))
    laboratory.monitor.startAll()
    laboratory.until("all is over") { laboratory.monitor.guests.allSatisfy(\.lifecycle.isOver) }
    #expect(b.lifecycle == .failed(reason: "'a', on which it depends, is failed without a line with 'ready'"))
    #expect(c.lifecycle == .failed(reason: "'b', on which it depends, is failed before it could start"))
    #expect(laboratory.monitor.statistics.memoryAdmitted == 0)
  }

  @Test("all can be started again after that, in order, and wait for the lines of the new machines")
  func again() throws {
    let laboratory = Laboratory()
    _ = try laboratory.monitor.add([
      Laboratory.describe("b", "sleep", after("a", line: "ready")),
      Laboratory.describe("a", "say ready", after("z")), Laboratory.describe("z"),
    ])
    for turn in 1...20 {
      laboratory.monitor.startAll()
      laboratory.until("all run") { laboratory.monitor.guests.allSatisfy { $0.lifecycle == .running } }
      let started = laboratory.events.filter { $0.hasSuffix("running") }
      #expect(started.suffix(3) == ["z running", "a running", "b running"], "turn \(turn)")
      laboratory.monitor.stopAll(force: turn % 2 == 0)
      laboratory.until("all are over") { laboratory.monitor.guests.allSatisfy(\.lifecycle.isOver) }
    }
    #expect(laboratory.living == 0)
  }

  @Test("stopping goes the other way: whoever is needed stops last")
  func stopOrder() throws {
    let laboratory = Laboratory()
    let a = try laboratory.add("a", "sleep") { $0.stop = StopPolicy(send: "pass\n", grace: 60_000) }
    let b = try laboratory.add("b", "sleep") {
      $0.dependencies = [Dependency(guest: "a")]
      $0.stop = StopPolicy(send: "no step\n", grace: 60_000)
    }
    let c = try laboratory.add("c", "sleep", after("b"))
    laboratory.monitor.startAll()
    laboratory.until("all run") { [a, b, c].allSatisfy { $0.lifecycle == .running } }
    laboratory.monitor.stopAll()
    laboratory.until(c, is: "stopped")
    laboratory.until(b, is: "stopping")
    #expect(a.lifecycle == .running)
    b.tell("pass")
    laboratory.until(a, is: "stopped")
    let ends = laboratory.events.filter { $0.hasSuffix("stopped") }
    #expect(ends == ["c stopped", "b stopped", "a stopped"])
  }

  @Test("who is started after all have stopped stays")
  func startAfterStop() throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add()
    laboratory.monitor.startAll()
    laboratory.monitor.stopAll()
    laboratory.until(guest, is: "stopped")
    try guest.start()
    guest.tell("say still here")
    laboratory.until("it speaks") { guest.said == "still here\n" }
    #expect(guest.lifecycle == .running)
  }

  @Test("who is started before it has been told everywhere that all have stopped stays")
  func startBeforeAllKnow() throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add()
    laboratory.monitor.startAll()
    laboratory.until(guest, is: "running")
    let started = DispatchSemaphore(value: 0)
    let observation = laboratory.monitor.observe { event in
      if case .lifecycle(_, .stopped) = event { _ = started.wait(timeout: .now() + 10) }
    }
    laboratory.monitor.stopAll()
    laboratory.untilQuietly("it has stopped") { guest.lifecycle == .stopped }
    try guest.start()
    started.signal()
    guest.tell("say still here")
    laboratory.until("it speaks") { guest.said == "still here\n" }
    #expect(guest.lifecycle == .running)
    withExtendedLifetime(observation) {}
  }
}
