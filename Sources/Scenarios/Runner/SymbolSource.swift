import Boards
import GuestImage
import Harness
import HartEngine
import Synchronization

/// The symbols of guests, read when they are first asked for.
final class SymbolSource: Sendable {
  private let tables = Mutex<[ObjectIdentifier: [SymbolTable]]>([:])

  init() {}

  private func tables(of files: GuestFiles) -> [SymbolTable] {
    if let known = tables.withLock({ $0[ObjectIdentifier(files)] }) { return known }
    let images = [files.images.kernel.image] + files.setup.symbols.compactMap { try? FileReader.host.load($0) }
    let found = images.compactMap { image -> SymbolTable? in
      guard case .elf(let elf) = image.content else { return nil }
      return try? elf.symbols()
    }
    tables.withLock { $0[ObjectIdentifier(files)] = found }
    return found
  }

  /// A number, or the address of a symbol.
  func value(of location: Location, in guest: TestGuest) -> UInt64? {
    switch location {
    case .number(let number): return number
    case .symbol(let name, let offset):
      for table in tables(of: guest.files) {
        if let symbol = table.symbol(named: name) { return UInt64(symbol.address) &+ offset }
      }
      return nil
    }
  }

  /// Where the harts of a guest are.
  func state(of guest: TestGuest) -> [String] {
    let tables = tables(of: guest.files)
    return guest.machine.harts.map { hart in
      let name = tables.lazy.compactMap { $0.describe(hart.pc) }.first.map { " <\($0)>" } ?? ""
      let doing = guest.isFinished ? guest.endInWords : hart.isWaiting ? "waits for an interrupt" : "runs"
      return "hart \(hart.id) at 0x\(String(hart.pc, radix: 16))\(name): \(doing)"
    }
  }
}
