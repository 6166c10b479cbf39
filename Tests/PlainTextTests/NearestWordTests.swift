import PlainText
import Testing

@Suite struct NearestWordTests {
  @Test(
    arguments: [
      ("expcet", "expect"), ("EXPECT", "expect"), ("start_from", "start-from"), ("sned", "send"),
    ])
  func findsWhatWasMeant(word: String, meant: String) {
    #expect(nearest(to: word, among: ["send", "expect", "start-from"]) == meant)
  }

  @Test(arguments: ["x", "", "unlike", String(repeating: "e", count: 1000)])
  func findsNothingFarAway(word: String) { #expect(nearest(to: word, among: ["send", "expect"]) == nil) }
}

@Suite struct NameTests {
  @Test(arguments: ["a", "0", "web-1", "a.b_c", String(repeating: "x", count: 63)])
  func namesAreNames(text: String) { #expect(isName(text)) }

  @Test(arguments: ["", "-a", ".a", "a b", "a/b", "ü", String(repeating: "x", count: 64)])
  func othersAreNot(text: String) { #expect(!isName(text)) }
}
