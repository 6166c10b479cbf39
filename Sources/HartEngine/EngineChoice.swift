#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How a hart runs guest code.
public enum EngineChoice: String, Codable, CaseIterable, Sendable {
  /// Cold code is interpreted, code that is run often becomes host code, where the host is one that there is a back end for.
  case auto
  case interpreter
  /// All code becomes host code as soon as it runs.
  case translator

  /// What is chosen where nobody says otherwise: `auto`, or what the environment variable ROOST_ENGINE names, by which all
  /// tests can be run with one engine.
  public static let usual = getenv("ROOST_ENGINE").flatMap { EngineChoice(rawValue: String(cString: $0)) } ?? .auto
}
