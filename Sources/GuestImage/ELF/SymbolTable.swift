/// The named addresses of an ELF, for look-up by name and by address.
///
/// Names stay in the file's string table until they are asked for: a hostile table can make every symbol share one
/// enormous name.
public struct SymbolTable: Sendable {
  public struct Symbol: Equatable, Sendable {
    public enum Kind: UInt8, Sendable {
      /// In the order of preference among symbols at one address.
      case function, label, object
    }

    public let name: String
    /// A virtual address, where the ELF tells virtual from physical.
    public let address: UInt32
    /// In bytes; 0 where the file does not say.
    public let size: UInt32
    public let kind: Kind
    public let isGlobal: Bool
  }

  struct Entry {
    let address: UInt32
    let size: UInt32
    let nameOffset: UInt32
    let kind: Symbol.Kind
    let isGlobal: Bool
    /// An absolute value (SHN_ABS): found by name only.
    let isAbsolute: Bool
  }

  /// The start of a run of code or of data inside code, from the psABI's mapping symbols `$x` and `$d`.
  struct Marker {
    let address: UInt32
    let isData: Bool
  }

  /// Most bytes of a name that are shown.
  static let maximumName = 1024

  /// In order of address; at one address the preferred one comes last.
  private let entries: [Entry]
  private let absolutes: [Entry]
  private let strings: [UInt8]
  /// In order of address, one at each.
  let markers: [Marker]

  static let empty = SymbolTable(entries: [], markers: [], strings: [])

  init(entries: [Entry], markers: [Marker], strings: [UInt8]) {
    func rank(_ entry: Entry) -> (UInt32, UInt8, UInt8, UInt32, UInt32) {
      (entry.address, ~entry.kind.rawValue, entry.isGlobal ? 1 : 0, entry.size, entry.nameOffset)
    }
    self.entries = entries.filter { !$0.isAbsolute }.sorted { rank($0) < rank($1) }
    absolutes = entries.filter(\.isAbsolute)
    self.markers = Self.inOrder(markers)
    self.strings = strings
  }

  private static func inOrder(_ markers: [Marker]) -> [Marker] {
    var ordered: [Marker] = []
    for marker in markers.sorted(by: { $0.address < $1.address }) {
      if ordered.last?.address == marker.address { ordered.removeLast() }
      ordered.append(marker)
    }
    return ordered
  }

  public var count: Int { entries.count + absolutes.count }

  /// The symbol of that name; of several, a global one if there is one.
  public func symbol(named name: String) -> Symbol? {
    let wanted = Array(name.utf8) + [0]
    var found: Entry?
    for entry in [entries, absolutes].joined() where found == nil || entry.isGlobal {
      guard strings[...].contains(wanted, at: Int(entry.nameOffset)) else { continue }
      found = entry
      if entry.isGlobal { break }
    }
    return found.map(symbol)
  }

  /// The symbol at the highest address that is not above `address`, and how far below it is.
  public func nearest(to address: UInt32) -> (symbol: Symbol, offset: UInt32)? {
    let index = entries.partition { $0.address > address }
    guard index > 0 else { return nil }
    let entry = entries[index - 1]
    return (symbol(entry), address &- entry.address)
  }

  /// `name`, `name+0x1c`, or `nil` below the first symbol.
  public func describe(_ address: UInt32) -> String? {
    nearest(to: address).map { $0.offset == 0 ? $0.symbol.name : "\($0.symbol.name)+\(hex($0.offset))" }
  }

  /// The symbols in `range` in order of address.
  public func symbols(in range: Range<UInt64>) -> [Symbol] {
    let start = entries.partition { UInt64($0.address) >= range.lowerBound }
    return entries[start...].prefix { UInt64($0.address) < range.upperBound }.map(symbol)
  }

  private func symbol(_ entry: Entry) -> Symbol {
    let start = min(Int(entry.nameOffset), strings.count)
    let name = strings[start...].prefix(Self.maximumName).prefix { $0 != 0 }
    return Symbol(
      name: printable(name), address: entry.address, size: entry.size, kind: entry.kind, isGlobal: entry.isGlobal)
  }
}
