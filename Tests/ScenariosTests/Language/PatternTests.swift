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

  @Test(arguments: [
    ("abc", false), ("a[0-9]c", false), (#"a\.\d\$"#, false), ("nest(?<x>> )", false), ("(?:ab)", false),
    ("[0-9]+", true), ("a?", true), ("a|ab", true), ("^x$", true), (#"a\b"#, true), ("a{2,3}", true), ("a(?!b)", true),
    ("a(?=b)", true), (#"(a)\1"#, true),
  ])
  func knowsWhatCanGoOn(text: String, canGoOn: Bool) {
    #expect(Pattern(.regularExpression, Template(text)).canGoOn == canGoOn)
    #expect(!Pattern(.literal, Template(text)).canGoOn)
  }

  @Test func aNameWithoutAValueIsMissing() {
    let pattern = Pattern(.literal, Template(parts: [.name("a"), .name("b")]))
    #expect(pattern.missingName(in: ["a": ""]) == "b")
    #expect(pattern.missingName(in: ["a": "", "b": "x"]) == nil)
  }

  @Test func tellsHowItIsWritten() {
    #expect(Pattern(.literal, Template("a")).description == "'a'")
    #expect(Pattern(.regularExpression, Template(parts: [.text("a"), .name("b")])).description == "/a${b}/")
  }
}
