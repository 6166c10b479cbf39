import Harness
import SystemBus

/// Steps that are done one after the other, and how far they have come.
final class Lane {
  /// What a lane waits for.
  enum Wait {
    /// Output, or the guest's end.
    case output(OutputWait)
    case time(Ticks)
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
  /// What was captured.
  var values: [String: String]

  init(_ steps: [Step], values: [String: String]) {
    frames = [Frame(steps: steps, repeats: 0)]
    self.values = values
  }

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

  /// When time is up for what it waits for, in ticks of bench time.
  var deadline: Ticks {
    switch wait {
    case .output(let wait)?: wait.deadline
    case .time(let time)?: time
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

  let step: Step
  let guest: TestGuest
  let patterns: [ConsolePattern]
  let forbidden: [ConsolePattern]
  let deadline: Ticks
  var search = OutputSearch()
  var outcome: Outcome?

  /// Looks at what has been printed since the last time.
  mutating func look() {
    guard outcome == nil else { return }
    let position = search.begin(in: guest.transcript)
    if let output = position {
      let found = ConsolePattern.first(of: patterns, in: output.bytes)
      let bad = ConsolePattern.first(of: forbidden, in: output.bytes)
      if let bad, found.map({ bad.match.range.lowerBound < $0.match.range.lowerBound }) ?? true {
        outcome = .forbidden(bad.number, bad.match)
        return
      }
      if let found {
        outcome = .found(found.match, end: output.position(of: found.match.range.upperBound))
        return
      }
    }
    if guest.isFinished { outcome = .finished }
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

  init(from start: Int? = nil) { self.start = start }

  /// The output to look at; nil if there is nothing new.
  mutating func begin(in transcript: Transcript) -> Transcript.Output? {
    guard transcript.end != searched else { return nil }
    let first = start ?? transcript.readPosition
    let from = max(first, min(searched, transcript.end) - Self.overlap)
    let output = transcript.output(from: from)
    let isCut = from > first
    searched = transcript.end
    // A line that is cut begins nowhere.
    guard isCut, let line = output.bytes.firstIndex(of: UInt8(ascii: "\n")), line + 1 < output.bytes.endIndex else {
      return output
    }
    return transcript.output(from: output.position(of: line + 1))
  }
}
