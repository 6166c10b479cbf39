import Harness
import SystemBus

/// Steps that are done one after the other, and how far they have come.
final class Lane {
  /// What a lane waits for.
  enum Wait {
    /// Output, or the guest's end.
    case output(OutputWait)
    /// Time, and what must not be printed meanwhile.
    case time(Ticks, [OutputWait])
    case lanes([Lane])
  }

  /// Steps of which some are done.
  private struct Frame {
    let steps: [Step]
    var next = 0
    /// How often they are begun again.
    var repeats: Int
  }

  private var frames: [Frame]
  var wait: Wait?
  /// The only guest that its steps are about; nil for all.
  let guest: String?
  /// What was captured.
  private(set) var values: [String: String]
  /// Names that have another value than at the beginning, or none any more.
  private var changed: Set<String> = []

  init(_ steps: [Step], guest: String? = nil, values: [String: String]) {
    frames = [Frame(steps: steps, repeats: 0)]
    self.guest = guest
    self.values = values
  }

  /// What a step has captured.
  /// - Parameter names: all that it could have; those without a value have none from now on.
  func capture(_ names: [String], _ found: [String: String]) {
    for name in names {
      values[name] = found[name]
      changed.insert(name)
    }
  }

  /// Takes over what another lane, which began with the values of this one, has captured.
  func merge(_ other: Lane) { capture(other.changed.sorted(), other.values) }

  /// The step that is done, or was last.
  private(set) var current: Step?

  var isDone: Bool { wait == nil && frames.isEmpty }

  /// The next step; nil when there is none.
  func takeStep() -> Step? {
    while var frame = frames.popLast() {
      if frame.next == frame.steps.count, frame.repeats > 0 {
        frame.next = 0
        frame.repeats -= 1
      }
      guard frame.next < frame.steps.count else { continue }
      current = frame.steps[frame.next]
      frame.next += 1
      frames.append(frame)
      return current
    }
    return nil
  }

  /// Does `steps` so often before what comes next.
  func push(_ steps: [Step], times: Int) {
    if times > 0, !steps.isEmpty { frames.append(Frame(steps: steps, repeats: times - 1)) }
  }

  /// When it must look again at the latest, in ticks of bench time.
  var deadline: Ticks {
    switch wait {
    case .output(let wait)?: wait.nextLook
    case .time(let time, _)?: time
    case .lanes(let lanes)?: lanes.map(\.deadline).min() ?? .max
    case nil: .max
    }
  }
}

/// Waiting for what a guest prints, or for its end.
struct OutputWait {
  /// Why it is over.
  enum Outcome {
    case found(ConsoleMatch, end: Int)
    case forbidden(Int, ConsoleMatch)
    /// The guest prints no more.
    case finished
  }

  /// A match at the end of the output, which may be another when more is printed.
  struct Candidate {
    let match: ConsoleMatch
    let end: Int
    /// When it counts if nothing more is printed, in ticks of bench time.
    let settled: Ticks
  }

  let step: Step
  let guest: TestGuest
  let patterns: [ConsolePattern]
  /// For each of `patterns`, whether a match at the end of the output may be another when more is printed.
  var canGoOn: [Bool] = []
  let forbidden: [ConsolePattern]
  let deadline: Ticks
  /// When the scenario's time is up, or `deadline` if that is before.
  let lastLook: Ticks
  var search = OutputSearch()
  var candidate: Candidate?
  var outcome: Outcome?

  var isForbidden: Bool {
    if case .forbidden? = outcome { true } else { false }
  }

  /// When it must look again at the latest.
  var nextLook: Ticks { candidate?.settled ?? deadline }

  /// Looks at what has been printed since the last time.
  /// - Parameter now: bench time.
  mutating func look(at now: Ticks) {
    guard outcome == nil else { return }
    if let output = search.begin(in: guest.transcript) {
      candidate = nil
      search.kept = nil
      let found = ConsolePattern.first(of: patterns, in: output.bytes)
      let bad = ConsolePattern.first(of: forbidden, in: output.bytes)
      if let bad, found.map({ bad.match.range.lowerBound < $0.match.range.lowerBound }) ?? true {
        outcome = .forbidden(bad.number, bad.match)
        return
      }
      if let found {
        let end = output.position(of: found.match.range.upperBound)
        // One longer than what is looked at again could not be found again.
        guard end == guest.transcript.end, canGoOn[found.number], found.match.range.count < OutputSearch.overlap else {
          outcome = .found(found.match, end: end)
          return
        }
        search.kept = output.position(of: found.match.range.lowerBound)
        candidate = Candidate(match: found.match, end: end, settled: min(Self.stepAfter(now), lastLook))
      }
    }
    if let candidate, now >= candidate.settled || guest.isFinished {
      outcome = .found(candidate.match, end: candidate.end)
    } else if guest.isFinished {
      outcome = .finished
    }
  }

  /// The first point of the grid that is a whole step of it after `now`.
  private static func stepAfter(_ now: Ticks) -> Ticks {
    let grid = TestBench.grid
    return now > .max - 3 * grid ? .max : (now + 2 * grid - 1) / grid * grid
  }
}

/// Goes through output that grows: what is new is looked at, with so much of what was before that a match may have begun
/// there.
struct OutputSearch {
  /// Bytes of what was looked at before that are looked at again.
  static let overlap = 4096

  /// The end of what has been looked at.
  private var searched = -1
  /// What is before is not looked at; nil for what an expectation has gone past.
  private var start: Int?
  /// What is from here on is looked at again whatever line it is in; at most `overlap` bytes before the end.
  var kept: Int?

  init(from start: Int? = nil) { self.start = start }

  /// The output to look at; nil if there is nothing new.
  mutating func begin(in transcript: Transcript) -> Transcript.Output? {
    guard transcript.end != searched else { return nil }
    let before = searched
    let first = start ?? transcript.readPosition
    let from = max(first, min(before, transcript.end) - Self.overlap)
    let output = transcript.output(from: from)
    searched = transcript.end
    guard from > first else { return output }
    // A line that is cut begins nowhere; but nothing that is new may be left out.
    let old = output.bytes.prefix(max(before - output.position(of: output.bytes.startIndex), 0))
    guard let line = old.firstIndex(of: UInt8(ascii: "\n")) else { return output }
    let begin = output.position(of: line + 1)
    return transcript.output(from: min(begin, kept ?? begin))
  }
}
