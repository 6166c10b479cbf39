import Harness
import Scenarios
import Testing
import YAMLReading

/// Whatever a file holds, reading it ends soon, with scenarios or with errors.
@Suite struct FuzzTests {
  private static let seed = """
    x-base: &base {image: "a b.elf", memory: 16M, append: '${A:-b} $$ "c"'}
    guests:
      linux: {<<: *base, harts: 4, symbols: [v], seed: 3, clock-rate: 2GIPS}
      nest: *base
    defaults: {timeout: 5s, not: [/panic/i, {text: /x/}], wall-limit: 1m, limit: 1h}
    scenarios:
      boots: &b
        guests: [linux, nest]
        matrix: {harts: [1, 4], word: ["a", '$A']}
        steps:
          - expect: ["login: ", '/v(?<n>[0-9]+)\\.(?<m>.)$/', {regex: "a|b"}]
            within: 250ms
            not: bad
            guest: linux
          - {sendline: "echo ${n} ${word}", guest: nest}
          - assert: [{register: a0, equals: 0x5}, {memory: x+4, text: "${m}"}]
            guest: linux
          - parallel: {linux: [{after: 1us}, pause], nest: [{exit: any}, {inject: {memory: y, bit: 3}}]}
          - repeat: 3
            steps: [{inject: power-cut, guest: nest}, {reset: linux}]
          - snapshot: here
          - fork: {a: [{assert: {csr: mepc, mask: -1, differs: 3}, guest: nest}], b: [{save: s, guest: linux}]}
      child: {start-from: here, steps: [{send: "${m}", guest: nest}, {assert: {diagnosis: "x"}, guest: nest}]}
    """

  private static let pieces: [String] = [
    "*base", "&b ", "<<: ", ": ", "- ", "? ", "[", "]", "{", "}", "\"", "'", "|\n", "#", "\t", "\n", "  ", "$", "${",
    "${n}",
    "$word", "~", "null", "99999999999999999999", "-1", "0x", "+", "/", "/i", "(", ")", "(?<", "\\", "é", "🐓",
    "snapshot: here",
    "start-from: boots", "start-from: child", "steps: []", "fork: {a: [reset]}", "repeat: 1000000", "harts: 9", "h",
    "us",
  ]

  @Test func mutatedFilesAreSafe() {
    var random = SplitMix(state: 20_260_202)
    var accepted = 0
    for _ in 0..<4000 {
      var bytes = Array(Self.seed.utf8)
      for _ in 0...random.below(3) { Self.mutate(&bytes, &random) }
      if Self.reads(bytes) { accepted += 1 }
    }
    // Mutations that are too harsh would test the first check only.
    #expect(accepted > 100)
  }

  @Test func theSeedIsAScenarioFile() throws { #expect(try file(Self.seed, ["A": "x"]).scenarios.count == 2) }

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

  /// Whether the file holds scenarios, which then have a plan. What is wrong with it otherwise must be words.
  private static func reads(_ bytes: [UInt8]) -> Bool {
    do throws(YAMLErrors) {
      let file = try ScenarioFile(yaml: bytes, path: "/f/x.yaml", environment: ["A": "x"])
      #expect(!TestPlan([file]).cases.isEmpty)
      return true
    } catch {
      #expect((1...YAMLErrors.limit).contains(error.errors.count))
      #expect(error.description.utf8.count < 100_000)
      return false
    }
  }

  /// What `Regex` cannot be trusted with is refused before.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      "(", "[", "[^", "[a", "(?:", "(?=", "(?<a>", "a|", "(a|", "a*", "a?", "{", "a{1,9}", "\\", "\\Q", "(?#", "[a&&",
      "[[:alpha:]",
      "\\p{", "\\N{", "(?i)", "^", "$", ".", "]", ")", "a{65535}", "\\u{1F413}", "(?>",
    ])
  func longExpressionsOfOneThingAreSafe(piece: String) {
    let text = String(repeating: piece, count: 4096 / piece.utf8.count)
    for text in [text, text + "]", "x" + text + ")"] {
      let pattern = try? Pattern(.regularExpression, Template(text)).consolePattern(with: [:])
      if let pattern, !piece.contains("*"), !piece.contains("?"), !piece.contains("{") {
        _ = pattern.firstMatch(in: Array("some output\n".utf8)[...])
      }
    }
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
