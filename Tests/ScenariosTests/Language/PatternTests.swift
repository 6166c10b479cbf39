import Harness
import Scenarios
import Testing

@Suite struct PatternTests {
  @Test func valuesAreTakenLiterally() throws {
    let template = Template(parts: [.text("^"), .name("x"), .text("$")])
    let values = ["x": "a.b*[c] ü"]
    let pattern = try Pattern(.regularExpression, template).consolePattern(with: values)
    #expect(pattern.firstMatch(in: Array("a.b*[c] ü".utf8)[...])?.range == 0..<10)
    #expect(pattern.firstMatch(in: Array("axb*[c] ü".utf8)[...]) == nil)
    let literal = try Pattern(.literal, template).consolePattern(with: ["x": "1"])
    #expect(literal.firstMatch(in: Array("^1$".utf8)[...])?.range == 0..<3)
  }

  @Test func tellsHowItIsWritten() {
    #expect(Pattern(.literal, Template("a")).description == "'a'")
    #expect(Pattern(.regularExpression, Template(parts: [.text("a"), .name("b")])).description == "/a${b}/")
  }
}
