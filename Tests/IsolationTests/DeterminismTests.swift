import Boards
import Foundation
import Monitor
import Peripherals
import Synchronization
import SystemBus
import Testing

/// Guests under virtual time do the same wherever and beside whomever they run.
@Suite("Determinism", .serialized) struct DeterminismTests {
  /// Keeps the host's cores busy.
  private final class Fire: Sendable {
    private let isOut = Atomic(false)

    init() {
      for _ in 0..<2 {
        Thread.detachNewThread { [self] in
          while !isOut.load(ordering: .relaxed) {}
        }
      }
    }

    func putOut() { isOut.store(true, ordering: .relaxed) }
  }

  private final class Silence: ConsoleSink {
    func write(_ byte: UInt8) {}
  }

  private static func fleet(_ isolation: Isolation = .thread) -> [GuestDescription] {
    ["victim-short", "realtime-short", "hello"].flatMap { image in
      [1, 4].map { harts in
        var description = guest(image, as: "\(image)-\(harts)", memory: 8 << 20)
        description.machine.clock = .virtual
        description.machine.harts = harts
        description.machine.seed = 5
        description.isolation = isolation
        return description
      }
    }
  }

  /// The trace hash of a guest whose machine nobody else's is beside.
  private func alone(_ description: GuestDescription) throws -> UInt64? {
    let machine = try VirtMachine(try description.machine.configuration(), console: Silence())
    try machine.start(try BootImages(description.boot))
    let outcome = machine.run(until: 600 * ticksPerSecond)
    #expect(outcome == .ended(.passed), "\(description.name): \(outcome)")
    return machine.traceHash?.value
  }

  @Test("trace hashes are those of machines alone", arguments: Arena.levels, [1, 2])
  func hashes(_ level: Isolation, workers: Int) throws {
    let fire = Fire()
    defer { fire.putOut() }
    var configuration = MonitorConfiguration()
    configuration.workers = workers
    configuration.processExecution = Arena.processExecution
    let monitor = Monitor(configuration)
    defer { monitor.shutDown() }
    let guests = try monitor.add(Self.fleet(level))
    // One that never ends, and one under the host's time, in the midst of them.
    var busy = guest("busy", as: "busy", memory: 8 << 20)
    busy.machine.clock = .virtual
    _ = try monitor.add([busy, guest("busy", as: "host-busy", memory: 8 << 20)])
    monitor.startAll()
    #expect(monitor.wait(timeout: 120_000_000_000) { guests.allSatisfy(\.lifecycle.isOver) })
    for guest in guests {
      #expect(guest.lifecycle == .stopped, "\(guest.name): \(guest.lifecycle)")
      let hash = guest.statistics.machine.traceHash
      #expect(hash != nil)
      #expect(try hash == alone(guest.description), "\(guest.name)")
    }
  }

  @Test("a guest that waits for input, is paused or ends holds up nobody", arguments: Arena.levels)
  func nobodyIsHeldUp(_ level: Isolation) throws {
    var configuration = MonitorConfiguration()
    configuration.workers = 2
    configuration.processExecution = Arena.processExecution
    let monitor = Monitor(configuration)
    defer { monitor.shutDown() }
    let descriptions = ["nest", "busy", "hello"].map { image in
      var description = guest(image, as: image, memory: 16 << 20)
      description.machine.clock = .virtual
      description.isolation = level
      return description
    }
    let guests = try monitor.add(descriptions)
    let (nest, busy) = (guests[0], guests[1])
    monitor.startAll()
    #expect(monitor.wait(timeout: 60_000_000_000) { nest.console.recent().ends(with: "nest> ") })
    try busy.pause()
    #expect(nest.type(Array("echo typed in\n".utf8)) == 14)
    #expect(monitor.wait(timeout: 60_000_000_000) { nest.console.recent().ends(with: "typed in\nnest> ") })
    try busy.resume()
    let before = busy.statistics.instructions
    let deadline = HostTime.now + 60_000_000_000
    while busy.statistics.instructions < before + 10_000_000, HostTime.now < deadline { usleep(1000) }
    #expect(busy.statistics.instructions >= before + 10_000_000)
    #expect(nest.lifecycle == .running && guests[2].lifecycle == .stopped)
  }
}

extension [UInt8] {
  fileprivate func ends(with text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
