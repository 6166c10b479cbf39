import SystemBus

/// Guests that are tested together: they share one virtual time, in which they advance side by side. One thread at a time
/// uses it.
public final class TestBench {
  public let guests: [TestGuest]
  /// Virtual time since the bench was made, in ticks.
  public private(set) var now: Ticks

  /// Output is looked at, and input enters, at multiples of this: a millisecond, in ticks.
  public static let grid: Ticks = ticksPerSecond / 1000

  /// Guests at power-on.
  public init(_ files: [GuestFiles]) throws(HarnessError) {
    now = 0
    guests = try files.map { one throws(HarnessError) in try TestGuest(one, now: 0) }
  }

  /// Guests that go on from a snapshot.
  public init(_ snapshot: BenchSnapshot) throws(HarnessError) {
    now = snapshot.now
    guests = try snapshot.guests.map { one throws(HarnessError) in try TestGuest(one, now: snapshot.now) }
  }

  public func snapshot() throws(HarnessError) -> BenchSnapshot {
    BenchSnapshot(now: now, guests: try guests.map { guest throws(HarnessError) in try guest.snapshot() })
  }

  /// Another bench that goes on from here; the two share the memory that they do not change.
  public func fork() throws(HarnessError) -> TestBench { try TestBench(try snapshot()) }

  public func guest(named name: String) -> TestGuest? { guests.first { $0.name == name } }

  /// The trace hashes of all guests (docs/TRACE.md), taken together: equal when all did the same.
  public var traceHash: UInt64 {
    guests.reduce(0) { ($0 &* 0x9E37_79B9_7F4A_7C15) ^ ($1.machine.traceHash?.value ?? 0) }
  }

  /// How advancing ended.
  public enum Advance: Equatable, Sendable {
    /// What was looked for is there.
    case met
    /// It is not, and the time has come.
    case timeReached
    /// The host's time was up before.
    case hostTimeSpent
  }

  /// Lets time pass until `limit`, in ticks of bench time, or until `isMet` is true: it is asked at first and whenever guests
  /// have run to a point of the grid. Idle time passes at once.
  /// - Parameter hostLimit: `HostTime.now` at which to give up.
  public func advance<Failure: Error>(
    until limit: Ticks, hostLimit: UInt64 = .max, isMet: () throws(Failure) -> Bool
  ) throws(Failure) -> Advance {
    while true {
      if try isMet() { return .met }
      guard now < limit else { return .timeReached }
      guard HostTime.now < hostLimit else { return .hostTimeSpent }
      step(until: limit)
    }
  }

  /// Lets time pass until `limit`, in ticks of bench time.
  public func advance(until limit: Ticks, hostLimit: UInt64 = .max) -> Advance {
    advance(until: limit, hostLimit: hostLimit) { false }
  }

  /// Goes on to the next point of the grid, or to the last before a guest that is awake has anything to do.
  private func step(until limit: Ticks) {
    // No time passes here: what was typed or done meanwhile may have woken a guest.
    let next = guests.reduce(Ticks.max) { min($0, $1.advance(to: now)) }
    let idle = next == .max ? limit : Self.pointBefore(next)
    let point = min(max(Self.pointAfter(now), idle), limit)
    for guest in guests {
      if guest.isAsleep { guest.sleep(from: now, to: point) } else { _ = guest.advance(to: point) }
    }
    now = point
  }

  private static func pointAfter(_ time: Ticks) -> Ticks {
    time > .max - 2 * grid ? .max - 1 : (time / grid + 1) * grid
  }

  private static func pointBefore(_ time: Ticks) -> Ticks { time / grid * grid }
}

/// Guests that are tested together, at one moment.
public struct BenchSnapshot: Sendable {
  /// Ticks since the bench was made.
  public var now: Ticks
  public var guests: [GuestSnapshot]

  public init(now: Ticks, guests: [GuestSnapshot]) {
    self.now = now
    self.guests = guests
  }
}
