import Fleet
import Testing

@Suite struct FleetKeyTests {
  private let guests = "guests: {a: {image: a}}\n"

  @Test func readsLimits() throws {
    let fleet = try fleet(guests + "workers: 256\nmemory-limit: 1M\nname: x.y_z-0\n")
    #expect(fleet.workers == 256)
    #expect(fleet.memoryLimit == 1 << 20)
    #expect(fleet.name == "x.y_z-0")
  }

  @Test(arguments: ["workers: 0", "workers: 257", "memory-limit: 1K", "memory-limit: all", "name: -x", "name: ''"])
  func refusesOthers(line: String) throws {
    #expect(try errors(guests + line).count == 1)
  }

  @Test(arguments: ["guests:", "guests: {}", "guests: []", "guests: a"])
  func needsGuests(line: String) throws {
    #expect(try errors(line).first?.contains("expected a mapping of names to guests, at least one") == true)
  }

  @Test(arguments: ["", "# nothing", "---", "x-a: 1", "name: a"])
  func needsTheKeyGuests(text: String) throws {
    let found = try errors(text)
    #expect(found.count == 1)
    #expect(found[0].hasSuffix("a fleet needs the key 'guests'") || found[0].contains("found nothing"))
  }

  @Test(arguments: ["- a\n- b", "just text", "42"])
  func needsAMapping(text: String) throws {
    #expect(try errors(text).first?.hasPrefix("1:1: a fleet: found ") == true)
  }
}
