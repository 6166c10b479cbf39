import Harness
import Testing

@Suite struct ConsolePatternTests {
  private func match(_ pattern: ConsolePattern, _ text: String) -> ConsoleMatch? {
    pattern.firstMatch(in: Array(text.utf8)[...])
  }

  @Test func textIsFoundAsItIs() {
    #expect(match("a.b", "xa.b")?.range == 1..<4)
    #expect(match("a.b", "aab") == nil)
    #expect(match("", "x") == nil)
  }

  @Test func carriageReturnsBeforeLineFeedsDoNotCount() throws {
    #expect(match("a\nb", "1\r\na\r\nb\r\n")?.range == 3..<7)
    #expect(match(try ConsolePattern(expression: "^b$"), "a\r\nb\r\nc")?.range == 3..<4)
  }

  @Test func capturesAreToldInOrderAndByName() throws {
    let found = match(try ConsolePattern(expression: #"(?<key>\w+)=(\d+)(x)?"#), "set speed=42;")
    #expect(found?.text == "speed=42")
    #expect(found?.captures == ["speed", "42", nil])
    #expect(found?.namedCaptures == ["key": "speed"])
    #expect(try ConsolePattern(expression: "(?<b>.)(?<a>.)").captureNames == ["b", "a"])
  }

  @Test func bytesThatAreNoTextDoNotShiftWhatIsFound() throws {
    let output: [UInt8] = [0xFF, 0xC3, 0x28, 0x0D, 0x0A, 0x61, 0x62]
    let found = try ConsolePattern(expression: "ab").firstMatch(in: output[...])
    #expect(found?.range == 5..<7)
  }

  @Test func aBrokenExpressionIsAnErrorInWords() {
    #expect(throws: HarnessError.self) { try ConsolePattern(expression: "(") }
    for opening in ["[", "(", #"[\Q]\E"#, #"(\Q)\E"#] {
      let deep = String(repeating: opening, count: 20_000)
      #expect(throws: HarnessError.self) { try ConsolePattern(expression: deep) }
    }
    #expect(throws: Never.self) { try ConsolePattern(expression: String(repeating: #"\(\["#, count: 200)) }
  }
}
