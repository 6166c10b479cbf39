import Monitor
import Testing

/// Each hostile guest next to a victim that notices when anyone touches its memory, its time, its timer or its input.
@Suite("Isolation")
struct IsolationTests {
  private let alone: [UInt8]

  init() throws { alone = try Self.output.get() }

  private static let output = Result {
    let (output, end) = try Arena.alone(Arena.victim)
    try #require(end == .stopped)
    try #require(String(decoding: output, as: UTF8.self).hasSuffix("victim: intact\n"))
    return output
  }

  @Test("beside a hostile guest, each on a worker of its own", arguments: Zoo.all, Arena.levels)
  func side(_ attacker: HostileGuest, _ level: Isolation) throws {
    try check(try Arena(attacker, level, workers: 2), attacker)
  }

  @Test("in turns with a hostile guest of the same weight", arguments: Zoo.all, Arena.levels)
  func turns(_ attacker: HostileGuest, _ level: Isolation) throws {
    try check(try Arena(attacker, level, workers: 1), attacker)
  }

  @Test("a busy guest of three times the weight gets three times as much", arguments: Zoo.all, Arena.levels)
  func share(_ attacker: HostileGuest, _ level: Isolation) throws {
    var busy = guest("busy", as: "busy", memory: 8 << 20)
    busy.share.weight = 300
    let arena = try Arena(attacker, level, workers: 1, beside: busy)
    arena.monitor.startAll()
    // Processor time, which a busy host takes from neither. Some slices, and what a start takes, are never evened out.
    var used: (hostile: UInt64, busy: UInt64) = (0, 0)
    let isLongEnough = arena.sees {
      used = (arena.hostile.statistics.processorTime, arena.victim.statistics.processorTime)
      return used.busy > 100_000_000
    }
    #expect(isLongEnough, "\(arena.victim.lifecycle)")
    let fair = used.busy / 3 + used.busy / 100 + 10_000_000
    #expect(used.hostile <= fair, "\(used.hostile / 1000) µs against \(used.busy / 1000) µs")
  }

  private func check(_ arena: Arena, _ attacker: HostileGuest) throws {
    let (monitor, hostile, victim) = (arena.monitor, arena.hostile, arena.victim)
    monitor.startAll()
    #expect(arena.wait { victim.lifecycle.isOver }, "the victim does not come to its end: \(text(victim))")
    #expect(victim.lifecycle == .stopped, "\(text(victim))")
    #expect(victim.console.recent() == alone, "\(text(victim))")

    let third = try monitor.add([guest("hello", as: "third", memory: 1 << 20)])[0]
    try third.start()
    #expect(arena.wait { third.lifecycle.isOver }, "nothing can be started any more")
    #expect(third.lifecycle == .stopped)
    #expect(text(third) == "hello: one hart, no kernel, nothing but RV32I\n")

    try checkEnd(arena, attacker)
    monitor.shutDown()
    #expect(!hostile.lifecycle.isAlive)
    #expect(monitor.statistics.memoryAdmitted == 0)
    #expect(hostile.console.recent().count <= hostile.description.console.history)
  }

  private func checkEnd(_ arena: Arena, _ attacker: HostileGuest) throws {
    let hostile = arena.hostile
    if attacker.end != .runs, attacker.end != .resets {
      #expect(arena.wait { hostile.lifecycle.isOver }, "it does not come to its end")
    }
    let lifecycle = hostile.lifecycle
    switch attacker.end {
    case .passed: #expect(lifecycle == .stopped)
    case .failed(let code): #expect(lifecycle == .failed(reason: "the guest failed with code \(code)"))
    case .hung: #expect(lifecycle.word == "failed" && lifecycle.reason?.hasPrefix("the guest hangs: ") == true)
    case .runs, .resets:
      #expect(lifecycle == .running)
      if attacker.end == .resets { #expect(arena.sees { hostile.statistics.machine.resets > 0 }) }
      try hostile.kill()
      #expect(arena.wait { hostile.lifecycle == .stopped }, "it cannot be killed")
    }
  }

  private func text(_ guest: Guest) -> String { String(decoding: guest.console.recent(), as: UTF8.self) }
}
