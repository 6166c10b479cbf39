import Commands
import Testing

@Suite struct LineInterleaverTests {
  private func interleaver(columns: Int? = nil, colored: Bool = false, prefix: Bool = true) -> LineInterleaver {
    LineInterleaver(
      .init(style: TextStyle(isColored: colored, columns: columns), hasPrefix: prefix), names: ["web", "victim"])
  }

  private func text(_ interleaver: inout LineInterleaver) -> String {
    String(decoding: interleaver.takeOutput(), as: UTF8.self)
  }

  @Test func linesOfGuestsDoNotMix() {
    var view = interleaver()
    view.take(Array("one ".utf8), from: 0, at: 0)
    view.take(Array("two\nth".utf8), from: 1, at: 0)
    view.take(Array("line\n".utf8), from: 0, at: 0)
    view.take(Array("ree\n".utf8), from: 1, at: 0)
    #expect(text(&view) == "victim | two\nweb    | one line\nvictim | three\n")
  }

  @Test func aPromptIsShownAfterAQuietTimeAndGoesOnWhereItWas() {
    var view = interleaver()
    view.take(Array("login: ".utf8), from: 0, at: 1000)
    #expect(text(&view) == "")
    #expect(view.nextQuiet == 1000 + LineInterleaver.quietTime)
    view.showQuiet(at: 1000 + LineInterleaver.quietTime - 1)
    #expect(text(&view) == "")
    view.showQuiet(at: 1000 + LineInterleaver.quietTime)
    #expect(text(&view) == "web    | login: ")
    #expect(view.nextQuiet == nil)
    view.take(Array("root\nPassword:\n".utf8), from: 0, at: 2000)
    #expect(text(&view) == "root\nweb    | Password:\n")
  }

  @Test func aPromptIsEndedWhenAnotherGuestSpeaks() {
    var view = interleaver()
    view.take(Array("# ".utf8), from: 0, at: 0)
    view.showQuiet(at: LineInterleaver.quietTime)
    view.take(Array("tick\n".utf8), from: 1, at: 0)
    // That the line of the prompt then ends is no new line.
    view.take(Array("\nls\n".utf8), from: 0, at: 0)
    #expect(text(&view) == "web    | # \nvictim | tick\nweb    | ls\n")
  }

  @Test func emptyLinesAreKept() {
    var view = interleaver()
    view.take(Array("a\n\nb\r\n".utf8), from: 0, at: 0)
    #expect(text(&view) == "web    | a\nweb    | \nweb    | b\n")
  }

  @Test func whatIsDrawnOverALineIsALineOfItsOwn() {
    var view = interleaver()
    view.take(Array("10%\r20%\r\r\n\r$".utf8), from: 0, at: 0)
    view.finish()
    #expect(text(&view) == "web    | 10%\nweb    | 20%\nweb    | $\n")
  }

  @Test func colorsAreAroundNamesAlone() {
    var view = interleaver(colored: true)
    view.take(Array("\u{1B}[31mx\u{1B}[0m\n".utf8), from: 0, at: 0)
    #expect(text(&view) == "\u{1B}[36mweb    |\u{1B}[0m x\n")
  }

  @Test func namesCanBeLeftOut() {
    var view = interleaver(prefix: false)
    view.take(Array("a\nb".utf8), from: 0, at: 0)
    view.finish()
    #expect(text(&view) == "a\nb\n")
  }

  @Test func notesCannotBeForged() {
    var view = interleaver()
    view.take(Array("beginning".utf8), from: 0, at: 0)
    view.showQuiet(at: LineInterleaver.quietTime)
    view.note("failed: \u{1B}[2J\nvictim | x", about: 1)
    #expect(text(&view) == "web    | beginning\nvictim > failed:  victim | x\n")
  }

  @Test func endlessLinesAreBroken() {
    var view = interleaver()
    for _ in 0..<100 { view.take([UInt8](repeating: 0x2E, count: 1000), from: 0, at: 0) }
    let lines = text(&view).split(separator: "\n")
    #expect(lines.count == 24)
    #expect(lines.allSatisfy { $0.hasPrefix("web    | ") && $0.utf8.count == 4096 + 9 })
  }

  /// Whatever a guest prints, each line on the screen starts with the name of whose it is.
  @Test(arguments: [20, 40, 80, 200])
  func noGuestSpeaksForAnother(columns: Int) {
    var numbers = SystemRandomNumberGenerator()
    var view = interleaver(columns: columns)
    let pieces = [
      "victim | I give up\n", "\r", "\n", "\t", "\u{1B}[A", "\u{1B}[2Kvictim | no", "x", "世界", "e\u{301}", "\u{202E}",
      String(repeating: " ", count: columns - 9), String(repeating: "·", count: columns / 2), "\u{1B}]0;", "\u{8}\u{8}",
      "\u{85}", "\u{2028}victim | ", "\u{0B}\u{0C}", "🦜",
    ]
    for step in 0..<3000 {
      view.take(Array((pieces.randomElement() ?? "").utf8), from: 0, at: UInt64(step))
      if Int.random(in: 0..<10, using: &numbers) == 0 { view.showQuiet(at: .max / 2) }
    }
    view.finish()
    for line in text(&view).split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      #expect(line.hasPrefix("web    | "))
      // Wide characters take two columns; the terminal never has to break a line.
      let width = line.unicodeScalars.reduce(0) { $0 + ($1.isASCII ? 1 : 2) }
      #expect(width < columns, "\(line)")
    }
  }
}
