import Commands
import Control
import Testing

@Suite struct TopScreenTests {
  private func screen(guests: Int) -> TopScreen {
    let rows = (0..<guests).map { number in
      var guest = GuestRecord(name: "guest\(number)", state: number % 5 == 4 ? "failed" : "running")
      guest.cpuPercent = Double(number)
      guest.mips = Double(guests - number)
      guest.residentBytes = UInt64(number * 7 % 10) << 20
      guest.wakeLatencyNs.p99 = UInt64(number * 3 % 10) * 1000
      return TopScreen.Row(guest: guest, stealPercent: 1.5, consoleRate: UInt64(number % 3))
    }
    return TopScreen(monitor: MonitorRecord(fleet: "fleet"), rows: rows)
  }

  /// The guests on the screen, in their order.
  private func names(_ lines: [String]) -> [Substring] {
    lines.compactMap { $0.hasPrefix("guest") && !$0.hasPrefix("guests") ? $0.prefix { $0 != " " } : nil }
  }

  @Test(arguments: [(80, 24), (20, 5), (200, 60), (10, 1), (1, 3)])
  func fitsTheScreen(columns: Int, lines: Int) {
    let rendered = screen(guests: 100).render(columns: columns, lines: lines)
    #expect(rendered.count == lines)
    #expect(rendered.allSatisfy { $0.count <= columns })
  }

  @Test func ordersByEverything() {
    var screen = screen(guests: 10)
    let first: [(TopScreen.Order, String)] = [
      (.cpu, "guest9"), (.mips, "guest0"), (.memory, "guest7"), (.latency, "guest3"), (.console, "guest2"),
      (.name, "guest0"),
    ]
    for (order, name) in first {
      screen.order = order
      let names = names(screen.render(columns: 120, lines: 30))
      #expect(names.count == 10)
      #expect(names.first.map(String.init) == name, "\(order)")
    }
  }

  @Test func scrollsAsFarAsThereIsSomething() {
    var screen = screen(guests: 50)
    screen.order = .name
    #expect(TopScreen.capacity(lines: 15) == 10)
    screen.offset = 45
    #expect(screen.lastOffset(lines: 15) == 40)
    let lines = screen.render(columns: 120, lines: 15)
    #expect(names(lines).count == 10)
    #expect(lines.last?.contains("guests 41-50 of 50") == true)
    screen.offset = -3
    #expect(screen.render(columns: 120, lines: 15).last?.contains("guests 1-10 of 50") == true)
  }

  @Test func withoutASizeEverythingIsShown() {
    let lines = screen(guests: 30).render()
    #expect(names(lines).count == 30)
    #expect(lines[0].contains("30 guests, 24 running, 6 failed"))
  }

  @Test func showsAFleetWithoutGuests() {
    #expect(screen(guests: 0).render(columns: 80, lines: 24).count == 24)
  }
}

@Suite struct TopKeysTests {
  private func events(_ keys: String) -> [TopKeys.Event] {
    var decoder = TopKeys()
    return keys.utf8.compactMap { decoder.take($0) }
  }

  @Test func keysAndSequences() {
    #expect(events("cnq") == [.order(.cpu), .order(.name), .quit])
    #expect(events("\u{1B}[A\u{1B}[B\u{1B}[5~\u{1B}[6~") == [.scroll(-1), .scroll(1), .page(-1), .page(1)])
    #expect(events("jk b") == [.scroll(1), .scroll(-1), .page(1), .page(-1)])
  }

  @Test func unknownSequencesDoNothing() {
    #expect(events("\u{1B}[Zq") == [.quit])
    #expect(events("\u{1B}\u{1B}[A") == [.scroll(-1)])
    #expect(events("zZ\u{3}") == [])
  }
}
