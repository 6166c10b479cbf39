/// A point in machine time, in ticks of the 10 MHz timebase (100 ns) since power-on: what `mtime` reads.
public typealias Ticks = UInt64

/// Ticks per second of `mtime`, as the device tree's `timebase-frequency` says.
public let ticksPerSecond: UInt64 = 10_000_000

/// Where machine time comes from. Parts of a machine read this and nothing else.
public protocol TimeSource: AnyObject {
  /// Machine time now; never decreases.
  var now: Ticks { get }
  /// Wall-clock time for the RTC, in nanoseconds since 1970-01-01 UTC.
  var wallClockNanoseconds: UInt64 { get }
}

/// Calls devices back when machine time reaches a deadline they asked for.
public final class DeadlineQueue {
  /// One device's deadline.
  public struct Handle: Sendable { fileprivate let index: Int }

  @exclusivity(unchecked) private var deadlines: [Ticks] = []
  @exclusivity(unchecked) private var handlers: [(Ticks) -> Void] = []
  /// The earliest deadline, or `Ticks.max` when there is none.
  @exclusivity(unchecked) public private(set) var next: Ticks = .max
  /// Called when `next` became earlier, so that a running slice can be shortened.
  public var onEarlier: (() -> Void)?

  public init() {}

  public func register(_ handler: @escaping (Ticks) -> Void) -> Handle {
    deadlines.append(.max)
    handlers.append(handler)
    return Handle(index: deadlines.count - 1)
  }

  /// Sets the one deadline of `handle`; `Ticks.max` cancels it. A deadline in the past fires at the next `fire`.
  public func schedule(_ handle: Handle, at deadline: Ticks) {
    deadlines[handle.index] = deadline
    let earliest = deadlines.min() ?? .max
    let isEarlier = earliest < next
    next = earliest
    if isEarlier { onEarlier?() }
  }

  /// Calls every handler whose deadline is at or before `now`; each is cancelled first and may schedule itself again.
  public func fire(now: Ticks) {
    guard next <= now else { return }
    for index in deadlines.indices where deadlines[index] <= now {
      deadlines[index] = .max
      handlers[index](now)
    }
    next = deadlines.min() ?? .max
  }
}
