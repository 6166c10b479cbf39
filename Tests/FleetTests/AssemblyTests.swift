import Fleet
import Monitor
import Testing
import YAMLReading

@Suite struct AssemblyTests {
  // MARK: Defaults

  @Test func defaultsHoldWhereGuestsSayNothing() throws {
    let fleet = try fleet(
      """
      guests:
        a:
        b: {memory: 4M, console: {history: 8K}}
        c: {}
      defaults: {image: d.elf, memory: 2M, console: {log: logs/, history: 16K, rate: 1K}, stop: {send: bye, grace: 1s}}
      """)
    #expect(fleet.guests.map(\.boot.kernel) == ["/fleets/demo/d.elf", "/fleets/demo/d.elf", "/fleets/demo/d.elf"])
    #expect(fleet.guests.map(\.machine.memory) == [2 << 20, 4 << 20, 2 << 20])
    #expect(fleet.guests.map(\.console.history) == [16 << 10, 8 << 10, 16 << 10])
    #expect(fleet.guests.map(\.console.rate) == [1024, 1024, 1024])
    #expect(fleet.guests.map(\.console.log) == ["a", "b", "c"].map { "/fleets/demo/logs/\($0).log" })
    #expect(fleet.guests.map(\.stop.grace) == [1000, 1000, 1000])
  }

  @Test func errorsInDefaultsAreReportedOnce() throws {
    #expect(
      try errors("defaults: {harts: 0}\nguests: {a: {image: a}, b: {image: b}}")
        == ["1:19: harts: found '0'; expected a whole number from 1 to 8"])
    #expect(
      try errors("defaults: 5\nguests: {a: {image: a}}") == ["1:11: a guest: found '5'; expected a mapping of keys"])
  }

  // MARK: Snapshots

  @Test func aGuestGoesOnFromASnapshotOrBootsAnImage() throws {
    let fleet = try fleet(
      """
      defaults: {image: d.elf, memory: 2M, weight: 7}
      guests: {a: {snapshot: a.snapshot}, b: {image: b.elf}, c: {}}
      """)
    #expect(fleet.guests.map(\.snapshot) == ["/fleets/demo/a.snapshot", nil, nil])
    #expect(fleet.guests.map(\.boot.kernel) == ["", "/fleets/demo/b.elf", "/fleets/demo/d.elf"])
    #expect(fleet.guests.map(\.share.weight) == [7, 7, 7])
    let other = try self.fleetOfSnapshots()
    #expect(other.guests.map(\.snapshot) == ["/fleets/demo/d.snapshot", nil])
  }

  private func fleetOfSnapshots() throws -> Fleet {
    try fleet("defaults: {snapshot: d.snapshot}\nguests: {a: {}, b: {image: b.elf}}")
  }

  @Test func whatASnapshotDecidesIsNotSaidTwice() throws {
    #expect(
      try errors("guests: {a: {snapshot: s, memory: 1M}}") == [
        "1:27: memory: guest 'a' goes on from a snapshot, which decides that; leave one of them out"
      ])
    #expect(try errors("guests: {a: {snapshot: s, image: i, clock: virtual}}").count == 2)
  }

  // MARK: Copies

  @Test func makesCopies() throws {
    let fleet = try fleet("guests: {nest: {image: n, count: 1000, console: logs/}, other: {image: o, count: 1}}")
    #expect(fleet.guests.count == 1001)
    #expect(fleet.guests[0].name == "nest-1")
    #expect(fleet.guests[999].name == "nest-1000")
    #expect(fleet.guests[999].console.log == "/fleets/demo/logs/nest-1000.log")
    #expect(fleet.guests[1000].name == "other-1")
    #expect(try self.count("0") == 0)
  }

  private func count(_ text: String) throws -> Int { try fleet("guests: {a: {image: a, count: \(text)}}").guests.count }

  @Test func copiesHaveNamesOfTheirOwn() throws {
    #expect(
      try errors("guests: {a: {image: a, count: 3}, a-2: {image: b}}")
        == ["1:35: there is a guest 'a-2' already; give each its own name"])
    let long = String(repeating: "x", count: 62)
    #expect(
      try errors("guests: {\(long): {image: a, count: 1}}").first?.hasPrefix("1:10: found '\(long.prefix(60))…'")
        == true)
  }

  @Test func thereIsALimit() throws {
    #expect(try count("10000") == 10_000)
    #expect(
      try errors("guests: {a: {image: a, count: 9999}, b: {image: b, count: 2}}") == ["1:38: more than 10000 guests"])
  }

  @Test func logsAreNotShared() throws {
    #expect(
      try errors("guests: {a: {image: a, console: x}, b: {image: b, console: ./x}}") == [
        "1:37: guests 'a' and 'b' have the same log, /fleets/demo/x; name a folder, as in 'log: logs/', and each gets a "
          + "file of its own there"
      ])
  }

  @Test func pinsAreWorkersThatThereAre() throws {
    #expect(
      try errors("workers: 2\nguests: {a: {image: a, pin: 2}}")
        == ["2:10: pin: guest 'a' cannot be pinned to worker 2: there are workers 0 to 1"])
    #expect(try fleet("guests: {a: {image: a, pin: 2}}").guests[0].share.pin == 2)
  }

  // MARK: Dependencies

  private func dependencies(_ text: String) throws -> [Dependency] {
    let fleet = try fleet(
      "guests:\n  a: {image: a}\n  b: {image: b, count: 2}\n  c:\n    image: c\n    depends-on: \(text)")
    return try #require(fleet.guests.last).dependencies
  }

  @Test func readsDependenciesInEachForm() throws {
    let a = Dependency(guest: "a")
    #expect(try dependencies("a") == [a])
    #expect(try dependencies("[a]") == [a])
    #expect(try dependencies("[a, b-2]") == [a, Dependency(guest: "b-2")])
    #expect(try dependencies("[{guest: a, line: up}]") == [Dependency(guest: "a", line: "up")])
    #expect(try dependencies("[{guest: a}]") == [a])
    #expect(try dependencies("{a: }") == [a])
    #expect(try dependencies("{a: {line: up}}") == [Dependency(guest: "a", line: "up")])
    #expect(try dependencies("[]") == [])
    #expect(
      try dependencies("{b: {line: up}}") == [
        Dependency(guest: "b-1", line: "up"), Dependency(guest: "b-2", line: "up"),
      ])
  }

  @Test(
    arguments: [
      ("[{line: up}]", "6:18: a dependency needs the key 'guest'"),
      ("[{guest: a, lnie: up}]", "6:29: unknown key 'lnie' in a dependency; did you mean 'line'?"),
      ("{a: {guest: b}}", "6:22: unknown key 'guest' in a dependency; there are: line"),
      ("{a: up}", "6:21: a dependency: found 'up'; expected a mapping of keys"),
      (
        "[[a]]",
        "6:18: depends-on: found a list; expected a name of letters, digits, '.', '_' and '-', at most 63, a letter or digit first"
      ),
      ("[a, a]", "6:21: guest 'c' depends on 'a' twice; remove one"),
      ("[b, b-1]", "6:21: guest 'c' depends on 'b-1' twice; remove one"),
      ("[x]", "6:18: guest 'c' depends on 'x', but there is no such guest"),
      ("[A]", "6:18: guest 'c' depends on 'A', but there is no such guest; did you mean 'a'?"),
      ("[b-3]", "6:18: guest 'c' depends on 'b-3', but there is no such guest"),
      ("[c]", "6:18: guests wait for each other: c -> c"),
    ])
  func refusesOtherDependencies(text: String, message: String) throws {
    let found = try #require(throws: YAMLErrors.self) { try dependencies(text) }
    #expect(found.description == "/fleets/demo/fleet.yaml:" + message)
  }

  @Test func findsCircles() throws {
    #expect(
      try errors(
        """
        guests:
          a: {image: a, depends-on: [b]}
          b: {image: b, depends-on: [c, d]}
          c: {image: c}
          d: {image: d, depends-on: [c, a]}
        """) == ["5:33: guests wait for each other: a -> b -> d -> a"])
  }

  @Test func diamondsAndLongChainsAreNoCircles() throws {
    let chain = (1..<5000).map { "  g\($0): {image: a, depends-on: [g\($0 - 1)]}\n" }.joined()
    #expect(try fleet("guests:\n  g0: {image: a}\n" + chain).guests.count == 5000)
    #expect(
      try fleet(
        "guests: {a: {image: a, depends-on: [b, c]}, b: {image: b, depends-on: d}, c: {image: c, depends-on: d}, d: {image: d}}"
      )
      .guests.count == 4)
  }

  @Test func whatAllWaitForDoesNotWaitForItself() throws {
    let guests = try fleet("defaults: {image: a, depends-on: [first]}\nguests: {first: {}, second: {}}").guests
    #expect(guests.map(\.dependencies) == [[], [Dependency(guest: "first")]])
  }

  @Test func dependenciesHaveALimit() throws {
    let text = "guests: {a: {image: a, count: 400}, b: {image: b, count: 400, depends-on: a}}"
    #expect(try errors(text) == ["1:37: more than 100000 dependencies"])
  }
}
