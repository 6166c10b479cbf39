/// How a hart runs guest code.
public enum EngineChoice: String, Codable, CaseIterable, Sendable {
  /// Cold code is interpreted, code that is run often becomes host code, where the host is one that there is a back end for.
  case auto
  case interpreter
  /// All code becomes host code as soon as it runs.
  case translator
}
