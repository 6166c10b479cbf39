import SystemBus

/// Room for all the translation contexts of one hart, zeroed, which the host provides page by page as it comes to be
/// used. The tables of one kind lie together, so that small ones share pages.
final class TranslationMemory {
  static let contexts = 8

  /// The tables of a context, in the order of their places.
  enum Table: Int, CaseIterable {
    case data, addends, watches, jumps, hostJumps, fetches, hostJumpSections, superpages, jumpPages

    fileprivate var size: Int {
      switch self {
      case .data: TranslationContext.dataEntries * MemoryLayout<DataTLBEntry>.stride
      case .addends: AddendTables.count * MemoryLayout<Int>.stride
      case .watches: TranslationContext.dataEntries * MemoryLayout<WatchEntry>.stride
      case .jumps: TranslationContext.jumpEntries * MemoryLayout<JumpCacheEntry>.stride
      case .hostJumps: TranslationContext.hostJumpEntries * MemoryLayout<HostJumpEntry>.stride
      case .hostJumpSections: TranslationContext.hostJumpPages
      case .fetches: TranslationContext.fetchEntries * MemoryLayout<FetchTLBEntry>.stride
      case .superpages, .jumpPages: 16 * MemoryLayout<UInt64>.stride
      }
    }
  }

  private let memory: UnsafeMutablePointer<UInt8>
  /// What it takes of the host's addresses, in bytes; of the host's memory it is less by far.
  static var size: Int { Table.allCases.reduce(0) { $0 + $1.size } * contexts }

  init() throws(MemoryError) {
    memory = try HostMapping.map(count: Self.size, of: UInt8.self)
    HostMapping.keepPagesSmall(memory, count: Self.size)
  }

  deinit { HostMapping.unmap(memory, count: Self.size) }

  /// A table of the context with this index.
  func table<Entry: BitwiseCopyable>(_ table: Table, of context: Int) -> UnsafeMutablePointer<Entry> {
    let before = Table.allCases.prefix(table.rawValue).reduce(0) { $0 + $1.size } * Self.contexts
    return UnsafeMutableRawPointer(memory + before + context * table.size)
      .bindMemory(to: Entry.self, capacity: table.size / MemoryLayout<Entry>.stride)
  }

  var residentBytes: Int { HostMapping.residentBytes(memory, count: Self.size) }
}
