#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The variables that a YAML file may name.
public struct Environment: Sendable, ExpressibleByDictionaryLiteral {
  private let value: @Sendable (String) -> String?

  /// The variables of this process.
  public static let process = Environment { name in getenv(name).map { String(cString: $0) } }

  public init(_ variables: [String: String]) { value = { variables[$0] } }

  public init(dictionaryLiteral elements: (String, String)...) {
    self.init(Dictionary(elements) { $1 })
  }

  private init(_ value: @escaping @Sendable (String) -> String?) { self.value = value }

  subscript(name: String) -> String? { value(name) }
}
