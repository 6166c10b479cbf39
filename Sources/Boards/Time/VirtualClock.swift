import HartEngine
import SystemBus

/// Machine time counted in executed instructions, so that a run depends on its inputs alone.
///
/// The harts of a machine take turns; time advances by the instructions of whichever runs, and skips to the next
/// deadline when all wait.
public final class VirtualClock: MachineClock {
  /// Instructions in one tick (100 ns): the guest's apparent speed in units of 10 MIPS.
  public let instructionsPerTick: UInt64
  /// Wall-clock time at power-on, in nanoseconds since 1970.
  public let epoch: UInt64
  private var elapsed: UInt64 = 0
  private unowned var running: Hart?
  private var runningSince: UInt64 = 0

  /// - Parameters:
  ///   - instructionsPerTick: at least 1; 10 makes a guest of 100 MIPS.
  ///   - epoch: what the RTC shows at power-on, in nanoseconds since 1970-01-01 UTC.
  public init(instructionsPerTick: UInt64 = 10, epoch: UInt64 = 1_767_225_600_000_000_000) {
    self.instructionsPerTick = max(instructionsPerTick, 1)
    self.epoch = epoch
  }

  private var instructions: UInt64 { elapsed &+ (running.map { $0.executed &- runningSince } ?? 0) }

  public var now: Ticks { instructions / instructionsPerTick }
  public var wallClockNanoseconds: UInt64 { epoch &+ now &* 100 }

  /// From here on time advances with what `hart` executes.
  func begin(_ hart: Hart) {
    running = hart
    runningSince = hart.executed
  }

  /// The hart's turn is over.
  func end() {
    elapsed = instructions
    running = nil
  }

  /// Whether `deadline` comes before the count of instructions ends.
  func reaches(_ deadline: Ticks) -> Bool { !deadline.multipliedReportingOverflow(by: instructionsPerTick).overflow }

  /// Lets the idle time until `deadline` pass at once.
  func skip(to deadline: Ticks) {
    if reaches(deadline) { elapsed = max(elapsed, deadline &* instructionsPerTick) }
  }

  /// Instructions until `deadline`, at least 1.
  func instructions(until deadline: Ticks) -> UInt64 {
    let target = deadline.multipliedReportingOverflow(by: instructionsPerTick)
    guard !target.overflow, target.partialValue > instructions else { return target.overflow ? .max : 1 }
    return target.partialValue - instructions
  }

  func save(to encoder: inout StateEncoder) {
    encoder.section("virtual clock", version: 1)
    encoder.encode(instructions)
  }

  func restore(from decoder: inout StateDecoder) throws(StateError) {
    try decoder.section("virtual clock", newest: 1)
    elapsed = try decoder.decode(UInt64.self)
    running = nil
  }
}
