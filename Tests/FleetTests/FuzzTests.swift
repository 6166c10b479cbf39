import Fleet
import Testing
import YAMLReading

/// Whatever a file holds, reading it ends soon, with a fleet or with errors.
@Suite struct FuzzTests {
  private static let seeds: [String] = [
    """
    name: farm
    workers: 2
    memory-limit: 4G
    x-base: &base {image: "a b.elf", memory: 16M, append: '${A:-b} $$ "c"'}
    defaults: {restart: on-failure:5, console: {log: logs/, history: 8K}}
    guests:
      linux: &l
        <<: [*base, {harts: 2}]
        initrd: ./initramfs
        cap: 50%
        latency: realtime
        pin: 1
        isolation: process
        stop: {send: "poweroff\\n", grace: 5s}
        depends-on:
          nest: {line: ready}
      nest:
        image: /guests/nest.bin@0x80000000
        count: 3
        load:
          - user.elf
          - data.bin@0x81000000
        append: |
          several
          lines
      other: *l
      last: {image: x, depends-on: [linux, {guest: nest-1, line: "x"}], cap: 20 MIPS}
    """,
    "{\"guests\": {\"a\": {\"image\": \"a\", \"harts\": 2, \"load\": [\"b\", \"c@5\"]}, \"b\": {\"image\": \"b\"}}}",
  ]

  private static let pieces: [String] = [
    "*base", "&base ", "<<: ", "*l", ": ", "- ", "? ", "[", "]", "{", "}", "\"", "'", "|\n", ">\n", "#", "!", "!!str ",
    "%",
    "---\n", "...\n", "\t", "\n", "\r", "  ", "$", "${", "${A}", "~", "null", "99999999999999999999", "-1", "\u{0}",
    "\u{FEFF}", "\u{10FFFD}", "\u{F0041}", "é", "🐓", "\\x", "\"\\uD800\"", "@", "`", ",", "a:\n  b:\n", "memory: ",
    "a: a\n",
  ]

  @Test func mutatedFilesAreSafe() {
    var random = SplitMix(state: 20_260_101)
    var accepted = 0
    for _ in 0..<4000 {
      var bytes = Array(Self.seeds[random.below(Self.seeds.count)].utf8)
      for _ in 0...random.below(3) { Self.mutate(&bytes, &random) }
      if Self.reads(bytes) { accepted += 1 }
    }
    // Mutations that are too harsh would test the first check only.
    #expect(accepted > 100)
  }

  private static func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
    let place = random.below(bytes.count + 1)
    let length = min(random.below(20), bytes.count - place)
    switch random.below(6) {
    case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(random.below(8))
    case 1 where place < bytes.count: bytes[place] = UInt8(random.below(256))
    case 2: bytes.removeSubrange(place..<place + length)
    case 3: bytes.insert(contentsOf: bytes[place..<place + length], at: random.below(bytes.count + 1))
    default: bytes.insert(contentsOf: pieces[random.below(pieces.count)].utf8, at: place)
    }
  }

  /// Whether the file is a fleet. What is wrong with it otherwise must be words, and a sensible number of them.
  private static func reads(_ bytes: [UInt8]) -> Bool {
    do throws(YAMLErrors) {
      _ = try Fleet(yaml: bytes, path: "/f/fleet.yaml", environment: ["A": "x"])
      return true
    } catch {
      #expect((1...YAMLErrors.limit).contains(error.errors.count))
      #expect(error.description.utf8.count < 100_000)
      return false
    }
  }

  // MARK: Attacks

  @Test(.timeLimit(.minutes(1))) func bombsOfAliasesAreRefused() throws {
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      bomb += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
    }
    #expect(try errors(bomb).count == 1)
    #expect(try errors(bomb)[0].hasSuffix("more than 500000 values, counting what aliases stand for"))
    #expect(try errors(bomb + "? *a30\n: 1\n").count == 1)
    var merges = "a0: &a0 {k: 1}\n"
    for level in 1...30 { merges += "a\(level): &a\(level) {<<: [*a\(level - 1), *a\(level - 1)], k\(level): 1}\n" }
    #expect(try errors(merges)[0].hasSuffix("more than 500000 values, counting what aliases stand for"))
  }

  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      "[", "{", "- ", "? ", "a: {", "{a: [", "- - ? ", "&a ", "!a ", "&a [", "\"", "{? [", "[{", ": ", "*a ", "{{",
      "[]: ",
      "${A:-", "a: |\n ", "#", "a: b\n", "- a\n", "\n", " ", "a,", "<<: ", "%", "\u{2028}", "a:\n ", "[a, ",
    ])
  func largeFilesOfOneThingEndSoon(piece: String) {
    let size = 64 << 10
    let count = size / piece.utf8.count
    for prefix in [
      "", "guests: {a: {image: [", String(repeating: "[", count: 12), String(repeating: "{a: ", count: 12),
    ] {
      let text = prefix + String(repeating: piece, count: count)
      #expect(!Self.reads(Array(text.utf8.prefix(size))))
    }
  }

  @Test(.timeLimit(.minutes(1))) func theWorstFilesEndSoon() {
    // Keys that Yams hashes once for each level, and keys after each of which it must be asked again.
    let list = "[" + String(repeating: "a,", count: 500_000) + "]"
    let nested = String(repeating: "{", count: 14) + list + String(repeating: "}", count: 14)
    #expect(!Self.reads(Array(nested.utf8)))
    #expect(!Self.reads(Array(String(repeating: "a: b\n", count: 200_000).utf8)))
  }

  @Test(.timeLimit(.minutes(1))) func manyErrorsAreFewLines() throws {
    let guests = (0..<20_000).map { "  g\($0): {wieght: \($0), depends-on: [x\($0)]}\n" }.joined()
    let errors = try #require(throws: YAMLErrors.self) { try fleet("guests:\n" + guests) }
    #expect(errors.errors.count == 20)
    #expect(errors.omitted > 1000)
    let keys = (0..<30_000).map { "k\($0): *x\($0)\n" }.joined()
    #expect(try #require(throws: YAMLErrors.self) { try fleet(keys) }.errors.count == 20)
  }

  @Test func filesOfMoreThanAMebibyteAreRefused() throws {
    let errors = try errors(String(repeating: " ", count: Fleet.sizeLimit + 1))
    #expect(errors.count == 1)
    #expect(errors[0].hasSuffix(" is 1048577 bytes long; at most 1 MiB can be loaded here"))
  }
}

/// The generator of Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
private struct SplitMix {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return Int(truncatingIfNeeded: (mixed ^ mixed >> 31) % UInt64(max(bound, 1)))
  }
}
