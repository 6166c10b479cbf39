import Monitor
import Testing

@Suite("Lifecycle")
struct LifecycleTests {
  @Test("a guest is created, runs, pauses, runs and is killed, each once and in order")
  func wholeLife() throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add()
    #expect(guest.lifecycle == .created)
    try guest.start()
    laboratory.until(guest, is: "running")
    try guest.pause()
    #expect(guest.lifecycle == .paused)
    laboratory.untilQuietly("its time stands still") { laboratory.journal(guest).all == ["made", "held"] }
    try guest.resume()
    laboratory.untilQuietly("its time goes on") { laboratory.journal(guest).all == ["made", "held", "released"] }
    try guest.kill()
    laboratory.until(guest, is: "stopped")
    #expect(laboratory.journal(guest).all == ["made", "held", "released", "ended"])
    #expect(laboratory.monitor.statistics.memoryAdmitted == 0)
  }

  /// What can be asked of a guest.
  enum Action: String, CaseIterable {
    case start, pause, resume, reset, stop, kill, remove

    func carryOut(_ guest: Guest, _ monitor: Monitor) throws {
      switch self {
      case .start: try guest.start()
      case .pause: try guest.pause()
      case .resume: try guest.resume()
      case .reset: try guest.reset()
      case .stop: try guest.stop()
      case .kill: try guest.kill()
      case .remove: try monitor.remove(guest)
      }
    }
  }

  /// Each state with what can be asked in it, and the state that this leads to at once.
  static let table: [(state: String, outcomes: [Action: String])] = [
    ("created", [.start: "running", .remove: "created"]),
    ("waiting", [.start: "running", .stop: "stopped", .kill: "stopped", .remove: "stopped"]),
    ("running", [.pause: "paused", .reset: "running", .stop: "stopping", .kill: "stopping"]),
    ("paused", [.resume: "running", .reset: "paused", .stop: "stopping", .kill: "stopping"]),
    ("stopping", [.reset: "stopping", .kill: "stopping"]),
    ("stopped", [.start: "running", .remove: "stopped"]),
    ("failed", [.start: "running", .remove: "failed"]),
    ("restarting", [.start: "running", .stop: "stopped", .kill: "stopped", .remove: "stopped"]),
  ]

  @Test(
    "in each state exactly what the table says can be done; anything else is refused in words",
    arguments: table, Action.allCases)
  func transitions(_ row: (state: String, outcomes: [Action: String]), _ action: Action) throws {
    let laboratory = Laboratory(backOff: 60_000)
    let guest = try Self.make(row.state, in: laboratory)
    guard let expected = row.outcomes[action] else {
      let refusal = #expect(throws: MonitorError.self) { try action.carryOut(guest, laboratory.monitor) }
      #expect(refusal == .notPossible(guest: "guest", action: action.rawValue, state: row.state))
      #expect(refusal?.description == "guest: cannot \(action.rawValue) a guest that is \(row.state)")
      #expect(guest.lifecycle.word == row.state)
      return
    }
    let before = laboratory.events.count
    try action.carryOut(guest, laboratory.monitor)
    if expected == row.state {
      #expect(guest.lifecycle.word == expected || action == .kill && guest.lifecycle == .stopped)
    } else {
      // By now it may be further than this.
      #expect(laboratory.events[before] == "guest \(expected)")
    }
    if action == .remove {
      #expect(laboratory.monitor.guest(named: "guest") == nil)
      #expect(throws: MonitorError.notPossible(guest: "guest", action: "start", state: "removed")) { try guest.start() }
    }
    laboratory.monitor.shutDown()
    #expect(laboratory.living == 0)
    #expect(laboratory.monitor.statistics.memoryAdmitted == 0)
    #expect(!guest.lifecycle.isAlive)
  }

  /// A guest that is in `state` and stays there.
  private static func make(_ state: String, in laboratory: Laboratory) throws -> Guest {
    if state == "waiting" { _ = try laboratory.add("other") }
    let program = ["failed": "fail 3", "restarting": "hang", "stopped": "pass"][state] ?? "sleep"
    let guest = try laboratory.add("guest", program) { description in
      if state == "waiting" { description.dependencies = [Dependency(guest: "other", line: "ready")] }
      if state == "restarting" { description.restart = .always }
      if state == "stopping" { description.stop = StopPolicy(send: "no step\n", grace: 60_000) }
    }
    switch state {
    case "created": break
    case "waiting": laboratory.monitor.startAll()
    default: try guest.start()
    }
    if state == "paused" { try guest.pause() }
    if state == "stopping" {
      laboratory.untilQuietly("it has started") { laboratory.journal(guest).count("made") == 1 }
      try guest.stop()
    }
    laboratory.until(guest, is: state)
    return guest
  }
}
