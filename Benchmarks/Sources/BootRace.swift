/// Times from the start of a program to an event on a guest's console, in seconds.
struct BootRace: Codable {
  struct Row: Codable {
    var name: String
    var contender: Contender
    /// The median of the rounds.
    var seconds: Double
    var rounds: [Double]
  }

  var title: String
  var rows: [Row] = []

  /// The time of a contender's first row.
  func seconds(of contender: Contender) -> Double? {
    rows.first { $0.contender == contender }?.seconds
  }
}

enum BootRaceError: Error, CustomStringConvertible {
  case never(name: String, event: String, status: Int32?, output: String)

  var description: String {
    switch self {
    case .never(let name, let event, let status, let output):
      "\(name): \(event) never came (status \(status.map { "\($0)" } ?? "none, killed")); last output:\n\(output)"
    }
  }
}

/// One who takes part in a boot race.
struct BootRunner {
  var name: String
  var contender: Contender
  var invocation: Invocation
  var usesOpenSBI = false
}

extension BootRace {
  /// Boots with every runner in turn, so many rounds over.
  ///
  /// - Parameter marker: the console text that ends the race; nil for the first byte.
  init(
    title: String, _ runners: [BootRunner], until marker: String?, rounds: Int, clock: Clock, progress: (String) -> Void
  ) throws {
    var times = [[Double]](repeating: [], count: runners.count)
    for round in 1...rounds {
      progress("round \(round) of \(rounds): \(title)")
      for (index, runner) in runners.enumerated() {
        let outcome = try run(runner.invocation, until: marker, timeout: 120)
        guard let seconds = marker == nil ? outcome.firstByte : outcome.marker else {
          throw BootRaceError.never(
            name: runner.name, event: marker.map { "\"\($0)\"" } ?? "a first byte", status: outcome.status,
            output: String(outcome.text.suffix(400)))
        }
        // The program ends where the race does, so all of its processor time is the race's.
        times[index].append(clock == .wall ? seconds : outcome.processorSeconds)
      }
    }
    self.init(title: title, runners, times: times)
  }

  /// Puts together what each runner's rounds took.
  init(title: String, _ runners: [BootRunner], times: [[Double]]) {
    self.title = title
    rows = zip(runners, times).map { runner, times in
      Row(name: runner.name, contender: runner.contender, seconds: median(times) ?? 0, rounds: times)
    }
  }
}
