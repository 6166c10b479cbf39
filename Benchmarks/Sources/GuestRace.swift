import ArgumentParser

/// The bench guests: self-checking programs that tell how many instructions they took.
struct GuestRace: Codable {
  /// One guest on every contender.
  struct Row: Codable {
    var guest: String
    var group: BenchGuest.Group
    var instructions: UInt64
    /// The median of the runs' time in seconds, from start to end of the program, start-up taken away.
    var seconds: [Contender: Double]
    /// The time of each run, as it was.
    var runs: [Contender: [Double]]
    /// Millions of guest instructions a second; for native programs, those that a guest does the same work with.
    var mips: [Contender: Double]
  }

  var startup: [Contender: Double] = [:]
  var rows: [Row] = []

  /// The rows of one group, or all.
  func rows(_ group: BenchGuest.Group?) -> [Row] { rows.filter { group == nil || $0.group == group } }

  /// The geometric mean of a contender's MIPS, over all guests or a group's.
  func meanMIPS(_ contender: Contender, _ group: BenchGuest.Group? = nil) -> Double? {
    geometricMean(rows(group).compactMap { $0.mips[contender] })
  }

  /// The geometric mean of a contender's speed as a multiple of another's.
  func meanSpeed(_ contender: Contender, to other: Contender, _ group: BenchGuest.Group? = nil) -> Double? {
    geometricMean(rows(group).compactMap { $0.speed(contender, to: other) })
  }

  /// The guest on which a contender's speed is the smallest part of another's.
  func worst(_ contender: Contender, to other: Contender) -> (guest: String, speed: Double)? {
    rows.compactMap { row in row.speed(contender, to: other).map { (row.guest, $0) } }.min { $0.1 < $1.1 }
  }
}

extension GuestRace.Row {
  /// A contender's speed as a multiple of another's.
  func speed(_ contender: Contender, to other: Contender) -> Double? {
    guard let mine = seconds[contender], let theirs = seconds[other] else { return nil }
    return theirs / mine
  }
}

enum GuestRaceError: Error, CustomStringConvertible {
  case failed(contender: Contender, guest: String, status: Int32?, output: String)
  case unlike(guest: String, counts: [UInt64])

  var description: String {
    switch self {
    case .failed(let contender, let guest, let status, let output):
      "\(contender.rawValue): \(guest) did not pass (status \(status.map { "\($0)" } ?? "none, killed")): \(output)"
    case .unlike(let guest, let counts): "\(guest): Roost's engines count different instructions: \(counts)"
    }
  }
}

/// What counts as time.
enum Clock: String, Codable, CaseIterable, ExpressibleByArgument {
  case wall, processor
}

extension GuestRace {
  /// What a contender spends on a guest in a round, at least, in seconds: the host's noise is as long for short programs as
  /// for long ones, so those are run several times, but not more often than this.
  private static let leastTime = 0.3
  private static let mostRuns = 5

  /// Runs every guest on every contender in turn, so many rounds over, so that a change in the host's load meets all alike.
  init(
    _ contenders: Contenders, folder: String, guests: [BenchGuest], rounds: Int, clock: Clock,
    progress: (String) -> Void
  ) throws {
    var times: [String: [Contender: [Double]]] = [:]
    var instructions: [String: [Contender: UInt64]] = [:]
    for round in 1...rounds {
      for guest in [.startup] + guests {
        var spent: [Contender: Double] = [:]
        for _ in 0..<Self.mostRuns {
          for contender in Contender.allCases where spent[contender, default: 0] < Self.leastTime {
            guard let invocation = contenders.bench(contender, guest: guest, folder: folder) else { continue }
            progress("round \(round) of \(rounds): \(guest.name), \(contender.rawValue)")
            let outcome = try measure(invocation, contender, guest.name, clock)
            spent[contender, default: 0] += outcome.seconds
            times[guest.name, default: [:]][contender, default: []].append(outcome.seconds)
            instructions[guest.name, default: [:]][contender] = outcome.instructions
          }
        }
      }
    }
    startup = times["startup", default: [:]].compactMapValues(median)
    rows = try guests.map { guest in
      try row(guest, times[guest.name, default: [:]], instructions[guest.name, default: [:]])
    }
  }

  private func row(
    _ guest: BenchGuest, _ runs: [Contender: [Double]], _ counts: [Contender: UInt64]
  ) throws -> Row {
    let ours = Contender.engines.compactMap { counts[$0] }
    guard Set(ours).count <= 1 else { throw GuestRaceError.unlike(guest: guest.name, counts: ours) }
    // QEMU counts host time as instructions, and the host nothing: only the others' count is one.
    let count = ours.first ?? counts[.spike] ?? 0
    let seconds = runs.compactMapValues(median).reduce(into: [Contender: Double]()) { result, entry in
      result[entry.key] = max(entry.value - startup[entry.key, default: 0], 1e-6)
    }
    let mips = count == 0 ? [:] : seconds.mapValues { Double(count) / $0 / 1e6 }
    return Row(
      guest: guest.name, group: guest.group, instructions: count, seconds: seconds, runs: runs, mips: mips)
  }
}

/// Runs one guest to its end, which must be a pass.
private func measure(
  _ invocation: Invocation, _ contender: Contender, _ guest: String, _ clock: Clock
) throws -> (seconds: Double, instructions: UInt64) {
  let outcome = try run(invocation, timeout: 300)
  let words = outcome.text.split(whereSeparator: \.isWhitespace).map(String.init)
  guard outcome.status == 0, let pass = words.firstIndex(of: "pass"), pass + 4 < words.count,
    let count = UInt64(words[pass + 4], radix: 16)
  else {
    let end = String(outcome.text.suffix(200))
    throw GuestRaceError.failed(contender: contender, guest: guest, status: outcome.status, output: end)
  }
  return (clock == .wall ? outcome.seconds : outcome.processorSeconds, count)
}
