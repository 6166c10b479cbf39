import Dispatch
import Monitor
import SystemBus
import Testing

@Suite("Stress")
struct StressTests {
  /// SplitMix64: the same numbers in every run.
  struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
      return z ^ z >> 31
    }
  }

  private static let actions: [@Sendable (Guest, Monitor) throws -> Void] = [
    { guest, _ in try guest.start() }, { guest, _ in try guest.start() }, { guest, _ in try guest.start() },
    { guest, _ in try guest.pause() }, { guest, _ in try guest.resume() }, { guest, _ in try guest.reset() },
    { guest, _ in try guest.stop() }, { guest, _ in try guest.kill() },
    { guest, _ in guest.tell("say one;say two") }, { guest, _ in guest.tell("pass") },
    { guest, _ in guest.tell("fail 3") }, { guest, _ in guest.tell("lose") }, { guest, _ in guest.tell("busy") },
    { guest, _ in _ = guest.statistics }, { guest, _ in guest.refreshMemory() },
    { guest, _ in _ = guest.console.recent() },
    { guest, _ in guest.console.subscribe(history: 100) {}.cancel() },
    { _, monitor in monitor.startAll() }, { _, monitor in monitor.stopAll() },
    { _, monitor in _ = monitor.statistics },
    { guest, monitor in
      try monitor.remove(guest)
      _ = try monitor.add([guest.description])
    },
  ]

  @Test(
    "whatever many threads ask for at once: in the end nothing is alive, and all memory is back",
    arguments: [1, 2, 3] as [UInt64])
  func everythingAtOnce(_ seed: UInt64) throws {
    let laboratory = Laboratory(workers: 2, memory: 16)
    let monitor = laboratory.monitor
    let restarts: [RestartPolicy] = [.never, .onFailure(limit: 3), .always]
    for number in 0..<20 {
      _ = try laboratory.add("g\(number)", number % 5 == 0 ? "busy" : "sleep") { description in
        description.restart = restarts[number % 3]
        if number % 4 == 0 { description.stop = StopPolicy(send: "no step\n", grace: 5) }
        if number % 4 == 1 { description.stop = StopPolicy(send: "pass\n", grace: 1000) }
        if number > 10 {
          description.dependencies = [Dependency(guest: "g\(number - 10)", line: number % 2 == 0 ? "one" : nil)]
        }
      }
    }
    let deadline = HostTime.now + 700_000_000
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      var random = Random(state: seed << 8 | UInt64(thread))
      while HostTime.now < deadline {
        // A guest may have been removed by another thread since.
        guard let guest = monitor.guests.randomElement(using: &random) else { continue }
        try? Self.actions.randomElement(using: &random)?(guest, monitor)
      }
    }
    monitor.shutDown()
    #expect(!monitor.guests.contains { $0.lifecycle.isAlive })
    #expect(laboratory.living == 0)
    #expect(monitor.statistics.memoryAdmitted == 0)
  }
}
