import Foundation
import PlainText
import Testing

@Suite struct JSONValueTests {
  @Test func isReadByOthers() throws {
    let text = "quote \" backslash \\ newline \n bell \u{7} ünïcode 🐓"
    let value = JSONValue.object([
      ("text", .string(text)), ("number", .number(-5)), ("nothing", .null), ("yes", .bool(true)),
      ("list", .array([.number(1), .number(2)])),
      ("empty", .array([])), ("none", .object([])),
    ])
    let read = try #require(
      JSONSerialization.jsonObject(with: Data(value.text.utf8)) as? [String: Any])
    #expect(read["text"] as? String == text)
    #expect(read["number"] as? Int == -5)
    #expect(read["nothing"] is NSNull)
    #expect(read["yes"] as? Bool == true)
    #expect(read["list"] as? [Int] == [1, 2])
    #expect((read["empty"] as? [Int])?.isEmpty == true)
  }
}
