import ArgumentParser
import Foundation
import Monitor
import Sandbox
import Synchronization
import SystemBus

/// Many unlike guests, asked for everything there is at random, until nothing has leaked and nobody waits for ever.
struct Soak: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Guests started, paused, reset, killed at random for long: what leaks, and who hangs?",
    discussion: """
      Now and then all guests are stopped and replaced. What the process then holds must be what it held the first time: \
      descriptors, threads and child processes exactly, resident memory within \(Self.tolerance >> 20) MiB. It ends \
      with 1 when it is not, and when no operation comes to its end for \(Self.patience) seconds.
      """)
  @OptionGroup var setup: Setup
  @Option(help: "How long, in seconds.") var seconds = 600.0
  @Option(help: "How many guests.") var count = 50
  @Option(help: "Where the random numbers begin.") var seed: UInt64 = 1
  @Option(help: "Operations between two looks at what is held.") var operations = 10_000
  @Option(help: "The roost command, for guests in processes of their own; '' for none.")
  var roost = ".build/release/roost"

  /// Bytes by which resident memory may have grown.
  private static let tolerance = 16 << 20
  /// Seconds that an operation may take.
  private static let patience: UInt64 = 30

  func run() throws {
    let logs = FileManager.default.temporaryDirectory.appending(path: "roost-soak-\(getpid())")
    try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: logs) }
    let sandbox = roost.isEmpty ? nil : try Sandbox(program: roost)
    let guests = try SoakGuests(setup, logs: logs.path, canUseProcesses: sandbox != nil)
    let soaked = try Soaked(guests, count: count, seed: seed, sandbox?.executionFactory)
    let watchdog = Watchdog(soaked, patience: Self.patience * 1_000_000_000)
    let isWell = try soak(soaked, watchdog)
    soaked.monitor.shutDown()
    report("soak: \(soaked.operations) operations in \(format(soaked.elapsed, 0)) s: \(isWell ? "passed" : "FAILED")")
    if !isWell { throw ExitCode.failure }
  }

  private func soak(_ soaked: Soaked, _ watchdog: Watchdog) throws -> Bool {
    var first: HostUse?
    var leaks: [String] = []
    var minute = 0
    repeat {
      for _ in 0..<operations where soaked.elapsed < seconds {
        soaked.perform()
        watchdog.feed()
        if Int(soaked.elapsed / 60) > minute {
          minute = Int(soaked.elapsed / 60)
          report("\(minute) min: \(soaked.operations) operations, \(soaked.summary); \(HostUse.measure())")
        }
      }
      try soaked.clear(watchdog.feed)
      guard let start = first else {
        let use = HostUse.settled(beside: nil)
        first = use
        report("all stopped for the first time: \(use)")
        continue
      }
      let use = HostUse.settled(beside: start)
      leaks = Self.leaks(from: start, to: use)
      report("all stopped after \(soaked.operations) operations: \(use)")
      for leak in leaks { report("leak: \(leak)") }
    } while soaked.elapsed < seconds && leaks.isEmpty
    return leaks.isEmpty
  }

  private static func leaks(from start: HostUse, to use: HostUse) -> [String] {
    var leaks: [String] = []
    if use.descriptors != start.descriptors { leaks.append("\(use.descriptors - start.descriptors) descriptors") }
    if use.threads != start.threads { leaks.append("\(use.threads - start.threads) threads") }
    if use.children != start.children { leaks.append("\(use.children - start.children) children") }
    if use.resident > start.resident + tolerance { leaks.append("\((use.resident - start.resident) >> 20) MiB") }
    return leaks
  }
}

/// The monitor that is soaked, and what is done to it.
final class Soaked: @unchecked Sendable {
  let monitor: Monitor
  private let guests: SoakGuests
  private let count: Int
  private var random: SeededGenerator
  private var subscriptions: [ConsoleSubscription] = []
  private let start = HostTime.now
  private(set) var operations = 0
  private let ends = Atomic<Int>(0)

  init(_ guests: SoakGuests, count: Int, seed: UInt64, _ processExecution: ExecutionFactory?) throws {
    self.guests = guests
    self.count = count
    random = SeededGenerator(state: seed)
    var configuration = MonitorConfiguration()
    // Not enough for all, so that some are refused.
    configuration.memoryLimit = UInt64(count) * (9 << 20)
    configuration.processExecution = processExecution
    monitor = Monitor(configuration)
    _ = monitor.observe { [weak self] event in
      if case .lifecycle(_, let state) = event, state.isOver { self?.ends.add(1, ordering: .relaxed) }
    }
    _ = try monitor.add((0..<count).map(guests.describe))
  }

  /// Seconds since the beginning.
  var elapsed: Double { Double(HostTime.now - start) / 1e9 }

  var summary: String {
    let alive = monitor.guests.count { $0.lifecycle.isAlive }
    return "\(ends.load(ordering: .relaxed)) ends, \(alive) of \(count) guests alive"
  }

  // MARK: Operations

  private typealias Operation = @Sendable (Soaked, Guest) throws -> Void

  /// Each with how often it comes. What a guest's state forbids is refused, which is part of the matter.
  private static let operations: [(weight: Int, operation: Operation)] = [
    (300, { _, guest in try guest.start() }), (100, { _, guest in try guest.pause() }),
    (100, { _, guest in try guest.resume() }), (60, { _, guest in try guest.reset() }),
    (60, { _, guest in try guest.stop() }), (60, { _, guest in try guest.kill() }),
    (100, { soaked, guest in soaked.type(on: guest) }),
    (100, { _, guest in _ = guest.statistics }), (50, { _, guest in guest.refreshMemory() }),
    (50, { soaked, guest in soaked.listen(to: guest) }),
    (30, { soaked, guest in try soaked.replace(guest) }),
    (100, { _, _ in usleep(10_000) }),
    (2, { soaked, _ in soaked.monitor.startAll() }),
    (1, { soaked, _ in soaked.monitor.stopAll() }),
  ]
  private static let total = operations.map(\.weight).reduce(0, +)

  func perform() {
    operations += 1
    guard let guest = monitor.guests.randomElement(using: &random) else { return }
    var left = Int.random(in: 0..<Self.total, using: &random)
    for (weight, operation) in Self.operations {
      left -= weight
      if left < 0 { return (try? operation(self, guest)) ?? () }
    }
  }

  private func type(on guest: Guest) {
    let lines = ["help\r", "spin\r", "echo hello\r", "selftest\r", "poweroff\r", "fail 3\r", "panic\r", "\u{1}\u{3}"]
    let text = Array((lines.randomElement(using: &random) ?? "").utf8)
    let times = Int.random(in: 0..<20, using: &random) == 0 ? 4096 : 1
    _ = guest.type(Array(repeatElement(text, count: times).joined()))
  }

  private func listen(to guest: Guest) {
    subscriptions.append(guest.console.subscribe(history: 4096) {})
    for subscription in subscriptions { _ = subscription.take() }
    if subscriptions.count > 20 { subscriptions.removeFirst().cancel() }
  }

  private func replace(_ guest: Guest) throws {
    try monitor.remove(guest)
    _ = try monitor.add([guest.description])
  }

  // MARK: A clean table

  /// Stops every guest, in order or by force, and replaces all of them.
  func clear(_ progress: () -> Void) throws {
    monitor.stopAll(force: Bool.random(using: &random))
    for guest in monitor.guests.shuffled(using: &random) {
      while !monitor.wait(timeout: 100_000_000, until: { !guest.lifecycle.isAlive && !guest.lifecycle.isPending }) {}
      progress()
    }
    if monitor.statistics.memoryAdmitted != 0 {
      throw ValidationError("memory is still admitted: \(monitor.statistics)")
    }
    for subscription in subscriptions { subscription.cancel() }
    subscriptions = []
    for guest in monitor.guests { try monitor.remove(guest) }
    _ = try monitor.add((0..<count).map(guests.describe))
  }

  /// Every guest with its state, for whoever wonders why nothing goes on.
  var states: String {
    monitor.guests.map { "\($0.name): \($0.lifecycle), \($0.statistics.slices) slices" }.joined(separator: "\n")
  }
}

extension Lifecycle {
  /// Whether it will run again by itself.
  fileprivate var isPending: Bool { word == "restarting" || word == "waiting" }
}

/// Ends the process when nothing has been done for too long.
final class Watchdog: Sendable {
  private let fed = Atomic<UInt64>(HostTime.now)

  /// - Parameter patience: in nanoseconds.
  init(_ soaked: Soaked, patience: UInt64) {
    Thread.detachNewThread { [weak self] in
      while let self {
        sleep(1)
        // In this order: it may be fed in between.
        let fed = self.fed.load(ordering: .relaxed)
        guard HostTime.now &- fed > patience else { continue }
        report("soak: nothing has been done for \(patience / 1_000_000_000) s after \(soaked.operations) operations")
        // The states may be behind the lock that everybody waits for.
        alarm(10)
        report(soaked.states)
        exit(EXIT_FAILURE)
      }
    }
  }

  func feed() { fed.store(HostTime.now, ordering: .relaxed) }
}

/// SplitMix64: the same numbers from the same seed.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

/// Prints a line at once, wherever the output goes.
private func report(_ line: String) {
  print(line)
  fflush(nil)
}
