import GuestImage

/// A place in a YAML file.
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

/// Why a YAML file is refused: one line for the person who wrote it.
public enum YAMLError: Error, Equatable, Sendable, CustomStringConvertible {
  /// That there is no such file, in a whole line.
  case absent(String)
  case unreadable(ImageError)
  case wrong(FilePlace, YAMLProblem)

  /// Starts with the place.
  public var description: String {
    switch self {
    case .absent(let line): line
    case .unreadable(let error): "\(error)"
    case .wrong(let place, let problem): "\(place): \(problem)"
    }
  }
}

/// Everything found wrong with a YAML file, in the order of the file.
public struct YAMLErrors: Error, Equatable, Sendable, CustomStringConvertible {
  /// Errors kept of one file.
  public static let limit = 20

  /// 1…`limit`.
  public let errors: [YAMLError]
  /// Errors beyond those.
  public let omitted: Int

  public init(_ errors: [YAMLError], omitted: Int = 0) {
    self.errors = errors
    self.omitted = omitted
  }

  /// A line for each.
  public var description: String {
    let lines = errors.map(\.description) + (omitted > 0 ? ["and \(omitted) more"] : [])
    return lines.joined(separator: "\n")
  }
}
