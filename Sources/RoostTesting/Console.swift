import Harness

/// The console of a guest, for tests.
///
/// Expectations look at what was printed behind the last match, of that at most the last 64 KiB: of a guest that prints more
/// while a test lets time pass otherwise, some is not looked at.
public struct Console: Sendable {
  let guest: Guest

  /// Waits until the guest has printed `text`, behind what was found before.
  /// - Parameters:
  ///   - forbidden: texts that must not be printed before, such as `Kernel panic`.
  ///   - time: virtual time to wait at most.
  /// - Throws: `GuestFailure`, which tells what the guest did instead.
  @discardableResult
  public func expect(
    _ text: String, not forbidden: [String] = [], within time: Duration = .seconds(60)
  ) async throws -> Match {
    try await guest.expect(
      [ConsolePattern(text)], not: forbidden.map { ConsolePattern($0) }, within: time)
  }

  /// Waits for the first of several texts; `Match.number` tells which.
  @discardableResult
  public func expect(
    any texts: [String], not forbidden: [String] = [], within time: Duration = .seconds(60)
  ) async throws -> Match {
    try await guest.expect(
      texts.map { ConsolePattern($0) }, not: forbidden.map { ConsolePattern($0) }, within: time)
  }

  /// Waits for what a regular expression matches, given as text: `^` and `$` match at each line.
  @discardableResult
  public func expect(
    matching expression: String, not forbidden: [String] = [], within time: Duration = .seconds(60)
  ) async throws -> Match {
    try await guest.expect(
      [try ConsolePattern(expression: expression)], not: forbidden.map { ConsolePattern($0) }, within: time)
  }

  /// All that was printed, the last 3 MiB at least, without carriage returns.
  public var text: String { get async { await guest.consoleText } }
}

/// What was found on a console.
public struct Match: Sendable, Equatable {
  /// Which of several patterns, from 0.
  public let number: Int
  public let text: String
  /// Captured groups in order; nil for those that had no part in it.
  public let captures: [String?]
  /// Those that have names.
  public let named: [String: String]

  init(number: Int, _ match: ConsoleMatch) {
    self.number = number
    text = match.text
    captures = match.captures
    named = match.namedCaptures
  }
}
