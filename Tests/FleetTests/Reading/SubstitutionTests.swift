import Fleet
import Testing
import YAMLReading

@Suite struct SubstitutionTests {
  private let environment: Environment = ["A": "one", "EMPTY": "", "_B2": "two"]

  @Test(
    arguments: [
      ("$A", "one"), ("${A}", "one"), ("x${A}y", "xoney"), ("$A-$_B2", "one-two"), ("$$A", "$A"), ("$$", "$"),
      ("$${A}", "${A}"), ("${A:-d}", "one"), ("${NO:-d}", "d"), ("${NO-d}", "d"), ("x${EMPTY}", "x"),
      ("x${EMPTY-d}", "x"), ("${EMPTY:-d}", "d"), ("x${NO:-}", "x"), ("${NO:-${A}}", "one"),
      ("${NO:-a${NO:-b}c}", "abc"),
      ("${A:-${NO}}", "one"), ("${A:+set}", "set"), ("x${NO:+set}", "x"), ("x${EMPTY:+set}", "x"),
      ("${EMPTY+set}", "set"),
      ("${A:?gone}", "one"), ("${A?gone}", "one"), ("${NO:-$$}", "$"), ("${NO:-a:b-c}", "a:b-c"), ("ü${A}🐓", "üone🐓"),
    ])
  func putsVariablesIn(text: String, result: String) throws {
    #expect(try guest("append: '\(text)'", environment).boot.append == result)
  }

  @Test func anywhereInValues() throws {
    let guest = try guest("memory: ${M}M\nconsole: ${D}/log\nload: [\"$D/x\"]", ["M": "32", "D": "/data"])
    #expect(guest.machine.memory == 32 << 20)
    #expect(guest.console.log == "/data/log")
    #expect(guest.boot.load == ["/data/x"])
  }

  @Test func notInKeys() throws {
    #expect(try guestErrors("$A: 1", environment).first?.hasPrefix("4:5: unknown key '$A' in a guest") == true)
  }

  @Test func nothingUnsetsWhatMayBeUnset() throws {
    #expect(try guest("initrd: ${I:-}\ncap: $EMPTY", environment).boot.initrd == nil)
    #expect(try guestErrors("memory: ${M:-}").first?.contains("memory: found ''; expected") == true)
  }

  @Test func missingVariablesAreErrors() throws {
    #expect(
      try guestErrors("append: a $NO b\ninitrd: ${NO2:?build it first}\ndtb: ${NO3?}") == [
        "4:13: the variable NO is not set; set it, or write ${NO:-default}",
        "5:13: the variable NO2 must be set: build it first",
        "6:10: the variable NO3 must be set",
      ])
  }

  @Test(arguments: [
    "a $ b", "$", "${", "${A", "${}", "${1}", "$1", "${A!}", "${A:}", "${A:=x}", "${A:-x", "${ A }", "100$%",
  ])
  func refusesMalformedOnes(text: String) throws {
    #expect(
      try guestErrors("append: '\(text)'", environment) == [
        "4:13: found '\(text)'; write a variable as ${NAME} or ${NAME:-default}, and a dollar as $$"
      ])
  }

  @Test func isBounded() throws {
    let deep = String(repeating: "${X:-", count: 100_000)
    #expect(try guestErrors("append: \"\(deep)\"").first?.hasSuffix("longer than 4096 bytes") == true)
    let nested = String(repeating: "${X:-", count: 50) + String(repeating: "}", count: 50)
    #expect(try guestErrors("append: \"\(nested)\"").first?.contains("write a variable as") == true)
    let long = String(repeating: "$L", count: 100)
    #expect(
      try guestErrors("append: \(long)", ["L": String(repeating: "x", count: 100)])
        == ["4:13: longer than 4096 bytes"])
  }

  @Test func readsThisProcess() throws {
    let fleet = try Fleet(yaml: "guests: {a: {image: '${PATH:+/set}'}}".utf8, path: "/f.yaml")
    #expect(fleet.guests[0].boot.kernel == "/set")
  }
}
