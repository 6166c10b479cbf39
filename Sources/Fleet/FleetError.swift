import GuestImage

/// A place in a fleet file.
public struct FilePlace: Equatable, Sendable, CustomStringConvertible {
  /// As the user named it.
  public var file: String
  public var position: TextPosition

  public init(file: String, position: TextPosition) {
    self.file = file
    self.position = position
  }

  public var description: String { "\(file):\(position.line):\(position.column)" }
}

/// Why a fleet file is refused: one line for the person who wrote it.
public enum FleetError: Error, Equatable, Sendable, CustomStringConvertible {
  case noFile(folder: String)
  case unreadable(ImageError)
  case wrong(FilePlace, FleetProblem)

  /// Starts with the place.
  public var description: String {
    switch self {
    case .noFile(let folder): "\(folder): there is no fleet.yaml or fleet.yml; write one, or name the fleet file"
    case .unreadable(let error): "\(error)"
    case .wrong(let place, let problem): "\(place): \(problem)"
    }
  }
}

/// Everything found wrong with a fleet file, in the order of the file.
public struct FleetErrors: Error, Equatable, Sendable, CustomStringConvertible {
  /// Errors kept of one file.
  public static let limit = 20

  /// 1…`limit`.
  public let errors: [FleetError]
  /// Errors beyond those.
  public let omitted: Int

  public init(_ errors: [FleetError], omitted: Int = 0) {
    self.errors = errors
    self.omitted = omitted
  }

  /// A line for each.
  public var description: String {
    let lines = errors.map(\.description) + (omitted > 0 ? ["and \(omitted) more"] : [])
    return lines.joined(separator: "\n")
  }
}
