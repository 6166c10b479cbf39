import Boards
import Monitor
import Testing

@Suite("How guests end")
struct EndTests {
  @Test(
    "the end of a machine is the guest's state, with the reason in words",
    arguments: [
      ("pass", .stopped), ("fail 42", .failed(reason: "the guest failed with code 42")),
      ("hang", .failed(reason: "the guest hangs: it was told to")),
      ("lose", .failed(reason: "the machine is gone")),
      ("missing", .failed(reason: "cannot be started: there is no such kernel")),
    ] as [(String, Lifecycle)])
  func ends(_ program: String, _ expected: Lifecycle) throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add("guest", program)
    try guest.start()
    laboratory.until("it is over") { guest.lifecycle.isOver }
    #expect(guest.lifecycle == expected)
    #expect(laboratory.monitor.statistics.memoryAdmitted == 0)
    #expect(laboratory.living == 0)
    #expect(laboratory.events == ["guest running", "guest \(expected.word)"])
  }

  @Test("whoever is asked to stop has its grace")
  func stopsByItself() throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add { $0.stop = StopPolicy(send: "say bye;pass\n", grace: 60_000) }
    try guest.start()
    try guest.stop()
    laboratory.until(guest, is: "stopped")
    #expect(guest.said == "bye\n")
  }

  @Test("whoever fails while it is asked to stop has stopped")
  func failsWhileStopping() throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add {
      $0.stop = StopPolicy(send: "fail 1\n", grace: 60_000)
      $0.restart = .always
    }
    try guest.start()
    try guest.stop()
    laboratory.until("it is over") { guest.lifecycle.isOver }
    #expect(guest.lifecycle == .stopped)
  }

  @Test("who does not stop is ended after its grace, idle or busy", arguments: ["sleep", "busy"])
  func grace(_ program: String) throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add("guest", program) { $0.stop = StopPolicy(send: "no step\n", grace: 30) }
    try guest.start()
    try guest.stop()
    #expect(guest.lifecycle == .stopping)
    laboratory.until(guest, is: "stopped")
    #expect(laboratory.living == 0)
  }

  @Test("a paused guest hears that it is to stop")
  func stopsFromPause() throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add { $0.stop = StopPolicy(send: "pass\n", grace: 60_000) }
    try guest.start()
    try guest.pause()
    laboratory.untilQuietly("its time stands still") { laboratory.journal(guest).count("held") == 1 }
    try guest.stop()
    laboratory.until(guest, is: "stopped")
    #expect(laboratory.journal(guest).all == ["made", "held", "released", "ended"])
  }

  @Test("without a text to send, stop ends it at once, and kill does in spite of any grace")
  func atOnce() throws {
    let laboratory = Laboratory()
    let plain = try laboratory.add("plain", "busy")
    let patient = try laboratory.add("patient", "busy") { $0.stop = StopPolicy(send: "no step\n", grace: 60_000) }
    try plain.start()
    try patient.start()
    try plain.stop()
    try patient.stop()
    laboratory.until(plain, is: "stopped")
    #expect(patient.lifecycle == .stopping)
    try patient.kill()
    laboratory.until(patient, is: "stopped")
  }

  @Test("what was asked of one machine does not reach the next")
  func errandsOfTheDead() throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add()
    for _ in 0..<300 {
      try guest.start()
      _ = guest.type(Array("say stale".utf8))
      try guest.kill()
      try? guest.kill()
      try? guest.reset()
      laboratory.until(guest, is: "stopped")
    }
    try guest.start()
    guest.tell("say fresh")
    laboratory.until("it lives") { guest.said == "fresh\n" }
    #expect(guest.lifecycle == .running)
    #expect(laboratory.living == 1)
  }

  @Test("a reset reaches the machine, running or paused")
  func reset() throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add()
    try guest.start()
    try guest.reset()
    laboratory.untilQuietly("the first reset") { laboratory.journal(guest).count("reset") == 1 }
    try guest.pause()
    try guest.reset()
    laboratory.untilQuietly("the second reset") { laboratory.journal(guest).count("reset") == 2 }
    try guest.resume()
    laboratory.untilQuietly("its counter") { guest.statistics.machine.resets == 2 }
  }
}
