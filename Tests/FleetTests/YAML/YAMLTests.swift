import Fleet
import Testing
import YAMLReading

@Suite struct YAMLTests {
  // MARK: Aliases and merge keys

  @Test func resolvesAliasesAndMergeKeys() throws {
    let fleet = try fleet(
      """
      x-base: &base
        image: a.elf
        memory: 16M
        append: &words one two
      x-more: &more {memory: 32M, harts: 2}
      guests:
        a: *base
        b:
          <<: *base
          memory: 8M
        c:
          <<: [*more, *base]
          initrd: *words
        d: {<<: [*base, {harts: 3}]}
      """)
    #expect(fleet.guests.map(\.machine.memory) == [16 << 20, 8 << 20, 32 << 20, 16 << 20])
    #expect(fleet.guests.map(\.machine.harts) == [1, 1, 2, 3])
    #expect(fleet.guests.map(\.boot.append) == ["one two", "one two", "one two", "one two"])
    #expect(fleet.guests[2].boot.initrd == "/fleets/demo/one two")
  }

  @Test func anAliasMayBeAKey() throws {
    let fleet = try fleet("x-k: &k memory\nguests: {a: {image: a, *k : 1M}}")
    #expect(fleet.guests[0].machine.memory == 1 << 20)
  }

  @Test func reportsAnErrorBehindAnAliasOnce() throws {
    let found = try errors("x-b: &b {image: a, harts: 99}\nguests: {a: *b, b: *b, c: {<<: *b}}")
    #expect(found == ["1:27: harts: found '99'; expected a whole number from 1 to 8"])
  }

  @Test func reportsUnknownAliases() throws {
    let found = try errors("x-b: &base {image: a}\nguests: {a: *bsae, b: {image: b, memory: *m}}")
    #expect(
      found == [
        "2:13: no anchor before the alias '*bsae'; did you mean '*base'?", "2:42: no anchor before the alias '*m'",
      ])
    #expect(try errors("guests: &g {a: *g}") == ["1:16: no anchor before the alias '*g'"])
    #expect(try errors("guests: *g") == ["1:9: no anchor before the alias '*g'"])
    #expect(try guestErrors("<<: *g\n*h : 1\ndepends-on: *i\nload: [*j]\nconsole: *k").count == 5)
  }

  @Test func refusesToMergeOtherThings() throws {
    #expect(
      try errors("guests: {a: {<<: 5, image: a}}") == ["1:18: only mappings can be merged with <<, such as '<<: *base'"]
    )
  }

  @Test func starsAreOtherwiseLettersLikeAnyOther() throws {
    let guest = try guest("append: 'a*b *c'\nstop: \"*\"\ninitrd: a*b\nconsole: |-\n  *x\ndtb: >-\n  x *y")
    #expect(guest.boot.append == "a*b *c")
    #expect(guest.stop.send == "*")
    #expect(guest.boot.initrd == "/fleets/demo/a*b")
    #expect(guest.console.log == "/fleets/demo/*x")
    #expect(guest.boot.deviceTree == "/fleets/demo/x *y")
  }

  // MARK: Duplicates

  @Test func reportsEveryDuplicateKey() throws {
    let found = try errors(
      """
      guests:
        a:
          image: a
          memory: 1M
          "image": b
          memory: 2M
          memory: 3M
          wieght: 1
        'a': {image: b}
        b: {image: a, image: a}
      """)
    #expect(
      found == [
        "5:5: 'image' is there twice, first in line 3; remove one",
        "6:5: 'memory' is there twice, first in line 4; remove one",
        "7:5: 'memory' is there twice, first in line 6; remove one",
        "8:5: unknown key 'wieght' in a guest; did you mean 'weight'?",
        "9:3: 'a' is there twice, first in line 2; remove one",
        "10:17: 'image' is there twice, first in line 10; remove one",
      ])
  }

  @Test(arguments: [
    "<<: {image: a}\n    <<: {image: b}", "? [x]\n    : 1\n    ? [x]\n    : 2", "&k image: a\n    image: b",
    "7: 1\n    7: 2",
  ])
  func reportsUnusualDuplicates(keys: String) throws {
    #expect(try errors("guests:\n  a:\n    \(keys)").contains { $0.contains("is there twice") })
  }

  @Test func keysMustBeTexts() throws {
    #expect(
      try guestErrors("[x]: 1\n{y: 1}: 2") == [
        "4:5: found a list or mapping as a key; expected a word",
        "5:5: found a list or mapping as a key; expected a word",
      ])
  }

  // MARK: Syntax

  @Test func explainsSyntaxErrors() throws {
    #expect(try errors("guests:\n\ta: 1") == ["2:1: not valid YAML: a tab; indent with spaces"])
    let open = try errors("guests: {a: 1")
    #expect(open == ["1:14: not valid YAML: did not find expected ',' or '}', while parsing a flow mapping of line 1"])
    #expect(
      try errors("a: b: c") == [
        "1:5: not valid YAML: mapping values are not allowed in this context; check the indentation, and put a text "
          + "that has ': ' in it in quotes"
      ])
    #expect(
      try errors("a: @x").first?.hasPrefix("1:4: not valid YAML: found character that cannot start any token") == true)
    #expect(try errors("a: 1\n---\nb: 2").first?.contains("but found another document") == true)
    #expect(
      try errors("guests:\n  a:\n    x: 1\n   y: 2").first?.hasPrefix("4:4: not valid YAML: did not find") == true)
  }

  @Test func refusesWhatIsNoText() throws {
    let bad: [UInt8] = Array("guests:\n  é".utf8) + [0xFF]
    let errors = #expect(throws: YAMLErrors.self) { try Fleet(yaml: bad, path: "/f.yaml") }
    #expect(errors?.description == "/f.yaml:2:4: is not UTF-8; save the file as UTF-8 text")
    for (text, code) in [
      ("a\0", "0"), ("a\u{7}", "7"), ("a\u{7F}", "7F"), ("a\u{FEFF}", "FEFF"), ("a\u{10FFFD}", "10FFFD"),
    ] {
      #expect(try Self.first(text) == "1:2: character U+\(code) cannot stand in a YAML file; remove it")
    }
  }

  private static func first(_ text: String) throws -> String? { try errors(text).first }

  @Test func readsWhatEditorsWrite() throws {
    let text = "guests:\r\n  ünï:\r\n    image: a\r\n"
    #expect(try errors(text).first?.hasPrefix("2:3: found 'ünï'; expected a name") == true)
    let marked = "\u{FEFF}guests: {a: {image: a, append: 'ünï 🐓'}}"
    #expect(try fleet(marked).guests[0].boot.append == "ünï 🐓")
    #expect(try fleet("{\"guests\": {\"a\": {\"image\": \"a\", \"harts\": 2}}}").guests[0].machine.harts == 2)
  }

  @Test(arguments: [
    "a", "a: b", "?", "-", "[", "&a", "*", "!", "|", "'", "{a: 1}", "---", "...", "%", "%YAML 1.1", "a:\n",
  ])
  func readsShortTexts(text: String) throws {
    #expect(try !errors(text).isEmpty)
  }
}
