import Synchronization

/// Memory for host code that all guests of a process share. What each guest may use in any case does not count, so that
/// no guest can keep another from running. Any thread may use it.
public final class CodeBudget: Sendable {
  /// That of this process: 512 MiB.
  public static let process = CodeBudget(limit: 512 << 20)

  /// In bytes.
  public let limit: Int
  private let taken = Atomic<Int>(0)

  /// - Parameter limit: in bytes; not negative.
  public init(limit: Int) { self.limit = max(limit, 0) }

  /// Bytes that nobody has.
  public var left: Int { limit - taken.load(ordering: .relaxed) }

  /// Takes so many bytes, or none and says false if there are not as many.
  package func take(_ count: Int) -> Bool {
    var known = taken.load(ordering: .relaxed)
    while known + count <= limit {
      let (exchanged, original) = taken.weakCompareExchange(
        expected: known, desired: known + count, ordering: .relaxed)
      if exchanged { return true }
      known = original
    }
    return false
  }

  /// Puts back what was taken.
  package func giveBack(_ count: Int) { taken.subtract(count, ordering: .relaxed) }
}

extension Translator {
  /// Host code that a guest may have whatever the others do, in bytes.
  public static let guaranteedCapacity = 1 << 20
  /// How much is taken from the budget at once.
  private static let step = 1 << 20
  /// More than nearly all regions need.
  private static let enough = 256 << 10
  /// What is free beyond this is not needed soon.
  private static let plenty = 2 << 20
  /// How much is given back at once: that takes the host about ten microseconds.
  private static let piece = 64 << 10

  /// To be called before code is written. Takes more memory when little is left, if the budget has some, and gives back a
  /// piece when much is free, as after all code was dropped: giving back all of it at once takes milliseconds.
  func adjustRoom() {
    if buffer.free < Self.enough, buffer.limit < buffer.capacity {
      let more = min(Self.step, buffer.capacity - buffer.limit)
      if budget.take(more) { buffer.setLimit(buffer.limit + more) }
    } else if buffer.free > Self.plenty {
      let less = min(Self.piece, buffer.limit - leastRoom)
      guard less > 0 else { return }
      buffer.setLimit(buffer.limit - less)
      budget.giveBack(less)
      cache.effort &+= less >> 6
    }
  }

  /// What of the buffer does not count.
  var leastRoom: Int { min(Self.guaranteedCapacity, buffer.capacity) }

  /// To be called at the end.
  func giveBackRoom() { budget.giveBack(buffer.limit - leastRoom) }
}
