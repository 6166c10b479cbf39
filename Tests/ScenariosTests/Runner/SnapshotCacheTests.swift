import Foundation
import Scenarios
import Synchronization
import Testing
import YAMLReading

/// Where the built guests are.
private let guestsFolder = #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 } + "/guests/build"

@Suite final class SnapshotCacheTests {
  private let folder = FileManager.default.temporaryDirectory.path + "/roost-cache-\(UUID().uuidString)"

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private var files: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".snapshot") }.sorted()
  }

  /// Runs `child`, which starts from where `parent` ends, with the cache.
  /// - Parameters:
  ///   - parent: keys of what comes before.
  ///   - child: steps.
  private func run(
    parent: String = "{steps: [{expect: /nest(?<mark>> )/}]}",
    child: String = "{send: \"echo <${mark}>\\n\"}, {expect: \"\\n<> >\\n\"}",
    memory: String = "16M", comment: String = "", updating: Bool = false, all: Bool = false,
    symbols: String? = nil
  ) throws -> TestResult {
    let file = try ScenarioFile(
      yaml: """
        \(comment)
        guests: {nest: {image: \(guestsFolder)/nest.elf, memory: \(memory)\(symbols.map { ", symbols: \($0)" } ?? "")}}
        scenarios:
          parent: \(parent)
          child: {start-from: parent, steps: [\(child)]}
        """.utf8, path: "/s/x.yaml", environment: [:])
    var options = RunOptions()
    options.jobs = 1
    options.cache = SnapshotCache(folder: folder)
    options.updatesSnapshots = updating
    let plan = TestPlan([file], filter: all ? .all : try TestFilter(parsing: "=child"))
    options.onCacheFailure = { Issue.record("\($0)") }
    return try #require(ScenarioRunner(plan, options: options).run().last)
  }

  @Test func whatLeadsToAStartIsDoneOnce() throws {
    #expect(try run().verdict == .passed)
    #expect(files.count == 1)
    let before = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + files[0]))
    let again = try run()
    #expect(again.verdict == .passed)
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + files[0])) == before)
    // The child sees the same guest at the same time.
    #expect(again.virtualTime == (try run(updating: true).virtualTime))
  }

  @Test func theKeyIsWhatLeadsThere() throws {
    _ = try run()
    // Neither where it stands in the file nor what follows.
    _ = try run(comment: "# a comment\n\n", all: true)
    _ = try run(child: "{after: 1s}")
    #expect(files.count == 1)
    _ = try run(memory: "32M")
    _ = try run(parent: "{steps: [{expect: /nest(?<mark>> )/}, {after: 1s}]}")
    #expect(files.count == 3)
    _ = try run(parent: "{limit: 9s, steps: [{expect: /nest(?<mark>> )/}]}")
    _ = try run(parent: "{not: [panic], steps: [{expect: /nest(?<mark>> )/}]}")
    #expect(files.count == 5)
  }

  @Test func filesOfSymbolsArePartOfTheKey() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let symbols = folder + "/symbols.elf"
    for (index, name) in ["nest.elf", "hello.elf", "nest.elf"].enumerated() {
      try Data(contentsOf: URL(fileURLWithPath: "\(guestsFolder)/\(name)")).write(to: URL(fileURLWithPath: symbols))
      _ = try run(symbols: symbols)
      #expect(files.count == min(index + 1, 2))
    }
  }

  @Test func anImageThatIsReplacedMeanwhileIsAnotherOne() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let image = URL(fileURLWithPath: folder + "/guest.elf")
    let old = try Data(contentsOf: URL(fileURLWithPath: guestsFolder + "/nest.elf"))
    let new = try Data(contentsOf: URL(fileURLWithPath: guestsFolder + "/hello.elf"))
    try old.write(to: image)
    let file = try ScenarioFile(
      yaml: """
        guests: {g: {image: \(image.path), memory: 16M}}
        defaults: {timeout: 2s}
        scenarios:
          first: {steps: [{after: 1ms}]}
          parent: {steps: [{expect: "nest> "}]}
          child: {start-from: parent, steps: [{after: 1ms}]}
        """.utf8, path: "/s/x.yaml", environment: [:])
    var options = RunOptions()
    options.jobs = 1
    options.cache = SnapshotCache(folder: folder)
    // The guest that `first` has loaded goes on to be the one of `parent`, whatever is on disk by then.
    let results = ScenarioRunner(TestPlan([file]), options: options).run { event in
      guard case .finished(let result) = event, result.testCase == 0 else { return }
      #expect(throws: Never.self) { try new.write(to: image) }
    }
    #expect(results.map(\.verdict) == [.passed, .passed, .passed])
    #expect(files.count == 1)
    let child = TestPlan([file], filter: try TestFilter(parsing: "=child"))
    // The state is the old guest's, and no start for the new one.
    #expect(ScenarioRunner(child, options: options).run().map(\.verdict) != [.passed])
    try old.write(to: image)
    #expect(ScenarioRunner(child, options: options).run().map(\.verdict) == [.passed])
    #expect(files.count == 1)
  }

  @Test func aParentThatIsRunAnywayIsKept() throws {
    #expect(try run(all: true).verdict == .passed)
    #expect(files.count == 1)
  }

  @Test func whatIsDamagedIsMadeAgain() throws {
    _ = try run()
    let path = URL(fileURLWithPath: folder + "/" + files[0])
    let whole = try Data(contentsOf: path)
    for position in [0, 20, whole.count / 2, whole.count - 1] {
      var damaged = whole
      damaged[position] ^= 0x10
      try damaged.write(to: path)
      #expect(try run().verdict == .passed)
      // It was made again for the next time, too.
      let mended = try Data(contentsOf: path)
      #expect(mended != damaged)
      #expect(try run().verdict == .passed)
      #expect(try Data(contentsOf: path) == mended)
    }
    try whole.prefix(whole.count / 2).write(to: path)
    #expect(try run().verdict == .passed)
    try Data().write(to: path)
    #expect(try run().verdict == .passed)
  }

  @Test func twoGuestsAreKeptTogether() throws {
    let file = try ScenarioFile(
      yaml: """
        guests:
          nest: {image: \(guestsFolder)/nest.elf, memory: 16M}
          victim: {image: \(guestsFolder)/victim-short.elf, memory: 8M}
        defaults: {guests: [nest, victim]}
        scenarios:
          parent: {steps: [{parallel: {nest: [{expect: "nest> "}], victim: [{expect: watching}]}}, {pause: victim}]}
          child:
            start-from: parent
            steps:
              - {after: 10s}
              - {assert: {absent: intact}, guest: victim}
              - {resume: victim}
              - {sendline: uptime, guest: nest}
              - {expect: "/^100[0-9]{2} ms$/", guest: nest}
              - {expect: intact, guest: victim}
        """.utf8, path: "/s/x.yaml", environment: [:])
    for _ in 0..<2 {
      var options = RunOptions()
      options.cache = SnapshotCache(folder: folder)
      let results = ScenarioRunner(TestPlan([file], filter: try TestFilter(parsing: "=child")), options: options).run()
      #expect(results.map(\.verdict) == [.passed])
      #expect(files.count == 2)
    }
  }

  @Test func aCacheThatCannotBeWrittenIsToldOf() throws {
    let file = try ScenarioFile(
      yaml: """
        guests: {nest: {image: \(guestsFolder)/nest.elf, memory: 16M}}
        scenarios: {parent: {steps: [{expect: "nest> "}]}, child: {start-from: parent, steps: [{after: 1s}]}}
        """.utf8, path: "/s/x.yaml", environment: [:])
    var options = RunOptions()
    options.cache = SnapshotCache(folder: "/dev/null/cache")
    let told = Mutex<[String]>([])
    options.onCacheFailure = { problem in told.withLock { $0.append(problem) } }
    #expect(ScenarioRunner(TestPlan([file]), options: options).run().map(\.verdict) == [.passed, .passed])
    #expect(told.withLock { $0 }.count == 1)
  }
}
