import Synchronization

/// How much RAM guests have been given, and how much they may have together.
final class MemoryLedger: Sendable {
  let limit: UInt64
  private let used = Mutex<UInt64>(0)

  /// - Parameter limit: in bytes.
  init(limit: UInt64) { self.limit = limit }

  var inUse: UInt64 { used.withLock { $0 } }

  /// Gives a guest its RAM; how much that is.
  func admit(_ guest: GuestDescription) throws(MonitorError) -> UInt64 {
    let needed = guest.machine.memory
    let refused = used.withLock { used -> UInt64? in
      guard needed <= limit, used <= limit - needed else { return used }
      used += needed
      return nil
    }
    if let refused { throw .noMemory(guest: guest.name, needed: needed, used: refused, limit: limit) }
    return needed
  }

  func discharge(_ bytes: UInt64) { used.withLock { $0 -= min(bytes, $0) } }
}
