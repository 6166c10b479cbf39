import Boards
import Foundation
import Monitor
import Synchronization
import SystemBus
import Testing

/// A monitor whose guests are fake machines.
final class Laboratory: Sendable {
  let monitor: Monitor
  private let journals: Journals
  private let seen: Seen

  private final class Seen: Sendable {
    let events = Mutex<[String]>([])

    func note(_ event: MonitorEvent) {
      switch event {
      case .lifecycle(let guest, let state): events.withLock { $0.append("\(guest.name) \(state.word)") }
      case .notice(let guest, let text): events.withLock { $0.append("\(guest.name): \(text)") }
      case .started, .console, .said: break
      }
    }
  }

  private final class Journals: Sendable {
    let all = Mutex<[String: Journal]>([:])
    func of(_ name: String) -> Journal {
      all.withLock { all in
        let journal = all[name] ?? Journal()
        all[name] = journal
        return journal
      }
    }
  }

  /// - Parameters:
  ///   - memory: MiB that all guests may have together.
  ///   - backOff: milliseconds before each restart.
  init(workers: Int = 2, memory: UInt64 = 1024, backOff: UInt64 = 1) {
    let journals = Journals()
    var configuration = MonitorConfiguration()
    configuration.workers = workers
    configuration.memoryLimit = memory << 20
    configuration.backOff = { _ in backOff }
    configuration.threadExecution = { description in
      try FakeMachine(description.boot.kernel, journals.of(description.name))
    }
    self.journals = journals
    monitor = Monitor(configuration)
    let seen = Seen()
    self.seen = seen
    _ = monitor.observe { event in seen.note(event) }
  }

  // MARK: Guests

  /// A guest with 1 MiB that carries out `program`.
  static func describe(
    _ name: String, _ program: String = "sleep", _ change: (inout GuestDescription) -> Void = { _ in }
  ) -> GuestDescription {
    var description = GuestDescription(name: name, boot: BootDescription(kernel: program))
    description.machine.memory = 1 << 20
    change(&description)
    return description
  }

  func add(
    _ name: String = "guest", _ program: String = "sleep", _ change: (inout GuestDescription) -> Void = { _ in }
  ) throws -> Guest {
    try #require(try monitor.add([Self.describe(name, program, change)]).first)
  }

  // MARK: What happened

  func journal(_ guest: Guest) -> Journal { journals.of(guest.name) }

  /// States, starts and notices of all guests, in order, as `NAME STATE`; console output is left out.
  var events: [String] { seen.events.withLock { $0 } }

  /// Machines that have been made and not ended.
  var living: Int { journals.all.withLock { $0.values.reduce(0) { $0 + $1.count("made") - $1.count("ended") } } }

  /// Waits, for ten seconds at most, until `condition` holds.
  func until(
    _ what: Comment, _ condition: @escaping () -> Bool, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let holds = monitor.wait(timeout: 10_000_000_000, until: condition)
    #expect(holds, what, sourceLocation: sourceLocation)
  }

  func until(_ guest: Guest, is word: String, sourceLocation: SourceLocation = #_sourceLocation) {
    until(
      "\(guest.name) is \(guest.lifecycle), not \(word)", { guest.lifecycle.word == word },
      sourceLocation: sourceLocation
    )
  }

  /// Waits for something that no event tells of.
  func untilQuietly(_ what: Comment, _ condition: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation) {
    let deadline = HostTime.now + 10_000_000_000
    while HostTime.now < deadline {
      if condition() { return }
      usleep(200)
    }
    Issue.record(what, sourceLocation: sourceLocation)
  }
}

extension Guest {
  /// Types a line.
  func tell(_ line: String) { _ = type(Array("\(line)\n".utf8)) }
  var said: String { String(decoding: console.recent(), as: UTF8.self) }
}

/// A folder that is gone after the test.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "roost-monitor-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }
  func contents(_ name: String) -> String? { try? String(contentsOfFile: path(name), encoding: .utf8) }
}
