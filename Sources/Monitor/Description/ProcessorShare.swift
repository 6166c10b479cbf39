/// How much of the host's processors a guest gets, and how soon.
public struct ProcessorShare: Codable, Equatable, Sendable {
  /// Its share of what the runnable guests divide among them, relative to their weights: 1…10,000.
  public var weight: UInt32 = 100
  public var cap: ProcessorCap?
  public var latency = Latency.normal
  /// Number of the only worker that may run it, from 0; nil for any.
  public var pin: Int?

  public static let weights: ClosedRange<UInt32> = 1...10_000

  public init() {}
}

/// The most a guest may use, however idle the host is.
public enum ProcessorCap: Codable, Equatable, Sendable {
  /// Of one core's time: 0.01 to 100.
  case percent(Double)
  /// Million instructions per second: 0.001 to 1,000,000.
  case mips(Double)

  static let percents = 0.01...100.0
  static let speeds = 0.001...1e6
}

public enum Latency: String, Codable, CaseIterable, Sendable {
  case normal
  /// Runs before all normal guests as soon as it has work, within its cap.
  case realtime
}
