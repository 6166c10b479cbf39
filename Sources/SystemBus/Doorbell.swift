import Synchronization

/// One word that another thread, or another process, sets so that a running machine comes back soon.
///
/// Any thread may ring. Whoever runs the machine answers before it looks at what the bell was rung for, so that no ring
/// gets lost; a ring before the machine runs ends its slice at once.
public final class Doorbell: @unchecked Sendable {
  /// The word, for an engine that looks at it often: 0 while nobody has rung.
  public let word: UnsafeMutablePointer<Atomic<UInt32>>
  private let isOwned: Bool
  private let owner: AnyObject?

  /// A doorbell of this process.
  public init() {
    word = .allocate(capacity: 1)
    word.initialize(to: Atomic(0))
    isOwned = true
    owner = nil
  }

  /// A doorbell in memory that may be shared with another process.
  /// - Parameters:
  ///   - memory: four bytes, aligned to four, which outlive the doorbell and start as zero.
  ///   - owner: what keeps the memory, and is kept by the doorbell.
  public init(sharing memory: UnsafeMutableRawPointer, owner: AnyObject? = nil) {
    word = memory.bindMemory(to: Atomic<UInt32>.self, capacity: 1)
    isOwned = false
    self.owner = owner
  }

  deinit {
    guard isOwned else { return }
    word.deinitialize(count: 1)
    word.deallocate()
  }

  /// Makes the machine come back at the next chance. What the caller has written before is seen by whoever answers.
  public func ring() { word.pointee.store(1, ordering: .releasing) }

  /// Takes note of the ring, if there was one.
  /// - Returns: whether anyone had rung.
  @discardableResult
  public func answer() -> Bool { word.pointee.exchange(0, ordering: .acquiringAndReleasing) != 0 }

  public var isRung: Bool { word.pointee.load(ordering: .relaxed) != 0 }
}
