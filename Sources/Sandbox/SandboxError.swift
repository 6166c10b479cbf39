import Boards
import GuestImage

/// Why there is no child process for a guest.
public enum SandboxError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The host has nothing to lock a child down with.
  case unavailable(reason: String)
  case cannotSpawn(program: String, reason: String)
  case noResources(what: String, reason: String)
  case tooManyFiles(count: Int, limit: Int)
  case tooLong(what: String, limit: Int)
  case machine(DescriptionError)
  case image(ImageError)

  public var description: String {
    switch self {
    case .unavailable(let reason): reason
    case .cannotSpawn(let program, let reason): "a child process (\(program)) cannot be started: \(reason)"
    case .noResources(let what, let reason): "the host gives no \(what) for a child process: \(reason)"
    case .tooManyFiles(let count, let limit): "\(count) files are named; a guest in a process may have \(limit)"
    case .tooLong(let what, let limit): "\(what) is longer than the \(limit) bytes that fit"
    case .machine(let error): "\(error)"
    case .image(let error): "\(error)"
    }
  }
}
