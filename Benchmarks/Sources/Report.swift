import Foundation

/// Everything that one run of the bench found.
struct Report: Codable {
  var host: HostFacts
  var rounds: Int
  /// What counts as time in all but the start-up race.
  var clock: Clock
  var guests: GuestRace?
  var linux: BootRace?
  /// Commands inside Linux.
  var shell: [BootRace]?
  var startup: BootRace?
  var idle: IdleMemory?

  func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try encoder.encode(self).write(to: URL(fileURLWithPath: path))
  }
}

/// A goal and whether it was met.
struct Goal {
  var text: String
  var isMet: Bool
}

extension Report {
  /// The project's goals, as far as this run measured them.
  var goals: [Goal] {
    var goals = guests.map(interpreterGoals) ?? []
    for engine in [Contender.translator, .auto] { goals += engineGoals(engine) }
    if let guests { goals += choiceGoals(guests) }
    if let ratio = (startup?.timeToQEMU(.auto) ?? startup?.timeToQEMU(.interpreter)) {
      goals.append(
        Goal(text: "first byte in at most 0.33 of QEMU's time: \(decimal(ratio, 2))", isMet: ratio <= 1.0 / 3))
    }
    if let idle {
      // Stricter than the goal, which leaves out the RAM that the guest has touched.
      goals.append(Goal(text: "idle nest in at most 8 MiB: \(idle.residentKiB) KiB", isMet: idle.residentKiB <= 8192))
    }
    return goals
  }

  private func interpreterGoals(_ guests: GuestRace) -> [Goal] {
    var goals: [Goal] = []
    if let mips = guests.meanMIPS(.interpreter) {
      goals.append(Goal(text: "interpreter: at least 300 MIPS: \(decimal(mips, 0))", isMet: mips >= 300))
    }
    if let ratio = guests.meanSpeed(.interpreter, to: .spike) {
      goals.append(
        Goal(text: "interpreter: at least as fast as Spike: \(decimal(ratio, 2)) times", isMet: ratio >= 1))
    }
    return goals
  }

  /// What is asked of the engines that translate.
  private func engineGoals(_ engine: Contender) -> [Goal] {
    var goals: [Goal] = []
    func least(_ wanted: Double, _ what: String, _ value: Double?) {
      guard let value else { return }
      let text = "\(engine.rawValue): \(what) at least \(wanted) times QEMU's speed: \(decimal(value, 2))"
      goals.append(Goal(text: text, isMet: value >= wanted))
    }
    func most(_ wanted: Double, _ what: String, _ value: Double?) {
      guard let value else { return }
      goals.append(
        Goal(text: "\(engine.rawValue): \(what) at most \(wanted): \(decimal(value, 2))", isMet: value <= wanted))
    }
    least(3.5, "bare guests", guests?.meanSpeed(engine, to: .qemu, .bare))
    least(2.2, "Sv32 guests", guests?.meanSpeed(engine, to: .qemu, .sv32))
    if let worst = guests?.worst(engine, to: .qemu) { least(1.2, "the worst guest, \(worst.guest),", worst.speed) }
    most(1.6, "bare guests, times the native time,", guests?.meanSpeed(.native, to: engine, .bare))
    most(2.2, "Sv32 guests, times the native time,", guests?.meanSpeed(.native, to: engine, .sv32))
    most(0.35, "Linux to prompt, parts of QEMU's time,", linux?.timeToQEMU(engine))
    if let mine = linux?.seconds(of: engine), let interpreter = linux?.seconds(of: .interpreter) {
      most(1, "Linux to prompt, times the interpreter's time,", mine / interpreter)
    }
    for race in shell ?? [] { least(1.5, race.title, race.timeToQEMU(engine).map { 1 / $0 }) }
    return goals
  }

  /// The engine that chooses must not lose to the better of the two.
  private func choiceGoals(_ guests: GuestRace) -> [Goal] {
    let losses = guests.rows.compactMap { row -> (String, Double)? in
      // The fastest run of each: engines mostly run the same code, and medians differ by more than is asked about.
      guard let auto = row.runs[.auto]?.min(), let one = row.runs[.interpreter]?.min(),
        let other = row.runs[.translator]?.min()
      else { return nil }
      return (row.guest, auto / min(one, other))
    }
    return losses.max { $0.1 < $1.1 }.map { guest, ratio in
      let text =
        "auto: at most 1.03 times the better engine's time, of the fastest runs: \(decimal(ratio, 3)) on \(guest)"
      return [Goal(text: text, isMet: ratio <= 1.03)]
    } ?? []
  }

  /// The tables for people.
  var text: String {
    let load = host.load.map { ", load \(decimal($0, 1))" } ?? ""
    var lines = [
      "\(host.processor), \(host.cores) cores\(load), \(host.system); medians of \(rounds) rounds, \(clock.rawValue) time",
      "",
    ]
    if let guests { lines += guests.table + [""] }
    for race in [linux].compactMap(\.self) + (shell ?? []) + [startup].compactMap(\.self) { lines += race.table + [""] }
    if let idle { lines += idle.table + [""] }
    lines += goals.map { ($0.isMet ? "met      " : "NOT MET  ") + $0.text }
    return lines.joined(separator: "\n")
  }
}
