import ConformanceKit
import Foundation
import Testing

/// Programs whose traces agreed with Spike's when they were recorded (`conformance --record`), run again without it.
@Suite struct RecordedProgramTests {
  static let recordings: [Recording] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "Fixtures/recorded.txt")
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap { Recording($0) }
  }()

  @Test func everyGroupIsRecorded() {
    #expect(Set(Self.recordings.map(\.group)) == Set(Group.allCases))
  }

  @Test(arguments: recordings) func traceIsAsRecorded(_ recorded: Recording) throws {
    let (now, traced) = try recorded.repeated()
    #expect(
      now == recorded,
      "see what differs: conformance --groups \(recorded.group) --seed \(recorded.seed) --program \(recorded.index)")
    // The same program at full speed must end in the same state.
    let untraced = try ProgramRun(recorded.program)
    untraced.run(limit: 2_000_000)
    let difference = untraced.difference(from: traced)
    #expect(difference == nil)
  }
}
