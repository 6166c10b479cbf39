import Boards
import GuestImage
import SystemBus

/// Why a guest cannot be tested as asked.
public enum HarnessError: Error, CustomStringConvertible {
  case machine(guest: String, DescriptionError)
  case boot(guest: String, BootError)
  case cannotPlace(guest: String, ImageError)
  case noMemory(guest: String, MemoryError)
  case snapshot(guest: String, SnapshotError)
  case noSymbol(String, guest: String)
  case noMemoryAt(UInt32, guest: String)
  case noGuest(String)
  case notRegularExpression(String, reason: String)

  public var description: String {
    switch self {
    case .machine(let guest, let error): "\(guest): \(error)"
    case .boot(let guest, let error): "\(guest): \(error)"
    case .cannotPlace(let guest, let error): "\(guest): \(error)"
    case .noMemory(let guest, let error): "\(guest): \(error)"
    case .snapshot(let guest, let error): "\(guest): \(error)"
    case .noSymbol(let name, let guest):
      "\(guest) has no symbol '\(name)'; if its kernel has no symbol table, name a file that has (symbols)"
    case .noMemoryAt(let address, let guest): "\(guest) has no memory at 0x\(String(address, radix: 16))"
    case .noGuest(let name): "there is no guest '\(name)'"
    case .notRegularExpression(let text, let reason): "/\(text)/ is no regular expression: \(reason)"
    }
  }
}
