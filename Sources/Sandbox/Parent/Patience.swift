/// Decides how long to wait for the answer to one request, and what waiting in vain costs the guest.
///
/// A child blocks the worker that waits for it. One that computes pays with its processor time, and one that the host
/// keeps waiting is not to blame; but time in which it could have answered and did not is the guest's to pay, or a child
/// could stop its neighbours for nothing. Only waits that ended without an answer count, so that a late wake-up of the
/// monitor's own thread is nobody's fault.
package struct Patience {
  /// How long a child may go without answering when nothing keeps it, in nanoseconds.
  package static let limit: UInt64 = 2_000_000_000
  /// The longest single wait.
  package static let longestWait: UInt64 = 64_000_000
  /// What a child may be late without a question, for being woken and for ending its slice.
  private static let grace: UInt64 = 1_000_000

  /// Whether the child was late at all.
  package var hasWaited: Bool { waited > 0 }

  private let requested: UInt64
  package private(set) var nextWait: UInt64
  /// Time waited without an answer.
  private var waited: UInt64 = 0

  /// - Parameter nanoseconds: length of the slice that was asked for.
  package init(slice nanoseconds: UInt64) {
    requested = min(nanoseconds, 1 << 60)
    nextWait = requested + Self.grace
  }

  /// Nothing came during the last wait, which took so many nanoseconds. What this process spent stopped is not counted.
  package mutating func waitedInVain(_ nanoseconds: UInt64) {
    waited = min(waited + min(nanoseconds, nextWait * 2), 1 << 62)
    nextWait = min(max((waited - min(waited, requested)), Self.grace), Self.longestWait)
  }

  /// Time in which the child could have answered and neither did nor computed.
  /// - Parameters:
  ///   - processorTime: what it has used since it was asked.
  ///   - runDelay: what it has waited for a processor since then.
  package func idled(processorTime: UInt64, runDelay: UInt64) -> UInt64 {
    unexplained(by: max(requested, processorTime), and: runDelay)
  }

  /// Whether to wait no longer, whatever the child does instead of answering.
  package func isOver(runDelay: UInt64) -> Bool { unexplained(by: requested, and: runDelay) > Self.limit }

  private func unexplained(by reason: UInt64, and other: UInt64) -> UInt64 {
    let explained = reason.addingReportingOverflow(other)
    return explained.overflow ? 0 : waited - min(waited, explained.partialValue)
  }
}
