import Monitor
import Synchronization
import Testing

@Suite("Guest consoles")
struct ConsoleTests {
  @Test("the history holds the last bytes")
  func history() throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add { $0.console.history = 4096 }
    try guest.start()
    for number in 0..<1000 { guest.tell("say line \(number)") }
    let whole = (0..<1000).map { "line \($0)\n" }.joined()
    laboratory.until("all is said") { guest.console.totalBytes == UInt64(whole.utf8.count) }
    #expect(guest.said == String(whole.suffix(4096)))
    #expect(guest.console.recent(9) == Array("line 999\n".utf8))
    #expect(guest.console.recent(0).isEmpty)
    #expect(guest.console.recent(-1).isEmpty)
    #expect(guest.console.droppedBytes == 0)
  }

  @Test("a subscription gets history and everything after it, once; a slow reader loses, and is told how much")
  func subscriptions() throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add()
    try guest.start()
    guest.tell("say one")
    laboratory.until("it has spoken") { guest.said == "one\n" }
    let notes = Mutex(0)
    let all = guest.console.subscribe(history: .max) { notes.withLock { $0 += 1 } }
    let new = guest.console.subscribe {}
    let small = guest.console.subscribe(capacity: 3) {}
    let odd = guest.console.subscribe(capacity: -1, history: -1) {}
    let cancelled = guest.console.subscribe(history: .max) {}
    cancelled.cancel()
    guest.tell("say two")
    laboratory.untilQuietly("it arrives") { notes.withLock { $0 } == 1 }
    // Subscriptions are served in the order of their beginning.
    laboratory.until("it was told") { guest.said == "one\ntwo\n" }
    #expect(text(all.take()) == "one\ntwo\n, 0 lost")
    #expect(text(all.take()) == ", 0 lost")
    laboratory.untilQuietly("the others have it") { text(odd.take()) != ", 0 lost" }
    #expect(text(new.take()) == "two\n, 0 lost")
    #expect(text(small.take()) == "two, 1 lost")
    #expect(text(small.take()) == ", 0 lost")
    #expect(text(cancelled.take()) == ", 0 lost")
  }

  private func text(_ taken: (bytes: [UInt8], dropped: UInt64)) -> String {
    "\(String(decoding: taken.bytes, as: UTF8.self)), \(taken.dropped) lost"
  }

  @Test("what goes beyond the rate is dropped and counted, and the reader is told when output comes again")
  func rate() throws {
    let laboratory = Laboratory()
    let guest = try laboratory.add {
      $0.console.rate = 40
      $0.console.burst = 10
    }
    try guest.start()
    guest.tell("say 0123456789abcdef")
    laboratory.until("it has spoken") { guest.console.totalBytes == 17 }
    #expect(guest.said == "0123456789")
    #expect(guest.console.droppedBytes == 7)
    // 10 bytes have come together again after 250 ms.
    laboratory.untilQuietly("it passes again") {
      guest.tell("say x")
      return guest.said.count > 10
    }
    let notice = guest.said.dropFirst(10)
    #expect(notice.hasPrefix("\r\n["))
    #expect(notice.contains(" bytes of output were dropped]\r\nx\n"))
  }

  @Test("a reset gate lets no more pass than its rate, however it is asked, and reports few gaps")
  func gate() {
    for step in [100_000, 1_000_000, 100_000_000] as [UInt64] {
      var gate = RateGate(rate: 1000, burst: 5000)
      var (passed, gaps) = (0, 0)
      for now in stride(from: 0 as UInt64, through: 10_000_000_000, by: Int(step)) {
        let admitted = gate.admit(300, now: now)
        passed += admitted
        if admitted > 0, admitted < 300 { gaps += 1 }
        #expect(admitted <= 300)
      }
      #expect((14_500...15_001).contains(passed), "every \(step) ns: \(passed)")
      #expect(gaps <= 45, "every \(step) ns: \(gaps)")
    }
  }

  @Test("no rate or burst is too large or too small")
  func extremeGates() {
    for rate in [0, 1, .max] as [UInt64] {
      for burst in [0, 1, .max] as [UInt64] {
        var gate = RateGate(rate: rate, burst: burst)
        for now in [0, 5, 3, .max] as [UInt64] {
          for count in [0, 1, .max] { #expect((0...count).contains(gate.admit(count, now: now))) }
        }
      }
    }
    var open = RateGate(rate: .max, burst: .max)
    #expect(open.admit(1 << 40, now: 0) == 1 << 40)
    var shut = RateGate(rate: 0, burst: 0)
    #expect(shut.admit(1, now: 0) == 0)
    #expect(shut.admit(1, now: .max) == 0)
  }
}

@Suite("Byte ring")
struct ByteRingTests {
  @Test("holds the last bytes of any stream, in pieces of any size")
  func lastBytes() {
    var random = SystemRandomNumberGenerator()
    for capacity in [0, 1, 2, 7, 64] {
      var ring = ByteRing(capacity: capacity)
      var all: [UInt8] = []
      for _ in 0..<200 {
        let piece = (0..<Int.random(in: 0..<40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        ring.append(piece[...])
        all += piece
        #expect(ring.suffix(.max) == all.suffix(max(capacity, 1)))
        #expect(ring.suffix(3) == all.suffix(min(3, max(capacity, 1))))
      }
    }
  }
}

@Suite("Text watch")
struct TextWatchTests {
  @Test("finds a text wherever the stream is cut")
  func pieces() {
    let stream = Array("boot\nready to\r\nserve".utf8)
    for cut in 0...stream.count {
      var watch = TextWatch()
      watch.add("ready to", after: [])
      watch.add("ready to go", after: [])
      let found = watch.feed(stream[..<cut]) + watch.feed(stream[cut...])
      #expect(found == ["ready to"], "cut at \(cut)")
      #expect(watch.feed(stream[...]) == [], "it is told once")
      watch.reset()
      #expect(watch.found.isEmpty)
      #expect(stream.flatMap { watch.feed([$0]) } == ["ready to"])
    }
  }

  @Test("a text may repeat itself, and begin again within itself")
  func overlaps() {
    var watch = TextWatch()
    watch.add("aab", after: [])
    #expect(watch.feed(Array("aaab".utf8)[...]) == ["aab"])
  }

  @Test("an empty text is found in whatever comes first, beside others")
  func empty() {
    var watch = TextWatch()
    watch.add("", after: [])
    watch.add("x", after: [])
    #expect(watch.found.isEmpty)
    #expect(watch.feed([]) == [])
    #expect(watch.feed([65]) == [""])
    #expect(watch.feed(Array("x".utf8)[...]) == ["x"])
  }

  @Test("what was there before counts, also for a text that is still to come to its end")
  func past() {
    var watch = TextWatch()
    watch.add("one", after: Array("one tw".utf8))
    watch.add("two", after: Array("one tw".utf8))
    #expect(watch.found == ["one"])
    #expect(watch.feed(Array("o".utf8)[...]) == ["two"])
  }
}
