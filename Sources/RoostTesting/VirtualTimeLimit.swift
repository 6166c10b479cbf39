import SystemBus

/// How much virtual time the guests of a task may use, each from power-on.
public struct VirtualTimeLimit: Sendable {
  /// In ticks of bench time.
  let ticks: Ticks

  /// - Parameter time: at most some hundred years.
  public init(_ time: Duration) { ticks = Self.ticks(time) }

  private init(ticks: Ticks) { self.ticks = ticks }

  /// The limit of guests made now.
  @TaskLocal public static var current = VirtualTimeLimit(ticks: .max / 4)

  static func ticks(_ time: Duration) -> Ticks {
    let (seconds, attoseconds) = time.components
    let whole = Ticks(clamping: min(seconds, Int64(Int32.max) * 4))
    return whole * ticksPerSecond + Ticks(clamping: attoseconds) / (1_000_000_000_000_000_000 / ticksPerSecond)
  }
}
