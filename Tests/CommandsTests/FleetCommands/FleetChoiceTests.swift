import Commands
import Control
import Testing

@Suite struct FleetChoiceTests {
  private func fleet(_ name: String) -> Greeting {
    Greeting(fleet: name, file: "/\(name)/fleet.yaml", process: 1, isBackground: true, guests: [])
  }

  @Test func theFleetFileHereComesFirst() throws {
    let choice = FleetChoice(running: [fleet("a"), fleet("b")])
    #expect(try choice.choose(file: nil, here: ["/b/fleet.yaml", "/b/fleet.yml"]).fleet == "b")
  }

  @Test func thenTheOnlyOne() throws {
    #expect(try FleetChoice(running: [fleet("a")]).choose(file: nil, here: ["/x/fleet.yaml"]).fleet == "a")
    #expect(throws: FleetChoiceError.nothingRuns) { try FleetChoice(running: []).choose(file: nil, here: []) }
    let several = FleetChoice(running: [fleet("a"), fleet("b")])
    #expect(throws: FleetChoiceError.several(["a", "b"])) { try several.choose(file: nil, here: []) }
  }

  @Test func whatChangesSomethingFallsOnNoOtherFleetThanTheOneHere() throws {
    let choice = FleetChoice(running: [fleet("a"), fleet("b")])
    #expect(try choice.choose(file: nil, here: ["/b/fleet.yaml"], isToChange: true).fleet == "b")
    let only = FleetChoice(running: [fleet("a")])
    let error = FleetChoiceError.otherRuns(file: "/x/fleet.yaml", running: ["a"])
    #expect(throws: error) { try only.choose(file: nil, here: ["/x/fleet.yaml"], isToChange: true) }
    #expect(error.exitStatus == .noMonitor)
    #expect(try only.choose(file: nil, here: [], isToChange: true).fleet == "a")
  }

  @Test func aFileThatIsNamedIsMeant() throws {
    let choice = FleetChoice(running: [fleet("a"), fleet("b")])
    #expect(try choice.choose(file: "/b/fleet.yaml", here: ["/a/fleet.yaml"]).fleet == "b")
    #expect(throws: FleetChoiceError.notRunning(file: "/c/fleet.yaml")) {
      try choice.choose(file: "/c/fleet.yaml", here: [])
    }
  }
}

@Suite struct FleetWordsTests {
  @Test(
    arguments: [
      (["roost", "stop", "--fleet", "a"], .name("a")), (["roost", "stop", "--fleet=a"], .name("a")),
      (["roost", "stop", "--fleet", "=", "a"], .name("a")),
      (["roost", "stop", "-F", "a.yaml", "guest"], .file("a.yaml")),
      (["roost", "stop", "--file=x=y"], .file("x=y")), (["roost", "stop", "-F=x"], .file("x")),
      (["roost", "--file", "x", "--fleet", "y"], .name("y")), (["roost", "stop", "--", "--fleet", "a"], nil),
      (["roost", "stop", "--fleet"], nil), (["roost", "stop", "--fleet", "="], nil), ([""], nil), ([], nil),
    ] as [([String], FleetWords.Named?)])
  func findsTheFleet(words: [String], named: FleetWords.Named?) {
    #expect(FleetWords(words).named == named)
  }
}

@Suite struct ViewKeysTests {
  private func events(_ keys: String) -> [ViewKeys.Event] {
    var decoder = ViewKeys()
    return keys.utf8.compactMap { decoder.take($0) }
  }

  @Test func findsCommands() {
    #expect(events("\u{1}n\u{1}p\u{1}1\u{1}9\u{1}d") == [.next, .previous, .guest(0), .guest(8), .all])
    #expect(events("\u{1}l\u{1}h\u{1}?\u{1}r\u{1}x") == [.list, .help, .help, .reset, .quit])
    #expect(events("n\u{1}\u{1}1\u{1}0d") == [.key(0x6E), .key(1), .key(0x31), .key(0x64)])
  }
}
