import HartEngine
import Testing
import Translator

#if arch(x86_64) && os(Linux)
  /// What is told of host code, on a machine that runs some.
  @Suite struct HostCodeTests {
    private final class Collector: HostCodeObserver {
      var ranges: [HostCodeRange] = []
      var drops = 0
      func hostCodeWasMade(_ more: [HostCodeRange]) { ranges += more }
      func hostCodeWasDropped() {
        drops += 1
        ranges.removeAll { $0.kind != .common }
      }
    }

    private func busyBoard() throws -> Board { try Board(harts: 2, engine: .translator) { $0.busyProgram() } }

    @Test func allOfHostCodeIsToldOnce() throws {
      let board = try busyBoard()
      let translator = try #require(board.machine.translator)
      let collector = Collector()
      translator.observer = collector
      _ = board.machine.run(until: 100_000)
      // One after the other, without holes.
      var end = collector.ranges.first?.start
      for range in collector.ranges {
        #expect(range.start == end && range.size > 0)
        end = range.start + UInt(range.size)
      }
      let size = collector.ranges.reduce(0) { $0 + $1.size }
      #expect(size == translator.statistics.bytes && size > 1000)
      for kind in [.common, .block, .region, .rareInBlock, .rareInRegion] as [HostCodeRange.Kind] {
        #expect(collector.ranges.contains { $0.kind == kind }, "\(kind)")
      }
      // The boot ROM's, and the program's.
      #expect(
        collector.ranges.allSatisfy { $0.space == .open && ($0.kind == .common || [0, 0x8000].contains($0.pc >> 16)) })
      let drops = collector.drops
      board.machine.reset()
      #expect(collector.drops > drops)
      #expect(collector.ranges.map(\.kind) == [.common])
    }
  }
#endif
