import ConformanceKit
import Foundation
import HartEngine
import SystemBus
import Testing
import Translator

#if arch(x86_64) && os(Linux)
  /// What is told of host code, on a machine that runs some.
  @Suite struct HostCodeViewsTests {
    private final class Collector: HostCodeObserver {
      var ranges: [HostCodeRange] = []
      var drops = 0
      func hostCodeWasMade(_ more: [HostCodeRange]) { ranges += more }
      func hostCodeWasDropped() {
        drops += 1
        ranges.removeAll { $0.kind != .common }
      }
    }

    /// A console that looks at the process's mappings while the guest writes, from host code.
    private final class MapReader: Recorder {
      private(set) var maps: [Substring] = []

      override func write(_ byte: UInt8) {
        super.write(byte)
        // By then the loop that writes is host code.
        guard bytes.count == 200, let file = FileHandle(forReadingAtPath: "/proc/self/maps") else { return }
        // The kernel tells such a file in pieces, which `readToEnd` puts together.
        let text = String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
        maps = text.split(separator: "\n")
      }
    }

    @Test func nothingIsBothWritableAndExecutableWhileHostCodeRuns() throws {
      let reader = MapReader()
      let board = try Board(console: reader, engine: .translator) { assembler in
        let loop = assembler.label()
        assembler.bind(loop)
        assembler.print("*")
        assembler.jump(to: loop)
      }
      let translator = try #require(board.machine.translator)
      let collector = Collector()
      translator.observer = collector
      for hart in board.machine.harts { hart.startMeter() }
      _ = board.machine.run(until: 10_000)
      #expect(board.machine.harts[0].metered?.slowPaths ?? 0 > 100)
      #expect(reader.maps.count > 10)
      #expect(collector.ranges.count > 1)
      for line in reader.maps {
        let fields = line.split(separator: " ", maxSplits: 2)
        let ends = fields[0].split(separator: "-").map { UInt($0, radix: 16) ?? 0 }
        #expect(!(fields[1].contains("w") && fields[1].contains("x")), "\(line)")
        for range in collector.ranges where range.start >= ends[0] && range.start < ends[1] {
          #expect(fields[1] == "r-xs", "\(line)")
        }
      }
      let first = try #require(collector.ranges.first).start
      #expect(reader.maps.contains { $0.hasPrefix(String(first, radix: 16) + "-") })
    }

    private func busyBoard() throws -> Board { try Board(harts: 2, engine: .translator) { $0.busyProgram() } }

    @Test func allOfHostCodeIsToldOnce() throws {
      let board = try busyBoard()
      let translator = try #require(board.machine.translator)
      let collector = Collector()
      translator.observer = collector
      _ = board.machine.run(until: 100_000)
      var end: UInt = 0
      for range in collector.ranges.sorted(by: { $0.start < $1.start }) {
        #expect(range.start >= end && range.size > 0)
        end = range.start + UInt(range.size)
      }
      // What is run often lies by itself.
      let chunk = UInt(64 << 10)
      let start = collector.ranges.map(\.start).min() ?? 0
      let chunks = Dictionary(grouping: collector.ranges.filter { $0.kind != .common }) { ($0.start - start) / chunk }
      #expect(chunks.count > 1)
      for ranges in chunks.values { #expect(Set(ranges.map { $0.kind == .region }).count == 1) }
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

    @Test func engineIsMetered() throws {
      let board = try busyBoard()
      let translator = try #require(board.machine.translator)
      #expect(board.machine.harts.allSatisfy { $0.metered == nil })
      for hart in board.machine.harts { hart.startMeter() }
      translator.isTimed = true
      let started = HostTime.now
      _ = board.machine.run(until: 100_000)
      let duration = HostTime.now - started
      var sum = HartMeter()
      for hart in board.machine.harts { sum.add(try #require(hart.metered)) }
      let times = HartMeter.Activity.allCases.filter { $0 != .none }.map { sum.nanoseconds($0) }
      #expect(times.allSatisfy { $0 > 0 } && times.reduce(0, +) <= duration)
      #expect(sum.lookUps >= sum.returns && sum.returns >= sum.exits && sum.exits > 0)
      #expect(sum.slowPaths > 0 && sum.deviceAccesses > 0 && sum.misses > 0)
      #expect(translator.statistics.blockNanoseconds > 0 && translator.statistics.regionNanoseconds > 0)
      let regions = translator.statistics.regionInstructions
      #expect(regions > 0 && regions < translator.statistics.instructions)
      // Making host code is all of one activity and part of what the translator has timed.
      let translating = translator.statistics.blockNanoseconds + translator.statistics.regionNanoseconds
      #expect(sum.nanoseconds(.translating) >= translating)
    }

    @Test(arguments: [.auto, .translator] as [EngineChoice])
    func listingsCoverTheCode(engine: EngineChoice) throws {
      let board = try Board(harts: 2, engine: engine) { $0.busyProgram() }
      let translator = try #require(board.machine.translator)
      let collector = Collector()
      translator.observer = collector
      _ = board.machine.run(until: 300_000)
      var shown = 0
      for pc in Set(collector.ranges.map(\.pc)).subtracting([0]) {
        for listing in translator.listings(at: pc) {
          shown += 1
          var end = 0
          for row in listing.rows {
            #expect(row.host.lowerBound == end)
            end = row.host.upperBound
          }
          #expect(end == listing.code.count && end > 0)
          #expect(collector.ranges.contains { $0.start == listing.start && $0.pc == listing.entry })
          #expect(collector.ranges.contains { $0.start == listing.rareStart && $0.pc == listing.entry })
          #expect((listing.rareStart == listing.start + UInt(listing.rareOffset)) == !listing.isRegion)
          for row in listing.rows where !row.host.isEmpty {
            var isRare = false
            if case .rare = row.subject { isRare = true }
            #expect(isRare == (row.host.lowerBound >= listing.rareOffset))
          }
          // A block may begin within another of the region, so an instruction may stand there more than once.
          var instructions: [UInt32] = []
          var previous: HostCodeListing.Subject?
          for row in listing.rows where row.subject != previous {
            previous = row.subject
            if case .instruction(let pc, _) = row.subject { instructions.append(pc) }
          }
          #expect(instructions.count == listing.instructions && instructions.contains(pc))
        }
      }
      #expect(shown > 10)
      #expect(translator.absence(at: 0x8000_8000) == .notDecoded)
      // It goes on as if nobody had looked.
      _ = board.machine.run(until: 400_000)
      #expect(board.machine.end == nil)
    }
  }
#endif
