import Foundation
import Testing

/// `roost test`.
@Suite struct ScenarioCommandTests {
  private let files: TemporaryFolder

  init() throws {
    files = try TemporaryFolder()
    _ = try files.file("hello.bin", TinyGuest.hello)
    _ = try files.file("fails.bin", TinyGuest.fail(7))
    let text = """
      scenarios:
        greets: {guests: {g: {image: hello.bin, memory: 1M}}, steps: [{expect: hello}, {exit: 0}]}
        fails:
          guests: {g: {image: fails.bin, memory: 1M}}
          steps:
            - exit: 0
        absent: {guests: {g: {image: hello.bin}}, needs: nothing, steps: [reset]}
      """
    _ = try files.file("a.yaml", Array(text.utf8))
  }

  private func test(_ arguments: String...) throws -> Roost.Result {
    try Roost.run(["test", files.path("a.yaml"), "--artifacts", files.path("out")] + arguments)
  }

  @Test func tellsOfEachCaseAndWhyOneFailed() throws {
    let result = try test("-j", "1")
    #expect(result.status == 1)
    #expect(result.errors == "")
    let lines = result.output.split(separator: "\n")
    #expect(lines[0].hasPrefix("ok      \(files.path("a.yaml")): greets ("))
    #expect(lines[1] == "FAILED  \(files.path("a.yaml")): fails: expected an end with code 0, but g ended with code 7")
    #expect(lines[2] == "skipped \(files.path("a.yaml")): absent: \(files.path("nothing")) is missing")
    #expect(result.output.contains("  \(files.path("a.yaml")):6:9: expected an end"))
    #expect(result.output.contains("again: roost test \(files.path("a.yaml")) --filter =fails\n"))
    #expect(lines.last?.hasPrefix("1 passed, 1 failed, 1 skipped in ") == true)
    #expect(!result.output.contains("\u{1B}"))
    #expect(files.names.contains("out"))
    let report = try String(contentsOfFile: files.path("out/a.fails/report.txt"), encoding: .utf8)
    #expect(report.contains("expected an end with code 0"))
    #expect(try !Data(contentsOf: URL(fileURLWithPath: files.path("out/a.fails/instructions-g.txt"))).isEmpty)
    #expect(
      result.output.contains("shortly before: roost run --restore \(files.path("out"))/a.fails/before-g.snapshot\n"))
    let restored = try Roost.run(["run", "--restore", files.path("out/a.fails/before-g.snapshot")])
    #expect(restored.status == 7, "\(restored.errors)")
  }

  @Test func runsTheSameAgain() throws {
    #expect(try test("--filter", "=greets").status == 0)
    let failing = try test("--filter", "=fails")
    #expect(failing.status == 1)
    #expect(failing.output.contains("0 passed, 1 failed in "))
  }

  @Test func listsCases() throws {
    let result = try test("--list")
    #expect(result.output == ["greets", "fails", "absent"].map { "\(files.path("a.yaml")): \($0)\n" }.joined())
    #expect(result.status == 0)
  }

  @Test func writesReportsForMachines() throws {
    let tap = try test("--tap", "--junit", files.path("r.xml"))
    #expect(tap.status == 1)
    #expect(tap.output.hasPrefix("TAP version 14\n1..3\nok 1 - "))
    let junit = try String(contentsOfFile: files.path("r.xml"), encoding: .utf8)
    #expect(junit.contains("<testsuites tests=\"3\" failures=\"1\" skipped=\"1\""))
    #expect(junit.contains("[[ATTACHMENT|\(files.path("out"))/a.fails/report.txt]]"))
    let json = try test("--json")
    let document = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect(document?["failed"] as? Int == 1)
  }

  @Test func looksIntoFolders() throws {
    let result = try Roost.run(["test", files.url.path, "--list"])
    #expect(result.output.split(separator: "\n").count == 3)
    let empty = try TemporaryFolder()
    let none = try Roost.run(["test", empty.url.path])
    #expect(none.status == 66)
    #expect(none.errors == "roost: \(empty.url.path): there is no scenario file (*.yaml) in it\n")
  }

  @Test func mistakesKeepAllFromBeingRun() throws {
    _ = try files.file("b.yaml", Array("scenarios: {s: {stpes: []}}".utf8))
    let result = try Roost.run(["test", files.path("a.yaml"), files.path("b.yaml")])
    #expect(result.status == 65)
    #expect(result.output == "")
    #expect(result.errors.contains("b.yaml:1:17: unknown key 'stpes' in a scenario; did you mean 'steps'?\n"))
    #expect(try Roost.run(["test", files.path("none.yaml")]).status == 66)
    #expect(try test("--filter", "zzz").status == 64)
    #expect(try test("--filter", "/(/").status == 64)
    #expect(try test("--tap", "--json").status == 64)
    #expect(try Roost.run(["test"]).status == 64)
  }

  @Test func aReportThatCannotBeWrittenIsAnError() throws {
    let result = try test("--junit", files.path("no/folder/r.xml"), "--filter", "=greets")
    #expect(result.status == 73)
    #expect(result.errors.contains("no/folder/r.xml: cannot be created"))
    #expect(result.output.contains("1 passed in "))
    // That a case failed counts for more.
    let failing = try test("--junit", files.path("no/folder/r.xml"))
    #expect(failing.status == 1)
    #expect(failing.errors.contains("no/folder/r.xml: cannot be created"))
    #expect(failing.output.contains("1 passed, 1 failed, 1 skipped in "))
  }

  @Test func artifactsThatCannotBeWrittenCostNoReport() throws {
    let arguments = ["test", files.path("a.yaml"), "--junit", files.path("r.xml"), "--artifacts"]
    let result = try Roost.run(arguments + [files.path("a.yaml/out")])
    #expect(result.status == 1)
    #expect(result.errors.contains("a.yaml/out: cannot be created"))
    #expect(result.output.contains("1 passed, 1 failed, 1 skipped in "))
    #expect(try String(contentsOfFile: files.path("r.xml"), encoding: .utf8).contains("failures=\"1\""))
    let tap = try Roost.run(arguments + [files.path("a.yaml/out"), "--tap"])
    #expect(tap.status == 1)
    #expect(tap.output.hasPrefix("TAP version 14\n1..3\n"))
    // One file that cannot be written keeps none of the others from being.
    try FileManager.default.createDirectory(
      atPath: files.path("part/a.fails/report.txt"), withIntermediateDirectories: true)
    let part = try Roost.run(arguments + [files.path("part")])
    #expect(part.status == 1)
    #expect(part.errors.contains("a.fails/report.txt: cannot be "))
    #expect(FileManager.default.fileExists(atPath: files.path("part/a.fails/instructions-g.txt")))
  }

  @Test func foldersOfArtifactsAreMadeAtAllLevels() throws {
    #expect(try Roost.run(["test", files.path("a.yaml"), "--artifacts", files.path("x/y/z")]).status == 1)
    #expect(FileManager.default.fileExists(atPath: files.path("x/y/z/a.fails/report.txt")))
  }

  @Test func namesDriveNoTerminal() throws {
    let text = """
      scenarios:
        s:
          guests: {g: {image: hello.bin, memory: 1M}}
          matrix: {v: ["a\\e[31mb"]}
          steps: [{send: "${v}"}]
      """
    _ = try files.file("c.yaml", Array(text.utf8))
    for more in [["--list"], []] {
      let result = try Roost.run(["test", files.path("c.yaml"), "--artifacts", files.path("out")] + more)
      #expect(result.status == 0, "\(result.errors)")
      #expect(!result.output.contains("\u{1B}"))
      #expect(result.output.contains("c.yaml: s[v=ab]"))
    }
  }

  @Test func aFilterThatIsNestedTooDeeplyIsWrongUse() throws {
    let result = try test("--filter", "/" + String(repeating: "[", count: 20_000) + "/")
    #expect(result.status == 64)
    #expect(result.errors.contains("brackets are nested deeper than 100"))
  }
}
