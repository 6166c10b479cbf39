import Boards
import Diagnosis
import SystemBus

/// What there is to tell of a guest that did not do as it should.
public struct Explanation: Sendable {
  /// The last lines of the console.
  public var console: [String]
  /// Where the guest is and what may be wrong, as lines of text.
  public var diagnosis: String
  /// The last instructions that retired, as lines of a commit trace (docs/TRACE.md), the oldest first.
  public var instructions: [String]
  /// The guest shortly before.
  public var before: GuestSnapshot
}

extension TestGuest {
  /// Looks at the guest, and does over again what was done to it since `mark`, to see how it came there.
  /// - Parameters:
  ///   - instructions: how many of the last ones to tell.
  ///   - time: how long before now the snapshot is to be of, in ticks of virtual time.
  public func explain(instructions: Int = 1000, before time: Ticks = 100_000) throws(HarnessError) -> Explanation {
    let past = try Replay(of: self, instructions: instructions, before: time)
    return Explanation(
      console: transcript.lastLines(20), diagnosis: Diagnosis.examine(machine, symbols: symbols).text,
      instructions: past.lines, before: past.snapshot)
  }
}

/// What a guest did since its last mark, done over again in another machine, with a closer look at the end.
private struct Replay {
  private let guest: TestGuest
  private let tail: Tail
  /// The guest so long before its end as was asked for, or at its mark if that was later.
  private(set) var snapshot: GuestSnapshot

  var lines: [String] { tail.lines }

  /// The last lines of a trace.
  private final class Tail {
    private var ring: [[UInt8]] = []
    private var next = 0
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    func append(_ line: [UInt8]) {
      if ring.count < limit { ring.append(line) } else { ring[next] = line }
      next = (next + 1) % max(limit, 1)
    }

    var lines: [String] {
      let isFull = ring.count == limit
      let ordered = isFull ? Array(ring[next...] + ring[..<next]) : ring
      return ordered.map { String(decoding: $0, as: UTF8.self) }
    }
  }

  init(of original: TestGuest, instructions: Int, before time: Ticks) throws(HarnessError) {
    guest = try TestGuest(original.origin, now: 0)
    tail = Tail(limit: max(instructions, 1))
    snapshot = original.origin
    let end = original.machine.now
    let executed = Self.executed(by: original)
    let isTold = executed - min(executed, UInt64(max(instructions, 0)))
    let atOnce = Self.instructionsAtOnce(original.machine.configuration.clock)
    var events = original.events[...]
    var hasSnapshot = false
    while true {
      while let event = events.first, event.time <= guest.machine.now {
        guest.carryOut(event)
        events.removeFirst()
      }
      let now = guest.machine.now
      guard now < end, !guest.isFinished || !events.isEmpty else { break }
      if !hasSnapshot, now >= (end > time ? end - time : 0) {
        hasSnapshot = true
        snapshot = try guest.snapshot()
      }
      if guest.machine.onCommit == nil, Self.executed(by: guest) &+ atOnce >= isTold {
        guest.machine.onCommit = { [tail] in tail.append($0) }
      }
      _ = guest.machine.run(until: min(now + TestBench.grid, end, events.first?.time ?? .max))
    }
    // A machine may have ended within a tick.
    let rest = executed - min(executed, Self.executed(by: guest))
    if !guest.isFinished, rest > 0 { _ = guest.machine.run(instructions: rest) }
  }

  /// Instructions between two points of the grid, at most.
  private static func instructionsAtOnce(_ clock: MachineConfiguration.ClockKind) -> UInt64 {
    guard case .virtual(let rate) = clock else { return 0 }
    return rate.instructionsPerSecond / (ticksPerSecond / TestBench.grid) + 1
  }

  private static func executed(by guest: TestGuest) -> UInt64 { guest.machine.harts.reduce(0) { $0 &+ $1.executed } }
}
