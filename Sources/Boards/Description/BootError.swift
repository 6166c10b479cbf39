import DeviceTree
import GuestImage

/// Why a machine cannot be booted with the files that the user named.
public enum BootError: Error, Equatable, CustomStringConvertible {
  case image(ImageError)
  case deviceTree(file: String, DeviceTreeError)

  public var description: String {
    switch self {
    case .image(let error): "\(error)"
    case .deviceTree(let file, let error): "\(file): \(error)"
    }
  }
}
