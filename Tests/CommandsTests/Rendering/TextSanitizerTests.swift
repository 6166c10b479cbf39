import Commands
import Testing

@Suite struct TextSanitizerTests {
  /// What is left of bytes; `⏎` stands for an end of line, `⇥` for a tab, `←` for a return to its start.
  private func clean(_ bytes: [UInt8]) -> String {
    var sanitizer = TextSanitizer()
    var text = ""
    for byte in bytes {
      sanitizer.take(byte) { element in
        switch element {
        case .scalar(let scalar): text.unicodeScalars.append(scalar)
        case .tab: text += "⇥"
        case .lineEnd: text += "⏎"
        case .lineStart: text += "←"
        }
      }
    }
    return text
  }

  private func clean(_ text: String) -> String { clean(Array(text.utf8)) }

  @Test func textStaysAsItIs() {
    #expect(clean("Grüße, 世界 🦜\tok\n") == "Grüße, 世界 🦜⇥ok⏎")
  }

  @Test func linesEndInEveryFashion() {
    #expect(clean("a\nb\r\nc\r\r\nd\re") == "a⏎b⏎c⏎d←e")
  }

  @Test(arguments: [
    "\u{1B}[31mred\u{1B}[0m", "\u{1B}[2J\u{1B}[Hred", "\u{1B}]0;title\u{07}red", "\u{1B}]52;c;ZXZpbA==\u{1B}\\red",
    "\u{1B}P$qm\u{1B}\\red", "\u{1B}_apc\u{1B}\\red", "\u{9B}31mred", "\u{9D}0;x\u{9C}red", "\u{1B}(0red", "\u{1B}cred",
    "\u{1B}[?1049hred", "\u{1B}[<0;1;1Mred", "\u{07}r\u{08}e\u{00}d\u{7F}", "\u{1B}\u{1B}[1mred", "\u{202E}r\u{200F}ed",
    "\u{2028}red", "\u{E0041}red", "\u{FEFF}red", "\u{1B}[38;2;1;2;3:4mred", "\u{0E}red\u{0F}", "\u{1B}[\u{18}red",
  ])
  func nothingDrivesTheTerminal(text: String) {
    #expect(clean(text) == "red")
  }

  @Test func aStringThatNeverEndsHidesOneLineAtMost() {
    #expect(clean("\u{1B}]0;hidden\nshown") == "⏎shown")
    #expect(clean("\u{1B}[12\nshown") == "⏎shown")
    let long = "\u{1B}P" + String(repeating: "x", count: 10_000)
    #expect(clean(long).count > 5000)
  }

  @Test func whatIsNoUTF8IsMarked() {
    #expect(clean([0x61, 0xFF, 0x62]) == "a\u{FFFD}b")
    #expect(clean([0xE4, 0xB8, 0x61]) == "\u{FFFD}a")
    // Overlong, surrogate, too large.
    #expect(clean([0xC0, 0x80, 0x61]) == "\u{FFFD}\u{FFFD}a")
    #expect(clean([0xE0, 0x80, 0x80]).unicodeScalars.allSatisfy { $0 == "\u{FFFD}" })
    #expect(clean([0xED, 0xA0, 0x80]).unicodeScalars.allSatisfy { $0 == "\u{FFFD}" })
    #expect(clean([0xF4, 0x90, 0x80, 0x80]).unicodeScalars.allSatisfy { $0 == "\u{FFFD}" })
    // An escape after half a character is one.
    #expect(clean([0xE4, 0x1B, 0x5B, 0x33, 0x31, 0x6D, 0x61]) == "\u{FFFD}a")
  }

  @Test func noBytesWhateverBringAControlCharacterThrough() {
    var numbers = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let bytes = (0..<500).map { _ in
        Bool.random(using: &numbers)
          ? UInt8.random(in: 0...255, using: &numbers) : Array("\u{1B}[]P;m\\\n\u{9B}".utf8).randomElement() ?? 0
      }
      let harmless = clean(bytes).unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) }
      #expect(harmless, "\(bytes)")
    }
  }

  @Test func aLineOfUnknownOriginStaysOne() {
    #expect(TextSanitizer.line("a\nb\u{1B}[2Jc\td") == "a bc d")
  }
}
