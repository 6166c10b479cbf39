/// What the monitor does when a guest has ended by itself.
public enum RestartPolicy: Codable, Equatable, Sendable {
  case never
  /// Starts it again when it failed or hangs, at most so many times in a row; nil for any number.
  case onFailure(limit: UInt32?)
  /// Starts it again however it ended, unless it was stopped from outside.
  case always

  /// Milliseconds before the restart that follows `count` others in a row: 100, 200, 400 … up to a minute.
  public static func backOff(after count: UInt32) -> UInt64 { min(100 << UInt64(min(count, 10)), 60_000) }

  /// Milliseconds of running after which earlier restarts no longer count.
  public static let settled: UInt64 = 10_000

  /// Whether a guest that ended is to be started again.
  func restarts(failed: Bool, after count: UInt32) -> Bool {
    switch self {
    case .never: false
    case .onFailure(let limit): failed && limit.map { count < $0 } ?? true
    case .always: true
    }
  }
}
