import Monitor
import Testing

@Suite("Restarts")
struct RestartTests {
  @Test("the back-off doubles from 100 ms up to a minute")
  func backOff() {
    #expect((0..<5).map { RestartPolicy.backOff(after: $0) } == [100, 200, 400, 800, 1600])
    for count in [10, 11, 64, 1000, .max] as [UInt32] { #expect(RestartPolicy.backOff(after: count) == 60_000) }
  }

  @Test("on failure: as often as its limit says, and then it has failed")
  func limited() throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add("guest", "fail 7") { $0.restart = .onFailure(limit: 3) }
    try guest.start()
    laboratory.until(guest, is: "failed")
    #expect(laboratory.journal(guest).count("made") == 4)
    #expect(guest.statistics.restarts == 3)
    let turn = ["guest running", "guest restarting"]
    #expect(laboratory.events == turn + turn + turn + ["guest running", "guest failed"])
    #expect(laboratory.monitor.statistics.memoryAdmitted == 0)
    // Whoever starts it again begins to count anew.
    try guest.start()
    laboratory.until("it failed again") { laboratory.journal(guest).count("made") == 8 && guest.lifecycle.isOver }
  }

  @Test("on failure: success is no failure", arguments: [RestartPolicy.onFailure(limit: nil), .never])
  func success(_ policy: RestartPolicy) throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add("guest", "pass") { $0.restart = policy }
    try guest.start()
    laboratory.until(guest, is: "stopped")
    #expect(laboratory.journal(guest).count("made") == 1)
  }

  @Test("always: however it ended, but not once it was stopped from outside", arguments: ["pass", "fail 1", "lose"])
  func always(_ program: String) throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add("guest", program) { $0.restart = .always }
    try guest.start()
    laboratory.until("restarts") { guest.statistics.restarts >= 5 }
    while guest.lifecycle != .stopped { try? guest.kill() }
    let made = laboratory.journal(guest).count("made")
    laboratory.monitor.shutDown()
    #expect(laboratory.journal(guest).count("made") == made)
    #expect(guest.lifecycle == .stopped)
    #expect(laboratory.living == 0)
  }

  @Test("a guest that waits for its restart keeps its memory, tells why it ended, and gives it back when stopped")
  func waiting() throws {
    let laboratory = Laboratory(backOff: 60_000)
    let guest = try laboratory.add("guest", "fail 7") { $0.restart = .always }
    try guest.start()
    laboratory.until(guest, is: "restarting")
    #expect(guest.lifecycle.reason == "the guest failed with code 7")
    #expect(laboratory.monitor.statistics.memoryAdmitted == 1 << 20)
    try guest.stop()
    #expect(guest.lifecycle == .stopped)
    #expect(laboratory.monitor.statistics.memoryAdmitted == 0)
  }

  @Test("whoever is removed is not started again")
  func removed() throws {
    let laboratory = Laboratory(backOff: 0)
    for _ in 0..<300 {
      let guest = try laboratory.add("guest", "fail 1") { $0.restart = .always }
      try guest.start()
      laboratory.until("it is removed") { (try? laboratory.monitor.remove(guest)) != nil }
      #expect(guest.lifecycle == .stopped)
      #expect(laboratory.living == 0)
    }
    #expect(laboratory.monitor.statistics.memoryAdmitted == 0)
  }

  @Test("a kill and a start right after it leave a guest that runs")
  func killedAndStartedWhileRestarting() throws {
    let laboratory = Laboratory(backOff: 60_000)
    let guest = try laboratory.add("guest", "hang") { $0.restart = .always }
    for turn in 1...300 {
      try guest.start()
      laboratory.until(guest, is: "restarting")
      try guest.kill()
      #expect(guest.lifecycle == .stopped)
      #expect(laboratory.journal(guest).count("made") == turn)
    }
  }
}
