/// Tells keys for the guest from commands for us, which are keys after Ctrl-A.
package struct CommandPrefix: Sendable {
  package enum Event: Equatable, Sendable {
    /// A key for the guest.
    case key(UInt8)
    /// The key after Ctrl-A.
    case command(UInt8)
  }

  static let key: UInt8 = 0x01  // Ctrl-A
  private var isOpen = false

  package init() {}

  /// Takes the next key. Nil for Ctrl-A, after which another must come. A second Ctrl-A, or an `a`, is one for the guest.
  package mutating func take(_ key: UInt8) -> Event? {
    guard isOpen else {
      isOpen = key == Self.key
      return isOpen ? nil : .key(key)
    }
    isOpen = false
    return key == Self.key || key == UInt8(ascii: "a") ? .key(Self.key) : .command(key)
  }
}
