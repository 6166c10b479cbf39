/// The extensions of RV32 that a machine can be given, in the canonical order of ISA strings (unprivileged
/// specification, "ISA Extension Naming Conventions"): single letters, then `Zi`, `Za` and `Zb`, then supervisor ones.
/// The names of the cases are the names in ISA strings.
@frozen public enum Extension: UInt8, CaseIterable, Sendable {
  case i, m, a, f, d, c
  case zicbom, zicboz, zicntr, zicond, zicsr, zifencei, zihintpause, zihpm
  case zawrs
  case zba, zbb, zbc, zbs
  case sstc, svadu

  /// As it stands in an ISA string, in lower case.
  public var name: String { Self.names[Int(rawValue)] }

  /// Kept, because finding the name of a case takes long, and saved state has all of them.
  private static let names = allCases.map { String(describing: $0) }

  /// The extension of that lower-case name.
  public init?(name: some StringProtocol) {
    guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// What having this extension includes, directly.
  var implied: [Extension] {
    switch self {
    case .d: [.f]
    // M, S and U modes come with the base, and the privileged architecture requires Zicsr.
    case .i: [.zicsr]
    default: []
    }
  }

  /// What an ISA string may say for this: itself, or several extensions under one letter.
  static func named(_ name: some StringProtocol) -> [Extension]? {
    switch name {
    case "g": [.i, .m, .a, .f, .d, .zicsr, .zifencei]
    case "b": [.zba, .zbb, .zbs]
    default: Extension(name: name).map { [$0] }
    }
  }
}
