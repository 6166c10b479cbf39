import Boards
import Monitor
import Synchronization
import SystemBus

/// A machine without a guest, which does what it is told: first by its kernel's name, then by what is typed.
///
/// A program is a list of steps between semicolons: `say TEXT`, `pass`, `fail N`, `hang`, `lose`, `busy` (there is more
/// to run for ever), `march` (the same, with a quantum of virtual time in each slice), `nap N` (for so many microseconds),
/// `sleep` (until something is typed, which it is anyway). Typed lines end with a newline; what is no step is ignored. The
/// kernel `missing` cannot be made a machine of.
final class FakeMachine: Execution {
  let doorbell = Doorbell()
  private let journal: Journal
  private var steps: [Substring]
  private var typed: [UInt8] = []
  private var isBusy = false
  private var isMarching = false
  private var statistics = MachineStatistics()

  struct Missing: Error, CustomStringConvertible { var description: String { "there is no such kernel" } }

  init(_ program: String, _ journal: Journal) throws {
    guard program != "missing" else { throw Missing() }
    self.journal = journal
    steps = program.split(separator: ";")
    journal.note("made")
  }

  func run(for nanoseconds: UInt64, until horizon: Ticks) -> SliceReport {
    statistics.instructions += 1000
    var report = SliceReport(outcome: isBusy ? .ran : .idle(nanoseconds: nil))
    while !steps.isEmpty {
      if let outcome = carryOut(steps.removeFirst(), &report.output) {
        report.outcome = outcome
        break
      }
    }
    report.statistics = statistics
    if isMarching, horizon != .max { report.virtualTime = horizon }
    return report
  }

  private func carryOut(_ step: Substring, _ output: inout [UInt8]) -> SliceReport.Outcome? {
    let words = step.split(separator: " ", maxSplits: 1)
    switch words.first {
    case "say": output += Array(words[1].utf8) + [0x0A]
    case "pass": return .ended(.passed)
    case "fail": return .ended(.failed(code: UInt16(words[1]) ?? 0))
    case "hang": return .ended(.hung(reason: "it was told to"))
    case "lose": return .lost(reason: "the machine is gone")
    case "nap": return .idle(nanoseconds: (UInt64(words[1]) ?? 0) * 1000)
    case "busy", "march":
      isBusy = true
      isMarching = words.first == "march"
      return .ran
    default: break
    }
    return nil
  }

  func type(_ bytes: [UInt8]) {
    typed += bytes
    let lines = typed.split(separator: 0x0A, omittingEmptySubsequences: false)
    steps += lines.dropLast().flatMap { String(decoding: $0, as: UTF8.self).split(separator: ";") }
    typed = Array(lines.last ?? [])
  }

  func reset() {
    statistics.resets += 1
    journal.note("reset")
  }
  func hold() { journal.note("held") }
  func release() { journal.note("released") }
  func measureMemory() -> MemoryUse {
    var use = MemoryUse()
    use.resident = 4096
    return use
  }
  func end() { journal.note("ended") }
}

/// What happened to the machines of one guest.
final class Journal: Sendable {
  private let entries = Mutex<[String]>([])
  func note(_ entry: String) { entries.withLock { $0.append(entry) } }
  var all: [String] { entries.withLock { $0 } }
  func count(_ entry: String) -> Int { entries.withLock { $0.count { $0 == entry } } }
}
