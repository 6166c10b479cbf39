import Boards
import SystemBus

extension TestBench {
  /// How waiting for output ended.
  public enum Expectation: Equatable, Sendable {
    /// The pattern with this number was found; expectations go on behind it.
    case found(Int, ConsoleMatch)
    /// The pattern with this number, which must not be there, was found.
    case forbidden(Int, ConsoleMatch)
    /// Nothing of that kind was printed in time.
    case timeReached
    /// The guest has ended, or has no power, and will print nothing more.
    case ended(MachineEnd?)
    /// The host's time was up.
    case hostTimeSpent
  }

  /// Lets time pass until a guest has printed one of `patterns`, behind what was found before: of several, the one that begins
  /// first. At most the last 64 KiB of what is unread are looked at.
  /// - Parameters:
  ///   - forbidden: what must not be printed before.
  ///   - time: how long to wait, in ticks.
  public func expect(
    _ patterns: [ConsolePattern], from guest: TestGuest, forbidden: [ConsolePattern] = [], within time: Ticks,
    hostLimit: UInt64 = .max
  ) -> Expectation {
    var result: Expectation?
    var seen = -1
    let advance = advance(until: now > .max - time ? .max : now + time, hostLimit: hostLimit) {
      if guest.transcript.end != seen {
        seen = guest.transcript.end
        result = Self.look(for: patterns, forbidden, in: guest)
      }
      if result == nil, guest.isFinished { result = .ended(guest.end) }
      return result != nil
    }
    if let result { return result }
    return advance == .hostTimeSpent ? .hostTimeSpent : .timeReached
  }

  private static func look(
    for patterns: [ConsolePattern], _ forbidden: [ConsolePattern], in guest: TestGuest
  ) -> Expectation? {
    let output = guest.transcript.unread()
    let found = ConsolePattern.first(of: patterns, in: output.bytes)
    let bad = ConsolePattern.first(of: forbidden, in: output.bytes)
    if let bad, found.map({ bad.match.range.lowerBound < $0.match.range.lowerBound }) ?? true {
      return .forbidden(bad.number, bad.match)
    }
    guard let found else { return nil }
    guest.read(upTo: output.position(of: found.match.range.upperBound))
    return .found(found.number, found.match)
  }
}
