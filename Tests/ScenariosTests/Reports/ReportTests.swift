import Foundation
import Scenarios
import Testing
import YAMLReading

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct ReportTests {
  private func summary() throws -> TestSummary {
    let file = try ScenarioFile(
      yaml: "guests: {a: {image: a}}\nscenarios:\n  s:\n    matrix: {n: [1, 2, '<&#>']}\n    steps: [{send: '${n}'}]\n"
        .utf8,
      path: "tests/it's.yaml", environment: [:])
    let plan = TestPlan([file])
    var failure = TestFailure("expected 'x' & \u{1B}[31m<y>", position: TextPosition(line: 5, column: 13))
    failure.time = VirtualTime(ticks: 12_345_678)
    failure.guests = [
      .init(guest: "a", lastLines: ["one", "two\u{0}"], console: [], state: ["hart 0 at 0x80000000: runs"])
    ]
    var results = [
      TestResult(testCase: 0, verdict: .passed), TestResult(testCase: 1, verdict: .failed(failure)),
      TestResult(testCase: 2, verdict: .skipped("no # image")),
    ]
    results[0].hostTime = 1_234_567_890
    results[1].artifacts = ["out/report.txt"]
    return TestSummary(plan: plan, results: results, hostTime: 2_000_000_000)
  }

  @Test func counts() throws {
    let summary = try summary()
    #expect(summary.passed == 1)
    #expect(summary.failed == 1)
    #expect(summary.skipped == 1)
    #expect(summary.replay(of: 0) == #"roost test 'tests/it'\''s.yaml' --filter '=s[n=1]'"#)
  }

  @Test func junitIsXMLThatTellsAll() throws {
    let text = try summary().junit
    let document = XMLRecorder()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = document
    #expect(parser.parse(), "\(text)")
    #expect(document.elements["testsuites"]?.first == ["tests": "3", "failures": "1", "skipped": "1", "time": "2.000"])
    let cases = try #require(document.elements["testcase"])
    #expect(cases.map { $0["name"] } == ["s[n=1]", "s[n=2]", "s[n=<&#>]"])
    #expect(cases[0]["time"] == "1.234")
    #expect(cases[0]["line"] == "3")
    #expect(document.elements["failure"]?.first?["message"] == "expected 'x' & ?[31m<y>")
    #expect(document.text.contains("tests/it's.yaml:5:13: expected 'x'"))
    #expect(document.text.contains("| one"))
    #expect(document.text.contains("[[ATTACHMENT|out/report.txt]]"))
  }

  @Test func tapIsOfVersion14() throws {
    let lines = try summary().tap.split(separator: "\n").map(String.init)
    #expect(
      lines.prefix(4) == [
        "TAP version 14", "1..3", "ok 1 - tests/it's.yaml: s[n=1]", "not ok 2 - tests/it's.yaml: s[n=2]",
      ])
    #expect(lines[4] == "  ---")
    #expect(lines[5] == "  message: 'expected ''x'' & ?[31m<y>'")
    #expect(lines.suffix(2) == ["  ...", ##"ok 3 - tests/it's.yaml: s[n=<&\#>] # SKIP no \# image"##])
  }

  @Test func jsonTellsAll() throws {
    let document = try #require(
      JSONSerialization.jsonObject(with: Data(try summary().json.utf8)) as? [String: Any])
    #expect(document["passed"] as? Int == 1)
    let cases = try #require(document["cases"] as? [[String: Any]])
    #expect(cases.map { $0["result"] as? String } == ["passed", "failed", "skipped"])
    #expect(cases[1]["place"] as? String == "tests/it's.yaml:5:13")
    #expect(cases[1]["virtualMicroseconds"] as? Int == 1_234_567)
    #expect(cases[2]["reason"] as? String == "no # image")
  }
}

private final class XMLRecorder: NSObject, XMLParserDelegate {
  var elements: [String: [[String: String]]] = [:]
  var text = ""

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements[name, default: []].append(attributes)
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}
