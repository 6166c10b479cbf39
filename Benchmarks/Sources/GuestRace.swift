import ArgumentParser

/// The bench guests: self-checking programs that tell how many instructions they took.
struct GuestRace: Codable {
  static let guests = [
    "integer", "pointers", "calls", "hashing", "sorting", "floating", "paging", "syscalls",
  ]

  /// One guest on every contender.
  struct Row: Codable {
    var guest: String
    var instructions: UInt64
    /// The median of the rounds' time in seconds, from start to end of the program.
    var seconds: [Contender: Double]
    /// Millions of guest instructions a second, start-up taken away.
    var mips: [Contender: Double]
  }

  var clock: Clock
  var startup: [Contender: Double] = [:]
  var rows: [Row] = []

  /// The geometric mean over all guests of a contender's MIPS.
  func meanMIPS(_ contender: Contender) -> Double? {
    geometricMean(rows.compactMap { $0.mips[contender] })
  }

  /// The geometric mean over all guests of Roost's speed as a multiple of another's.
  func meanRatio(to other: Contender) -> Double? {
    geometricMean(rows.compactMap { $0.ratio(to: other) })
  }
}

extension GuestRace.Row {
  func ratio(to other: Contender) -> Double? {
    guard let mine = mips[.roost], let theirs = mips[other] else { return nil }
    return mine / theirs
  }
}

enum GuestRaceError: Error, CustomStringConvertible {
  case failed(contender: Contender, guest: String, status: Int32?, output: String)

  var description: String {
    switch self {
    case .failed(let contender, let guest, let status, let output):
      "\(contender.rawValue): \(guest) did not pass (status \(status.map { "\($0)" } ?? "none, killed")): \(output)"
    }
  }
}

/// What counts as time.
enum Clock: String, Codable, CaseIterable, ExpressibleByArgument {
  case wall, processor
}

extension GuestRace {
  /// Runs every guest on every contender in turn, so many rounds over, so that a change in the host's load meets all alike.
  init(
    _ contenders: Contenders, folder: String, guests: [String], rounds: Int, clock: Clock, progress: (String) -> Void
  ) throws {
    self.clock = clock
    var times: [String: [Contender: [Double]]] = [:]
    var instructions: [String: [Contender: UInt64]] = [:]
    for round in 1...rounds {
      for guest in ["startup"] + guests {
        progress("round \(round) of \(rounds): \(guest)")
        for contender in Contender.allCases {
          guard let invocation = contenders.bare(contender, elf: "\(folder)/\(guest).elf") else { continue }
          let outcome = try measure(invocation, contender, guest, clock)
          times[guest, default: [:]][contender, default: []].append(outcome.seconds)
          instructions[guest, default: [:]][contender] = outcome.instructions
        }
      }
    }
    startup = times["startup", default: [:]].compactMapValues(median)
    rows = guests.map { guest in
      // QEMU counts host time as instructions: only the others' count is one.
      let counts = instructions[guest, default: [:]]
      let count = counts[.spike] ?? counts[.roost] ?? 0
      let seconds = times[guest, default: [:]].compactMapValues(median)
      let mips = seconds.reduce(into: [Contender: Double]()) { result, entry in
        guard count > 0 else { return }
        result[entry.key] = Double(count) / max(entry.value - startup[entry.key, default: 0], 1e-6) / 1e6
      }
      return Row(guest: guest, instructions: count, seconds: seconds, mips: mips)
    }
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
