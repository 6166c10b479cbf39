/// Which instructions a hart has: RV32I and any of the known extensions. M, S and U modes are always there, and so is
/// Zicsr, which they require (privileged specification, chapter "Control and Status Registers (CSRs)").
@frozen public struct ISAConfiguration: Equatable, Sendable {
  @usableFromInline var members: UInt32

  /// Everything Roost implements.
  public static let complete = ISAConfiguration(Extension.allCases)

  /// RV32I with `extensions` and whatever those imply.
  public init(_ extensions: some Sequence<Extension>) {
    members = 0
    insert(.i)
    for one in extensions { insert(one) }
  }

  /// Whether instructions, registers or behaviour of `one` are present.
  @inlinable @inline(__always) public func has(_ one: Extension) -> Bool { members & (1 &<< UInt32(one.rawValue)) != 0 }

  /// Every extension present, in canonical order.
  public var extensions: [Extension] { Extension.allCases.filter(has) }

  /// The device tree's `riscv,isa`: `rv32imafdc_zicbom_…`.
  public var name: String {
    let names = extensions.map(\.name)
    let letters = names.filter { $0.utf8.count == 1 }.joined()
    return (["rv32" + letters] + names.filter { $0.utf8.count > 1 }).joined(separator: "_")
  }

  /// The device tree's `riscv,isa-extensions`: `["i", "m", …, "zicsr"]`.
  public var extensionNames: [String] { extensions.map(\.name) }

  /// The `misa` register (privileged specification, section "Machine ISA Register"): MXL 1 in bits 31:30, and a bit per
  /// letter, S and U among them; B stands for Zba, Zbb and Zbs together.
  public var misa: UInt32 {
    var letters = "su"
    for one in extensions where one.name.utf8.count == 1 { letters += one.name }
    if has(.zba) && has(.zbb) && has(.zbs) { letters += "b" }
    return letters.utf8.reduce(1 << 30) { $0 | 1 &<< UInt32($1 &- UInt8(ascii: "a")) }
  }

  private mutating func insert(_ one: Extension) {
    members |= 1 &<< UInt32(one.rawValue)
    for other in one.implied where !has(other) { insert(other) }
  }
}

extension ISAConfiguration {
  /// Reads an ISA string such as `rv32imac_zicsr` or `RV32GC`: `rv32`, the base `i` (or `g`), single letters, then
  /// longer names, separated by underscores where one follows another. Implied extensions are added.
  public init(parsing text: String) throws(ISAError) {
    var rest = text.lowercased()[...]
    guard rest.hasPrefix("rv") else { throw .notAnISAString(text) }
    rest.removeFirst(2)
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty else { throw .notAnISAString(text) }
    guard digits == "32" else { throw .unsupportedWidth(String(digits), in: text) }
    rest.removeFirst(2)
    switch rest.first {
    case "i", "g": break
    case "e": throw .embeddedBase(text)
    default: throw .missingBase(text)
    }
    var wanted: [Extension] = []
    var seen: Set<String> = []
    for name in try Self.names(in: rest, of: text) {
      guard seen.insert(name).inserted else { throw .duplicate(name, in: text) }
      guard let members = Extension.named(name) else { throw .unknownExtension(name, in: text) }
      wanted += members
    }
    self.init(wanted)
  }

  /// Splits at underscores, and each part into its single letters up to one that starts a longer name.
  private static func names(in rest: Substring, of text: String) throws(ISAError) -> [String] {
    var names: [String] = []
    for part in rest.split(separator: "_", omittingEmptySubsequences: false) {
      guard !part.isEmpty else { throw .emptyName(text) }
      let letters = part.prefix { !"zsx".contains($0) }
      names += letters.map { String($0) }
      if letters.count < part.count { names.append(String(part.dropFirst(letters.count))) }
    }
    return names
  }
}

/// What is wrong with an ISA string.
public enum ISAError: Error, Equatable, CustomStringConvertible {
  case notAnISAString(String)
  case unsupportedWidth(String, in: String)
  case embeddedBase(String)
  case missingBase(String)
  case emptyName(String)
  case unknownExtension(String, in: String)
  case duplicate(String, in: String)

  public var description: String {
    switch self {
    case .notAnISAString(let text):
      "ISA string '\(text)' does not start with rv32; expected something like rv32imac_zicsr"
    case .unsupportedWidth(let width, let text):
      "ISA string '\(text)' asks for width '\(width)'; only 32-bit machines are supported, so it must start with rv32"
    case .embeddedBase(let text):
      "ISA string '\(text)' asks for the reduced base E, which is not supported; use rv32i"
    case .missingBase(let text):
      "ISA string '\(text)' names no base right after rv32; expected rv32i… or rv32g…"
    case .emptyName(let text):
      "ISA string '\(text)' has an underscore with no extension after it; remove it or name one"
    case .unknownExtension(let name, let text):
      "ISA string '\(text)' names extension '\(name)', which is not supported; supported are "
        + Extension.allCases.map(\.name).joined(separator: " ") + ", and the groups g and b"
    case .duplicate(let name, let text):
      "ISA string '\(text)' names extension '\(name)' twice; remove one"
    }
  }
}
