import HartEngine
import SystemBus

/// Machine time counted in executed instructions, so that a run depends on its inputs alone.
///
/// The harts of a machine take turns; time advances by the instructions of whichever runs, and skips to the next
/// deadline when all wait. It is computed from their number each time, so that no rate drifts.
public final class VirtualClock: MachineClock {
  /// The guest's apparent speed.
  public let rate: ClockRate
  /// Wall-clock time at power-on, in nanoseconds since 1970.
  public let epoch: UInt64
  /// So many instructions take `ticksPerPeriod`, in lowest terms.
  private let instructionsPerPeriod: UInt64
  private let ticksPerPeriod: UInt64
  // It is read at each trap: no check of exclusive access, and no count of who refers to the hart, whose turn it is.
  @exclusivity(unchecked) private var elapsed: UInt64 = 0
  @exclusivity(unchecked) private var running: Unmanaged<Hart>?
  @exclusivity(unchecked) private var runningSince: UInt64 = 0

  /// - Parameter epoch: what the RTC shows at power-on, in nanoseconds since 1970-01-01 UTC.
  public init(rate: ClockRate = .standard, epoch: UInt64 = 1_767_225_600_000_000_000) {
    self.rate = rate
    self.epoch = epoch
    let divisor = Self.greatestCommonDivisor(rate.instructionsPerSecond, ticksPerSecond)
    instructionsPerPeriod = rate.instructionsPerSecond / divisor
    ticksPerPeriod = ticksPerSecond / divisor
  }

  private static func greatestCommonDivisor(_ a: UInt64, _ b: UInt64) -> UInt64 {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }

  private var instructions: UInt64 {
    guard let running else { return elapsed }
    return elapsed &+ running._withUnsafeGuaranteedRef { $0.executed &- runningSince }
  }

  public var now: Ticks {
    if ticksPerPeriod == 1 { return instructions / instructionsPerPeriod }
    let product = instructions.multipliedFullWidth(by: ticksPerPeriod)
    // Only what skips nearly to the end of time comes that far; it stays there.
    guard product.high < instructionsPerPeriod else { return .max }
    return instructionsPerPeriod.dividingFullWidth(product).quotient
  }

  public var wallClockNanoseconds: UInt64 { epoch &+ now &* 100 }

  /// From here on time advances with what `hart` executes.
  func begin(_ hart: Hart) {
    running = .passUnretained(hart)
    runningSince = hart.executed
  }

  /// The hart's turn is over.
  func end() {
    elapsed = instructions
    running = nil
  }

  /// How many instructions after power-on `deadline` is reached; nil when the count of them ends before.
  private func count(at deadline: Ticks) -> UInt64? {
    let product = deadline.multipliedFullWidth(by: instructionsPerPeriod)
    guard product.high < ticksPerPeriod else { return nil }
    let (whole, rest) = ticksPerPeriod.dividingFullWidth(product)
    return rest == 0 ? whole : whole == .max ? nil : whole + 1
  }

  /// Whether `deadline` comes before the count of instructions ends.
  func reaches(_ deadline: Ticks) -> Bool { count(at: deadline) != nil }

  /// Lets the idle time until `deadline` pass at once.
  func skip(to deadline: Ticks) {
    if let count = count(at: deadline) { elapsed = max(elapsed, count) }
  }

  /// Instructions until `deadline`, at least 1.
  func instructions(until deadline: Ticks) -> UInt64 {
    guard let target = count(at: deadline) else { return .max }
    let instructions = instructions
    return target > instructions ? target - instructions : 1
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
