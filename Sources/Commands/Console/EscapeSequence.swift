/// Finds the user's commands, which start with Ctrl-A, among the keys for the guest.
package struct EscapeSequence: Sendable {
  package enum Event: Equatable, Sendable {
    /// A key for the guest.
    case key(UInt8)
    case quit, help, reset
  }

  static let prefix: UInt8 = 0x01  // Ctrl-A
  private var isOpen = false

  package init() {}

  /// Takes the next key. Nil when there is nothing to do: it starts a command, or is none that we know.
  package mutating func take(_ key: UInt8) -> Event? {
    guard isOpen else {
      isOpen = key == Self.prefix
      return isOpen ? nil : .key(key)
    }
    isOpen = false
    switch key {
    case Self.prefix, UInt8(ascii: "a"): return .key(Self.prefix)
    case UInt8(ascii: "x"): return .quit
    case UInt8(ascii: "h"), UInt8(ascii: "?"): return .help
    case UInt8(ascii: "r"): return .reset
    default: return nil
    }
  }

  static let help = """

    Ctrl-A x       end roost
    Ctrl-A r       reset the machine
    Ctrl-A Ctrl-A  send one Ctrl-A (so does Ctrl-A a)
    Ctrl-A h       this help

    """
}
