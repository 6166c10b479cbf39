import Monitor
import Synchronization
import Testing

@Suite("Monitor")
struct MonitorTests {
  @Test("shutting down ends every guest in whichever state, can be done again, and nothing starts afterwards")
  func shutDown() throws {
    let laboratory = Laboratory(backOff: 60_000)
    let monitor = laboratory.monitor
    let running = try laboratory.add("running", "busy")
    let idle = try laboratory.add("idle")
    let paused = try laboratory.add("paused")
    let stopping = try laboratory.add("stopping") { $0.stop = StopPolicy(send: "no step\n", grace: 60_000) }
    let restarting = try laboratory.add("restarting", "hang") { $0.restart = .always }
    let waiting = try laboratory.add("waiting") { $0.dependencies = [Dependency(guest: "idle", line: "never said")] }
    let failed = try laboratory.add("failed", "fail 1")
    monitor.startAll()
    laboratory.until(restarting, is: "restarting")
    laboratory.until(failed, is: "failed")
    try paused.pause()
    try stopping.stop()
    let created = try laboratory.add("created")
    monitor.shutDown()
    #expect([running, idle, paused, stopping, restarting, waiting].allSatisfy { $0.lifecycle == .stopped })
    #expect(created.lifecycle == .created)
    #expect(failed.lifecycle.word == "failed")
    #expect(laboratory.living == 0)
    #expect(monitor.statistics.memoryAdmitted == 0)
    monitor.shutDown()
    for guest in monitor.guests { #expect(throws: MonitorError.shuttingDown) { try guest.start() } }
    monitor.startAll()
    #expect(!monitor.guests.contains { $0.lifecycle.isAlive })
    #expect(throws: MonitorError.shuttingDown) { try monitor.add([Laboratory.describe("new")]) }
    #expect(monitor.statistics.memoryAdmitted == 0)
    for guest in monitor.guests { try monitor.remove(guest) }
  }

  @Test("a monitor that is let go of ends its guests, whatever its threads are about")
  func letGo() throws {
    for turn in 0..<100 {
      var laboratory: Laboratory? = Laboratory()
      for number in 0..<4 {
        _ = try laboratory?.add("g\(number)", "pass") { $0.restart = .always }
      }
      laboratory?.monitor.startAll()
      if turn % 2 == 0 { laboratory?.until("restarts") { laboratory?.monitor.guests[3].statistics.restarts ?? 1 > 0 } }
      let guests = laboratory?.monitor.guests ?? []
      laboratory = nil
      #expect(guests.allSatisfy { $0.lifecycle == .stopped })
    }
  }

  @Test("observers are told of everything, until they cancel")
  func observers() throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add("guest", "say hello")
    let seen = Mutex<[String]>([])
    let observation = laboratory.monitor.observe { event in
      let word =
        switch event {
        case .lifecycle(_, let state): state.word
        case .started: "started"
        case .console: "console"
        case .said: "said"
        case .notice: "notice"
        }
      seen.withLock { $0.append(word) }
    }
    try guest.start()
    laboratory.until("it has spoken") { guest.console.totalBytes == 6 }
    laboratory.untilQuietly("that was told") { seen.withLock { $0.count } == 3 }
    #expect(seen.withLock { $0 } == ["running", "started", "console"])
    observation.cancel()
    try guest.kill()
    laboratory.until(guest, is: "stopped")
    #expect(seen.withLock { $0.count } == 3)
  }

  @Test("waiting ends at its time when nothing comes, and at once when there is nothing to wait for")
  func waiting() throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add()
    #expect(!laboratory.monitor.wait(timeout: 10_000_000) { guest.lifecycle == .running })
    #expect(laboratory.monitor.wait(timeout: 0) { guest.lifecycle == .created })
    #expect(laboratory.monitor.wait(timeout: nil) { true })
    // What is waited for may act itself.
    #expect(laboratory.monitor.wait(timeout: 10_000_000_000) { (try? guest.start()) != nil })
  }

  @Test("a timer wakes its guest, whichever workers sleep, and for however long", arguments: [1, 2, 3])
  func timers(_ workers: Int) throws {
    let laboratory = Laboratory(workers: workers)
    let guest = try laboratory.add()
    let other = try laboratory.add("other")
    try guest.start()
    try other.start()
    for turn in 1...300 {
      if turn % 3 == 0 { other.tell("nap \(turn)") }
      guest.tell("nap \(turn % 7 * 100);say \(turn)")
      laboratory.until("turn \(turn)") { guest.said.hasSuffix("\(turn)\n") }
    }
  }

  @Test("typed input is bounded, and nobody but a living guest takes any")
  func typing() throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add()
    #expect(guest.type([65]) == 0)
    try guest.start()
    try guest.pause()
    #expect(guest.type([UInt8](repeating: 65, count: 60_000)) == 60_000)
    #expect(guest.type([UInt8](repeating: 65, count: 60_000)) == 5_536)
    #expect(guest.type([65]) == 0)
    try guest.kill()
    laboratory.until(guest, is: "stopped")
    #expect(guest.type([65]) == 0)
  }

  @Test("statistics tell what a guest has done, and add up over its machines")
  func statistics() throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add()
    #expect(guest.statistics.uptime == 0)
    try guest.start()
    guest.tell("say hello")
    laboratory.until("it has spoken") { guest.console.totalBytes == 6 }
    let first = guest.statistics
    #expect(first.name == "guest" && first.lifecycle == .running && first.memorySize == 1 << 20)
    #expect(first.instructions >= 1000 && first.slices >= 1 && first.uptime > 0)
    guest.refreshMemory()
    laboratory.untilQuietly("its memory") { guest.statistics.memory.resident == 4096 }
    try guest.kill()
    laboratory.until(guest, is: "stopped")
    let ended = guest.statistics
    #expect(ended.uptime == guest.statistics.uptime)
    try guest.start()
    laboratory.untilQuietly("more than before") { guest.statistics.instructions > ended.instructions }
    // Also after a life in which nobody came to measure it.
    guest.refreshMemory()
    try guest.kill()
    laboratory.until(guest, is: "stopped")
    try guest.start()
    laboratory.untilQuietly("it has started") {
      laboratory.journal(guest).count("made") == 3 && guest.statistics.memory.resident == 0
    }
    guest.refreshMemory()
    laboratory.untilQuietly("its memory") { guest.statistics.memory.resident == 4096 }
  }
}
