import Boards
import GuestImage
import HartEngine

/// Tells where the harts of a machine are, by the symbols of its kernel.
struct HartPlaces {
  private let symbols: SymbolTable?
  private let ranges: [Range<UInt64>]

  init(kernel: ImageFile) {
    guard case .elf(let elf) = kernel.content else {
      symbols = nil
      ranges = []
      return
    }
    symbols = try? elf.symbols()
    ranges = elf.segments.map(\.virtualRange)
  }

  /// The kernel's name for an address, if it is one of the kernel's.
  func symbol(at address: UInt32) -> String? {
    guard ranges.contains(where: { $0.contains(UInt64(address)) }) else { return nil }
    return symbols?.describe(address)
  }

  /// As `hart 0 at 0x80000010 <main+0x4> in M-mode; hart 1 …`.
  func describe(_ harts: [Hart]) -> String {
    harts.map { hart in
      let name = symbol(at: hart.pc).map { " <\($0)>" } ?? ""
      let waiting = hart.isWaiting ? ", waiting" : ""
      return "hart \(hart.id) at 0x\(String(hart.pc, radix: 16))\(name) in \(hart.mode.letter)-mode\(waiting)"
    }.joined(separator: "; ")
  }
}

extension PrivilegeMode {
  var letter: String {
    switch self {
    case .user: "U"
    case .supervisor: "S"
    case .machine: "M"
    }
  }
}
