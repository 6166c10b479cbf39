import Peripherals
import SystemBus

/// What can happen to a machine that no guest does and no device does by itself: faults, for tests of how a kernel takes
/// them. The machine must not be running.
extension VirtMachine {
  /// Turns one bit of RAM around, as a particle may.
  /// - Parameters:
  ///   - address: physical.
  ///   - bit: 0…7, from the lowest.
  /// - Returns: false, having done nothing, when the address is not in RAM or there is no such bit.
  public func flipBit(_ bit: Int, at address: UInt32) -> Bool {
    guard (0..<8).contains(bit), let byte = ram.read(at: address, count: 1)?.first else { return false }
    _ = ram.write([byte ^ 1 << UInt8(bit)], at: address)
    codeCache.memoryChanged(at: address, count: 1)
    return true
  }

  /// A request on a PLIC source that comes and goes.
  /// - Returns: false when there is no such source.
  public func pulse(interrupt source: Int) -> Bool {
    guard let source = UInt32(exactly: source), source >= 1, source <= plic.lastSource else { return false }
    let line = plic.line(for: source)
    // A device that requests already has its request stand.
    guard !line.level else { return true }
    line.set(true)
    line.set(false)
    return true
  }

  /// Has a hart do nothing until machine time is `time`.
  /// - Returns: false when there is no such hart.
  public func stall(hart index: Int, until time: Ticks) -> Bool {
    guard harts.indices.contains(index) else { return false }
    stalledUntil[index] = max(stalledUntil[index], time)
    scheduleEndOfStall()
    // The turn that it may be in the middle of is over.
    turnLeft = 0
    return true
  }

  /// Has the machine look when a stall ends.
  func scheduleEndOfStall() {
    let now = clock.now
    deadlines.schedule(stallDeadline, at: stalledUntil.filter { $0 > now }.min() ?? .max)
  }

  /// Has virtual time jump ahead. Does nothing to a machine that follows the host's clock.
  public func jumpClock(by ticks: Ticks) {
    guard let virtualClock else { return }
    let now = clock.now
    virtualClock.skip(to: now > .max - ticks ? .max : now + ticks)
    // The turn was cut to a deadline that may lie within it now.
    turnLeft = 0
  }

  /// Whether a hart is stalled now.
  func isStalled(_ index: Int) -> Bool { stalledUntil[index] > clock.now }
}
