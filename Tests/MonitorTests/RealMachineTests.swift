import Boards
import Foundation
import Monitor
import SystemBus
import Testing

/// Guests on the machines of this process.
@Suite("Real machines")
final class RealMachineTests {
  private let monitor: Monitor

  init() {
    var configuration = MonitorConfiguration()
    configuration.workers = 2
    monitor = Monitor(configuration)
  }

  deinit { monitor.shutDown() }

  private func start(_ descriptions: GuestDescription...) throws -> [Guest] {
    let guests = try monitor.add(descriptions)
    monitor.startAll()
    return guests
  }

  /// Waits for a minute at most.
  private func until(_ what: Comment, _ condition: @escaping () -> Bool) {
    #expect(monitor.wait(timeout: 60_000_000_000, until: condition), what)
  }

  private func awaitEnd(_ guests: [Guest]) { until("all are over") { guests.allSatisfy(\.lifecycle.isOver) } }

  @Test("hello says what it says, and stops")
  func hello() throws {
    let guests = try start(BuiltGuest.describe("hello"))
    awaitEnd(guests)
    #expect(guests[0].lifecycle == .stopped)
    #expect(guests[0].said.contains("\n"))
    let statistics = guests[0].statistics
    #expect(statistics.instructions > 0 && statistics.consoleBytes == guests[0].said.utf8.count)
    #expect(statistics.machine.deviceAccesses.contains { $0.writes >= statistics.consoleBytes })
  }

  @Test("eight guests at once each say what one alone says")
  func eight() throws {
    let alone = try start(BuiltGuest.describe("victim-short"))
    awaitEnd(alone)
    #expect(alone[0].said.hasSuffix("victim: intact\n"))
    let guests = try monitor.add((1...8).map { BuiltGuest.describe("victim-short", as: "victim-\($0)") })
    for guest in guests { try guest.start() }
    awaitEnd(guests)
    for guest in guests {
      #expect(guest.lifecycle == .stopped, "\(guest.name)")
      #expect(guest.said == alone[0].said, "\(guest.name)")
    }
  }

  @Test("while a guest is paused it executes nothing, and its time stands still")
  func pause() throws {
    let guests = try start(BuiltGuest.describe("realtime-short"), BuiltGuest.describe("busy"))
    let (realtime, busy) = (guests[0], guests[1])
    until("both run") { guests.allSatisfy { $0.lifecycle == .running } }
    while busy.statistics.instructions == 0 || realtime.statistics.wakeups < 10 { usleep(1000) }
    for guest in guests { try guest.pause() }
    // What is asked of a guest happens soon after: until it has looked the same for half a second, on a busy host too.
    var (before, looks) = ([UInt64.max], 0)
    while looks < 25 {
      let now = guests.map(\.statistics.instructions)
      looks = now == before ? looks + 1 : 0
      before = now
      usleep(20_000)
    }
    usleep(300_000)
    #expect(guests.map(\.statistics.instructions) == before)
    for guest in guests { try guest.resume() }
    // Its thousand periods of a millisecond take a second of its time, in which it sees no gap of 300 ms.
    until("it has measured") { realtime.lifecycle.isOver }
    #expect(realtime.lifecycle == .stopped, "\(realtime.said)")
    let longest = try #require(
      realtime.said.split(separator: "max=").last?.split(separator: "us").first.flatMap { Double($0) })
    #expect(longest < 250_000, "\(realtime.said)")
    #expect(busy.statistics.instructions > before[1])
  }

  @Test("what is typed arrives, in one piece, and is answered")
  func typing() throws {
    let nest = try start(BuiltGuest.describe("nest"))[0]
    until("its prompt") { nest.said.hasSuffix("nest> ") }
    nest.tell("echo typed in")
    until("an answer") { nest.said.hasSuffix("typed in\nnest> ") }
    #expect(nest.lifecycle == .running)
  }

  @Test("a reset starts the guest over")
  func reset() throws {
    let nest = try start(BuiltGuest.describe("nest"))[0]
    until("its prompt") { nest.said.hasSuffix("nest> ") }
    let greeting = nest.said
    try nest.reset()
    until("its prompt again") { nest.said == greeting + greeting }
    #expect(nest.statistics.machine.resets == 1)
    #expect(nest.statistics.restarts == 0)
  }

  @Test(
    "a guest's own end is told in words",
    arguments: [
      ("hostile/fail-code", "the guest failed with code 42"),
      ("hostile/fail-tohost", "the guest failed with code 1234"),
      ("hostile/fail-zero", "the guest failed with code 0"),
    ])
  func ownEnd(_ image: String, _ words: String) throws {
    let guests = try start(BuiltGuest.describe(image, as: "guest"))
    awaitEnd(guests)
    #expect(guests[0].lifecycle == .failed(reason: words))
  }

  @Test("a guest that hangs is told of, with the place", arguments: ["spin", "wfi-forever", "trap-loop"])
  func hang(_ image: String) throws {
    let guests = try start(BuiltGuest.describe("hostile/\(image)", as: "guest"))
    awaitEnd(guests)
    #expect(guests[0].lifecycle.reason?.hasPrefix("the guest hangs: ") == true)
    #expect(guests[0].lifecycle.reason?.contains("0x") == true)
  }

  @Test("a kernel that is not there is told of")
  func missing() throws {
    let guests = try start(BuiltGuest.describe("no-such-guest"))
    awaitEnd(guests)
    #expect(guests[0].lifecycle.reason?.hasPrefix("cannot be started: ") == true)
    #expect(guests[0].lifecycle.reason?.contains("no-such-guest.elf") == true)
  }

  @Test("idle guests use no processor time")
  func idle() throws {
    let guests = try monitor.add((1...20).map { BuiltGuest.describe("nest", as: "nest-\($0)") })
    monitor.startAll()
    until("their prompts") { guests.allSatisfy { $0.said.hasSuffix("nest> ") } }
    func slices() -> UInt64 { guests.reduce(0) { $0 + $1.statistics.slices } }
    var before = UInt64.max
    while before != slices() {
      before = slices()
      usleep(20_000)
    }
    usleep(500_000)
    #expect(slices() <= before + 20)
  }
}
