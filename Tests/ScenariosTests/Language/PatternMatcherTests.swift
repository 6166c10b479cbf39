import Scenarios
import Testing

@Suite struct PatternMatcherTests {
  private func match(
    _ form: Scenarios.Pattern.Form, _ text: String, in output: [UInt8], values: [String: String] = [:],
    ignoringCase: Bool = false
  ) throws -> PatternMatch? {
    var pattern = Pattern(form, Template(text))
    pattern.ignoresCase = ignoringCase
    return try PatternMatcher(pattern, values: values).firstMatch(in: output[...])
  }

  @Test func findsTexts() throws {
    let output = Array("one two two".utf8)
    #expect(try match(.literal, "two", in: output) == PatternMatch(range: 4..<7, text: "two", captures: [:]))
    #expect(try match(.literal, "three", in: output) == nil)
    #expect(try match(.literal, "two!", in: output) == nil)
    #expect(try match(.literal, "a.b", in: Array("axb".utf8)) == nil)
    #expect(try match(.literal, "aab", in: Array("aaab".utf8))?.range == 1..<4)
    #expect(try match(.literal, "x", in: []) == nil)
  }

  @Test func findsExpressionsWithCaptures() throws {
    let output = Array("Linux version 6.1.0 (gcc)\r\nlogin: ".utf8)
    let found = try match(.regularExpression, #"version (?<major>\d+)\.(?<minor>\d+)|(?<other>gcd)"#, in: output)
    #expect(found == PatternMatch(range: 6..<17, text: "version 6.1", captures: ["major": "6", "minor": "1"]))
    #expect(try match(.regularExpression, "LOGIN", in: output) == nil)
    #expect(try match(.regularExpression, "LOGIN", in: output, ignoringCase: true)?.text == "login")
  }

  @Test func carriageReturnsBeforeLineFeedsDoNotCount() throws {
    let output = Array("a\r\nb\r\n\rc\r".utf8)
    #expect(try match(.literal, "a\nb", in: output) == PatternMatch(range: 0..<4, text: "a\nb", captures: [:]))
    #expect(try match(.regularExpression, "^b$", in: output)?.range == 3..<4)
    #expect(try match(.literal, "\n\rc\r", in: output)?.range == 4..<9)
  }

  @Test func linesHaveEnds() throws {
    #expect(try match(.regularExpression, "^b$", in: Array("a\nb\nc".utf8))?.range == 2..<3)
    #expect(try match(.regularExpression, "# $", in: Array("x # y\n# ".utf8))?.range == 6..<8)
    #expect(try match(.regularExpression, "a.b", in: Array("a\nb".utf8)) == nil)
  }

  @Test func bytesThatAreNoTextArePassedOver() throws {
    let output: [UInt8] = [0xFF, 0xC3, 0x28, 0xE2, 0x82] + Array("ü ok\r\n".utf8) + [0xF0]
    #expect(try match(.regularExpression, "ü (?<word>ok)$", in: output)?.range == 5..<10)
    #expect(try match(.literal, "ok", in: output)?.range == 8..<10)
    // Each is one letter.
    #expect(try match(.regularExpression, #"^.{5}ü"#, in: output)?.range == 0..<7)
  }

  @Test func valuesAreTakenLiterally() throws {
    let template = Template(parts: [.text("^"), .name("x"), .text("$")])
    let pattern = Pattern(.regularExpression, template)
    let matcher = try PatternMatcher(pattern, values: ["x": "a.b*[c] ü"])
    #expect(matcher.firstMatch(in: Array("a.b*[c] ü".utf8)[...])?.range == 0..<10)
    #expect(matcher.firstMatch(in: Array("axb*[c] ü".utf8)[...]) == nil)
    let literal = try PatternMatcher(Pattern(.literal, template), values: ["x": "1"])
    #expect(literal.firstMatch(in: Array("^1$".utf8)[...])?.range == 0..<3)
  }

  @Test func slicesKeepTheirPlaces() throws {
    let output = Array("xx\r\nyy\r\nzz".utf8)
    let matcher = try PatternMatcher(Pattern(.literal, Template("zz")), values: [:])
    #expect(matcher.firstMatch(in: output[4...])?.range == 8..<10)
  }

  @Test func knowsTheNamesOfCaptures() throws {
    let text = #"(?<a>x)(?!y)\(?<no>(?=z)(?<b_2>y(?<c>w))"#
    #expect(
      try PatternMatcher(Pattern(.regularExpression, Template(text)), values: [:]).captureNames == ["a", "b_2", "c"])
  }
}
