#if os(Linux)
  import Boards
  import Monitor
  import Sandbox
  import SystemBus
  import Testing

  @Suite struct ProtocolTests {
    @Test func requestsComeThrough() throws {
      let slice = Request.Slice(nanoseconds: 7, horizon: 8, resets: true, input: [1, 2, 3])
      for request in [Request.run(slice), .hold, .release] { #expect(try Request(request.bytes) == request) }
    }

    @Test(arguments: [
      SliceReport.Outcome.ran, .idle(nanoseconds: nil), .idle(nanoseconds: 5), .ended(.passed),
      .ended(.failed(code: 513)), .ended(.hung(reason: "because")),
    ])
    func outcomesComeThrough(_ outcome: SliceReport.Outcome) throws {
      var slice = SliceReply(outcome)
      slice.outputCount = 9
      slice.dropped = 10
      slice.waitingInput = 11
      (slice.virtualTime, slice.waitsForInput) = (13, true)
      (slice.statistics.traceHash, slice.statistics.traceEvents) = (.max, 14)
      slice.statistics.traps[3] = 12
      slice.statistics.deviceAccesses = [.init(device: "uart0", reads: 1, writes: 2)]
      guard case .slice(let copy) = try Reply(Reply.slice(slice).bytes) else {
        Issue.record("no slice")
        return
      }
      #expect(copy.outcome == outcome)
      #expect(copy.outputCount == 9 && copy.dropped == 10 && copy.waitingInput == 11)
      #expect(copy.virtualTime == 13 && copy.waitsForInput)
      #expect(copy.statistics == slice.statistics)
    }

    @Test func setupsComeThrough() throws {
      var setup = Setup(.attempt(.openFile), parent: 12)
      setup.machine.harts = 3
      setup.machine.isa = "rv32i"
      setup.machine.clock = .virtual
      setup.machine.clockRate = ClockRate(clamping: 12_345_678)
      setup.machine.seed = .max
      setup.boot = BootDescription(kernel: "k")
      setup.boot.load = ["a@0x80000000", "b"]
      setup.boot.append = "root=ü"
      setup.files = [Setup.File(path: "k", length: 1 << 40)]
      #expect(try Setup(setup.bytes) == setup)
    }

    @Test func whatIsSaidOfSnapshotsComesThrough() throws {
      var setup = Setup(.guest, parent: 1)
      setup.snapshot = "/a/file"
      #expect(try Setup(setup.bytes) == setup)
      #expect(try Request(Request.save(from: 77).bytes) == .save(from: 77))
      guard case .saved(count: 5, total: .max) = try Reply(Reply.saved(count: 5, total: .max).bytes) else {
        Issue.record("another reply")
        return
      }
      let tooMany = Reply.saved(count: UInt32(SliceReport.outputLimit) + 1, total: .max).bytes
      #expect(throws: StateError.self) { try Reply(tooMany) }
    }

    /// Damaged replies are refused or harmless, wherever the damage is.
    @Test func noReplyTraps() {
      var slice = SliceReply(.ended(.hung(reason: "because of \u{1B}[31m")))
      slice.statistics.deviceAccesses = [.init(device: "uart0", reads: 1, writes: 2)]
      let good = Reply.slice(slice).bytes
      var random = SystemRandomNumberGenerator()
      for length in 0..<good.count { #expect(throws: StateError.self) { try Reply(Array(good.prefix(length))) } }
      for _ in 0..<20_000 {
        var bytes = good
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        guard case .slice(let slice)? = try? Reply(bytes) else { continue }
        #expect(Int(slice.outputCount) <= SliceReport.outputLimit)
        if case .ended(.hung(let reason)) = slice.outcome { #expect(!reason.contains("\u{1B}")) }
      }
    }

    @Test func wordsAreFitForATerminal() {
      #expect(Words.line(Array("a\u{1B}[2J\u{7}\r\nb\u{202E}ü".utf8)) == "a [2J   b ü")
      #expect(Words.line([0xFF, 0x41]) == "\u{FFFD}A")
      #expect(Words.line([UInt8](repeating: 0x41, count: 5000)).count == Words.limit)
      #expect(Words.lastLine(of: Array("one\ntwo\n \n".utf8)) == "two")
      #expect(Words.lastLine(of: []) == nil)
    }
  }

  @Suite struct PatienceTests {
    @Test func timeThatTheHostTookIsNotCounted() {
      var patience = Patience(slice: 1_000_000)
      #expect(patience.nextWait == 2_000_000)
      patience.waitedInVain(2_000_000)
      #expect(patience.hasWaited)
      #expect(patience.idled(processorTime: 0, runDelay: 0) == 1_000_000)
      #expect(patience.idled(processorTime: 2_000_000, runDelay: 0) == 0)
      #expect(patience.idled(processorTime: 0, runDelay: 500_000) == 500_000)
      #expect(patience.idled(processorTime: 0, runDelay: .max) == 0)
    }

    @Test func itEndsAfterTwoSeconds() {
      var patience = Patience(slice: 0)
      var waited: UInt64 = 0
      while !patience.isOver(runDelay: 0) {
        waited += patience.nextWait
        patience.waitedInVain(patience.nextWait)
        #expect(patience.nextWait <= Patience.longestWait)
      }
      #expect((Patience.limit...Patience.limit + 2 * Patience.longestWait).contains(waited))
      #expect(!patience.isOver(runDelay: 1_000_000_000), "a busy host is not the child's fault")
    }

    @Test func beingStoppedIsNotWaiting() {
      var patience = Patience(slice: 0)
      patience.waitedInVain(3_600_000_000_000)
      #expect(!patience.isOver(runDelay: 0))
    }
  }
#endif
