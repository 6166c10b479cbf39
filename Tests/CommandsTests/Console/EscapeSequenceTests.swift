import Commands
import Testing

@Suite struct EscapeSequenceTests {
  /// What comes of typing `keys`.
  private func events(_ keys: String) -> [EscapeSequence.Event] {
    var escape = EscapeSequence()
    return keys.utf8.compactMap { escape.take($0) }
  }

  private func keys(_ text: String) -> [EscapeSequence.Event] { text.utf8.map { .key($0) } }

  @Test func passesOrdinaryKeysOn() {
    let all = String(decoding: (0...255).filter { $0 != 1 }.map { UInt8($0) }.filter { $0 < 128 }, as: UTF8.self)
    #expect(events(all) == keys(all))
  }

  @Test func findsCommands() {
    #expect(events("\u{1}x") == [.quit])
    #expect(events("\u{1}h") == [.help])
    #expect(events("\u{1}r") == [.reset])
    #expect(events("\u{1}w") == [.diagnose])
    #expect(events("ls\u{1}xy") == keys("ls") + [.quit] + keys("y"))
  }

  @Test func sendsOneControlA() {
    #expect(events("\u{1}\u{1}") == keys("\u{1}"))
    #expect(events("\u{1}a") == keys("\u{1}"))
    #expect(events("\u{1}\u{1}x") == keys("\u{1}x"))
    #expect(events("\u{1}\u{1}\u{1}x") == keys("\u{1}") + [.quit])
  }

  @Test func dropsUnknownCommands() {
    #expect(events("a\u{1}zb") == keys("ab"))
    #expect(events("\u{1}") == [])
  }
}
