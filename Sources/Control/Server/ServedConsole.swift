import Synchronization

/// Tells the server's thread that a console has something to say.
final class ConsoleBell: Sendable {
  private let hasRung = Atomic(false)
  private let waker: Waker

  init(_ waker: Waker) { self.waker = waker }

  func ring() {
    hasRung.store(true, ordering: .releasing)
    waker.wake()
  }

  /// Whether it has rung since this was asked last.
  func answer() -> Bool { hasRung.exchange(false, ordering: .acquiringAndReleasing) }
}

/// A console that a client has opened.
final class ServedConsole {
  let guest: String
  let feed: any ConsoleFeed
  private let bell: ConsoleBell
  private var follows: Bool
  /// Typed, but not taken by the guest yet.
  var heldInput: [UInt8] = []

  private var bytes: [UInt8] = []
  private var position = 0
  private var phase = Phase.replaying
  private enum Phase { case replaying, following, draining, over }

  enum Piece {
    case bytes([UInt8])
    case lost(UInt64)
    case replayed
    case closed
  }

  private static let heldLimit = 64 << 10

  init(guest: String, feed: any ConsoleFeed, bell: ConsoleBell, follows: Bool) {
    self.guest = guest
    self.feed = feed
    self.bell = bell
    self.follows = follows
    // Everything from before it was opened is there from the start.
    bytes = feed.take().bytes
  }

  /// Whether so much waits for the guest that no more can be taken.
  var isHoldingMuch: Bool { heldInput.count > Self.heldLimit }

  /// Has it closed when all that was printed until now has been told.
  func drain() {
    follows = false
    if phase == .following { phase = .draining }
  }

  /// What to tell next; nil when there is nothing now.
  func next() -> Piece? {
    if position < bytes.count { return .bytes(nextChunk()) }
    switch phase {
    case .replaying:
      phase = follows ? .following : .over
      return .replayed
    case .following: return bell.answer() ? takeMore() : nil
    case .draining:
      phase = .over
      return takeMore() ?? .closed
    case .over: return .closed
    }
  }

  private func takeMore() -> Piece? {
    let new = feed.take()
    bytes = new.bytes
    position = 0
    if new.dropped > 0 { return .lost(new.dropped) }
    return bytes.isEmpty ? nil : .bytes(nextChunk())
  }

  private func nextChunk() -> [UInt8] {
    let end = min(bytes.count, position + ControlProtocol.consoleLimit)
    defer {
      position = end
      if position == bytes.count {
        bytes = []
        position = 0
      }
    }
    return Array(bytes[position..<end])
  }
}
