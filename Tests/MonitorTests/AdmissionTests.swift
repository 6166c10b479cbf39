import Monitor
import Testing

@Suite("What a monitor takes in")
struct AdmissionTests {
  typealias Change = @Sendable (inout GuestDescription) -> Void

  private static let noName =
    "cannot name a guest: expected letters, digits, '.', '_' and '-', at most 63, a letter or digit first"
  private static func realtime(_ percent: Double) -> Change {
    { description in
      description.share.latency = .realtime
      description.share.cap = .percent(percent)
    }
  }

  static let refusals: [(change: Change, words: String)] = [
    ({ $0.name = "-x" }, "'-x' \(noName)"),
    ({ $0.name = "" }, "'' \(noName)"),
    ({ $0.name = "fine" }, "there is a guest 'fine' already; give each its own name"),
    ({ $0.name = "old" }, "there is a guest 'old' already; give each its own name"),
    ({ $0.share.weight = 0 }, "odd: weight 0 is not between 1 and 10000"),
    ({ $0.share.weight = 10_001 }, "odd: weight 10001 is not between 1 and 10000"),
    ({ $0.share.cap = .percent(0) }, "odd: a cap must be 0.01 to 100 percent, or 0.001 to 1000000 MIPS"),
    ({ $0.share.cap = .percent(100.5) }, "odd: a cap must be 0.01 to 100 percent, or 0.001 to 1000000 MIPS"),
    ({ $0.share.cap = .percent(.nan) }, "odd: a cap must be 0.01 to 100 percent, or 0.001 to 1000000 MIPS"),
    ({ $0.share.cap = .mips(-1) }, "odd: a cap must be 0.01 to 100 percent, or 0.001 to 1000000 MIPS"),
    ({ $0.share.cap = .mips(.infinity) }, "odd: a cap must be 0.01 to 100 percent, or 0.001 to 1000000 MIPS"),
    ({ $0.share.pin = 2 }, "odd: cannot be pinned to worker 2: there are workers 0 to 1"),
    ({ $0.share.pin = -1 }, "odd: cannot be pinned to worker -1: there are workers 0 to 1"),
    ({ $0.machine.harts = 9 }, "odd: a machine has 1 to 8 harts, not 9"),
    ({ $0.machine.memory = 4095 }, "odd: 4095 bytes of RAM: expected a multiple of 4096 from 64 KiB to 2 GiB"),
    ({ $0.dependencies = [Dependency(guest: "nobody")] }, "odd: depends on 'nobody', but there is no such guest"),
    ({ $0.dependencies = [Dependency(guest: "odd")] }, "guests wait for each other: odd -> odd"),
    (
      { $0.isolation = .process },
      "odd: isolation 'process' is not available: this host or this program does not offer it"
    ),
    (
      realtime(100),
      "real-time guests may use 240 % of a core together, but only 180 % is allowed, so that others are not starved; "
        + "give them a smaller cap (without one it is 80 %)"
    ),
  ]

  @Test("a description that cannot be is refused in words, and none of its companions is taken in", arguments: refusals)
  func refused(_ change: Change, _ words: String) throws {
    let laboratory = Laboratory()
    _ = try laboratory.add("old") { $0.share.latency = .realtime }
    _ = try laboratory.add("older", "sleep", Self.realtime(60))
    let error = #expect(throws: MonitorError.self) {
      _ = try laboratory.monitor.add([Laboratory.describe("fine"), Laboratory.describe("odd", "sleep", change)])
    }
    #expect(error?.description == words)
    #expect(laboratory.monitor.guests.map(\.name) == ["old", "older"])
  }

  @Test("guests that wait for each other in a ring are named in order")
  func ring() throws {
    let laboratory = Laboratory()
    let error = #expect(throws: MonitorError.self) {
      _ = try laboratory.monitor.add([
        Laboratory.describe("a") { $0.dependencies = [Dependency(guest: "b")] },
        Laboratory.describe("b") { $0.dependencies = [Dependency(guest: "c")] },
        Laboratory.describe("c") { $0.dependencies = [Dependency(guest: "a")] },
      ])
    }
    #expect(error?.description == "guests wait for each other: a -> b -> c -> a")
  }

  @Test("memory is admitted at the start, to the last byte, and given back at every end")
  func memory() throws {
    let laboratory = Laboratory(memory: 3)
    let guests = try ["sleep", "sleep", "sleep", "sleep"].enumerated().map { try laboratory.add("g\($0)", $1) }
    #expect(laboratory.monitor.statistics.memoryLimit == 3 << 20)
    for guest in guests.prefix(3) { try guest.start() }
    #expect(laboratory.monitor.statistics.memoryAdmitted == 3 << 20)
    let refusal = MonitorError.noMemory(guest: "g3", needed: 1 << 20, used: 3 << 20, limit: 3 << 20)
    #expect(throws: refusal) { try guests[3].start() }
    #expect(
      refusal.description == "g3: needs 1 MiB, but guests have 3 MiB of the 3 MiB that they may use together; "
        + "stop one, give it less memory, or raise the limit")
    #expect(guests[3].lifecycle == .created)
    try guests[0].kill()
    // As soon as one is seen to have stopped, its memory is there.
    laboratory.until(guests[0], is: "stopped")
    try guests[3].start()
    guests[1].tell("fail 1")
    laboratory.until(guests[1], is: "failed")
    try laboratory.monitor.remove(guests[1])
    #expect(laboratory.monitor.statistics.memoryAdmitted == 2 << 20)
  }

  @Test("whom there is no memory for fails with that reason when all are started")
  func startAllWithoutMemory() throws {
    let laboratory = Laboratory(memory: 1)
    let first = try laboratory.add("first")
    let second = try laboratory.add("second")
    laboratory.monitor.startAll()
    laboratory.until(second, is: "failed")
    #expect(first.lifecycle == .running)
    #expect(second.lifecycle.reason?.hasPrefix("second: needs 1 MiB, but guests have 1 MiB of the 1 MiB") == true)
  }

  @Test("a name is free again once its guest was removed")
  func removal() throws {
    let laboratory = Laboratory()
    for turn in 1...50 {
      let guest = try laboratory.add()
      try guest.start()
      laboratory.untilQuietly("it has started") { laboratory.journal(guest).count("made") == turn }
      #expect(throws: MonitorError.notPossible(guest: "guest", action: "remove", state: "running")) {
        try laboratory.monitor.remove(guest)
      }
      try guest.kill()
      laboratory.until(guest, is: "stopped")
      try laboratory.monitor.remove(guest)
      #expect(laboratory.monitor.guests.isEmpty)
      #expect(guest.type([1]) == 0)
    }
  }
}
