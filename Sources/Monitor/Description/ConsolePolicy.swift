/// What is kept of a guest's console output, and how much of it is let through.
public struct ConsolePolicy: Codable, Equatable, Sendable {
  /// File for the output; nil for none. It is opened for appending.
  public var log: String?
  /// Bytes after which the log file is renamed to `FILE.1`, and so on, and a new one begun: at least 4096.
  public var logSize: UInt64 = 10 << 20
  /// Log files kept, the current one included: 1…100.
  public var logFiles = 3
  /// Bytes of recent output kept in memory for `logs` and `attach`: 4 KiB to 16 MiB.
  public var history = 64 << 10
  /// Bytes a second that may pass for long; what goes beyond is dropped, and counted.
  public var rate: UInt64 = 1 << 20
  /// Bytes that may pass at once after a quiet time.
  public var burst: UInt64 = 1 << 20

  public init() {}
}
