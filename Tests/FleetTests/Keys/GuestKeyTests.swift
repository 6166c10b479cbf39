import Boards
import Fleet
import Monitor
import Testing

@Suite struct GuestKeyTests {
  @Test(
    arguments: [
      ("64K", 64 << 10), ("1M", 1 << 20), ("1MiB", 1 << 20), ("2G", 2 << 30), ("131072", 131_072), ("'8m'", 8 << 20),
    ] as [(String, UInt64)])
  func readsMemory(text: String, bytes: UInt64) throws {
    #expect(try guest("memory: \(text)").machine.memory == bytes)
  }

  @Test(arguments: ["32K", "3G", "100000", "lots", "-1M", "1.5M", "''", "64 M", "99999999999999999999"])
  func refusesOtherMemory(text: String) throws {
    let found = try guestErrors("memory: \(text)")
    #expect(found.count == 1)
    #expect(found[0].hasPrefix("4:13: memory: found '"))
    #expect(found[0].hasSuffix("; expected a size from 64K to 2G in pages of 4K, such as 64M"))
  }

  @Test(
    arguments: [
      ("50%", .percent(50)), ("0.5%", .percent(0.5)), ("100 %", .percent(100)), ("20 MIPS", .mips(20)),
      ("1.25MIPS", .mips(1.25)),
    ] as [(String, ProcessorCap)])
  func readsCaps(text: String, cap: ProcessorCap) throws {
    #expect(try guest("cap: \(text)").share.cap == cap)
  }

  @Test(arguments: ["50", "0%", "101%", "-5%", "1e3%", ".5%", "5.%", "1.2.3%", "20 mips", "20 BIPS", "0 MIPS", "nan%"])
  func refusesOtherCaps(text: String) throws {
    #expect(
      try guestErrors("cap: \(text)") == [
        "4:10: cap: found '\(text)'; expected a part of a core such as 50% (at most 100%), or a speed such as 20 MIPS"
      ])
  }

  @Test(
    arguments: [
      ("never", .never), ("no", .never), ("\"no\"", .never), ("always", .always),
      ("on-failure", .onFailure(limit: nil)),
      ("on-failure:5", .onFailure(limit: 5)), ("on-failure:0", .onFailure(limit: 0)),
    ] as [(String, RestartPolicy)])
  func readsRestartPolicies(text: String, policy: RestartPolicy) throws {
    #expect(try guest("restart: \(text)").restart == policy)
  }

  @Test(arguments: ["sometimes", "on-failure:", "on-failure:-1", "on-failure:+1", "always:3", "on-failure:4294967296"])
  func refusesOtherRestartPolicies(text: String) throws {
    #expect(try guestErrors("restart: '\(text)'").first?.hasPrefix("4:14: restart: found '\(text)'; expected") == true)
  }

  @Test(arguments: [
    ("weight", "0"), ("weight", "10001"), ("harts", "0"), ("harts", "9"), ("pin", "-1"), ("pin", "256"),
  ])
  func keepsNumbersInTheirRanges(key: String, text: String) throws {
    #expect(
      try guestErrors("\(key): \(text)").first?.contains("\(key): found '\(text)'; expected a whole number") == true)
  }

  @Test func readsNumbersAtTheEndsOfTheirRanges() throws {
    #expect(try guest("weight: 1").share.weight == 1)
    #expect(try guest("weight: 10000").share.weight == 10_000)
    #expect(try guest("harts: 8").machine.harts == 8)
    #expect(try guest("pin: 0").share.pin == 0)
  }

  @Test(arguments: ["0x10", "1_000", "+5", "5.0", "5 ", "yes", "٣"])
  func refusesNumbersWrittenOtherwise(text: String) throws {
    #expect(try guestErrors("weight: '\(text)'").count == 1)
  }

  @Test func refusesOtherChoices() throws {
    #expect(try guestErrors("latency: fast") == ["4:14: latency: found 'fast'; expected normal or realtime"])
    #expect(try guestErrors("isolation: full") == ["4:16: isolation: found 'full'; expected thread or process"])
  }

  @Test func timeIsTheHostsOrTheGuestsOwn() throws {
    #expect(try guest("").machine.clock == .host)
    let machine = try guest("clock: virtual\nclock-rate: 62.5MIPS\nseed: 7").machine
    #expect(machine.clock == .virtual && machine.seed == 7)
    #expect(machine.clockRate?.instructionsPerSecond == 62_500_000)
    #expect(try guest("clock: virtual\nclock-rate: 50").machine.clockRate?.instructionsPerSecond == 50_000_000)
    for wrong in ["clock: quartz", "clock-rate: 0", "clock-rate: fast", "seed: -1", "seed: x"] {
      #expect(try guestErrors(wrong).count == 1, "\(wrong)")
    }
  }

  @Test func saysWhatIsWrongWithAnISA() throws {
    #expect(try guestErrors("isa: rv64gc").first?.contains("only 32-bit machines are supported") == true)
    #expect(
      try guestErrors("isa: rv32iq").first?.hasPrefix("4:10: isa: ISA string 'rv32iq' names extension 'q'") == true)
  }

  @Test func saysWhatIsWrongWithAnAddress() throws {
    let found = try errors("guests: {a: {image: 'a.bin@0xZZ'}}")
    #expect(
      found == [
        "1:21: image: a.bin@0xZZ: '0xZZ' is no address; write FILE@ADDRESS with a 32-bit number such as 0x80400000"
      ])
  }

  @Test func consoleMayBeJustALog() throws {
    #expect(try guest("console: out.log").console.log == "/fleets/demo/out.log")
    #expect(try guest("console: {history: 4K}").console.log == nil)
  }

  @Test func stopMayBeJustAText() throws {
    #expect(try guest("stop: \"halt\\n\"").stop == StopPolicy(send: "halt\n", grace: 10_000))
    #expect(try guest("stop: {grace: 500ms}").stop == StopPolicy(send: nil, grace: 500))
    #expect(
      try guestErrors("stop: {grace: soon}").first?.contains("grace: found 'soon'; expected a time such as") == true)
  }

  @Test func loadMayBeOneFile() throws {
    #expect(try guest("load: b.elf").boot.load == ["/fleets/demo/b.elf"])
    #expect(try guestErrors("load: [b.elf, [c.elf]]") == ["4:19: load: found a list; expected a file, or FILE@ADDRESS"])
    let many = try guestErrors("load: [\(Array(repeating: "b", count: 65).joined(separator: ","))]")
    #expect(many == ["4:11: load: found 65 of them; expected a list of at most 64: a file, or FILE@ADDRESS"])
  }

  @Test func firmwareMayBeAWordOrAFile() throws {
    #expect(try guest("firmware: none").boot.firmware == "none")
    #expect(try guest("firmware: builtin").boot.firmware == "builtin")
    #expect(try guest("firmware: fw.bin").boot.firmware == "/fleets/demo/fw.bin")
  }

  @Test func pathsStartFromTheFolderOfTheFile() throws {
    #expect(try guest("initrd: ./x/../y").boot.initrd == "/fleets/demo/x/../y")
    #expect(try guest("initrd: /abs/x").boot.initrd == "/abs/x")
    #expect(try Fleet(yaml: "guests: {a: {image: a}}".utf8, path: "/fleet.yaml").guests[0].boot.kernel == "/a")
    let relative = try Fleet(yaml: "guests: {a: {image: a}}".utf8, path: "sub/fleet.yaml").guests[0].boot.kernel
    #expect(relative.hasPrefix("/") && relative.hasSuffix("/sub/a"))
  }

  @Test func nullTakesBackWhatDefaultsSay() throws {
    let fleet = try fleet(
      """
      defaults: {initrd: i, append: x, cap: 5%, console: {log: l}, stop: halt}
      guests:
        a: {image: a, initrd: null, append: ~, cap: null, console: {log: null}, stop: {send: null}}
      """)
    #expect(fleet.guests == [GuestDescription(name: "a", boot: BootDescription(kernel: "/fleets/demo/a"))])
  }

  @Test(arguments: ["memory:", "memory: null", "memory: ~", "initrd:", "memory: []", "memory: {}", "memory: [1M]"])
  func refusesNothingAndCollections(text: String) throws {
    let found = try guestErrors(text)
    #expect(found.count == 1)
    #expect(found[0].contains(": found "))
  }

  @Test func knowsWhatKeysAreCalledElsewhere() throws {
    for (other, key) in [
      ("kernel", "image"), ("replicas", "count"), ("cpus", "harts"), ("depends_on", "depends-on"), ("Memory", "memory"),
    ] {
      #expect(
        try guestErrors("\(other): 1") == ["4:5: unknown key '\(other)' in a guest; did you mean '\(key)'?"])
    }
    #expect(
      try errors("services: {}") == [
        "1:1: unknown key 'services' in a fleet; did you mean 'guests'?", "1:1: a fleet needs the key 'guests'",
      ])
  }

  @Test func listsTheKeysWhenNoneIsNear() throws {
    #expect(
      try guestErrors("stop: {xylophone: 1}") == ["4:12: unknown key 'xylophone' in a stop; there are: send, grace"])
  }
}
