/// Finds the user's commands, which start with Ctrl-A, among the keys for the guest.
package struct EscapeSequence: Sendable {
  package enum Event: Equatable, Sendable {
    /// A key for the guest.
    case key(UInt8)
    case quit, help, reset
    /// Tell where the guest is, and why it may hang.
    case diagnose
    /// Write a snapshot of the machine to a file.
    case save
  }

  private var prefix = CommandPrefix()

  package init() {}

  /// Takes the next key. Nil when there is nothing to do: it starts a command, or is none that we know.
  package mutating func take(_ key: UInt8) -> Event? {
    switch prefix.take(key) {
    case .key(let key): .key(key)
    case .command(UInt8(ascii: "x")): .quit
    case .command(UInt8(ascii: "h")), .command(UInt8(ascii: "?")): .help
    case .command(UInt8(ascii: "r")): .reset
    case .command(UInt8(ascii: "w")): .diagnose
    case .command(UInt8(ascii: "s")): .save
    case .command, nil: nil
    }
  }

  static let help = """

    Ctrl-A x       end roost
    Ctrl-A r       reset the machine
    Ctrl-A s       save a snapshot, for --restore (--snapshot names the file)
    Ctrl-A w       tell where the guest is, and why it may hang
    Ctrl-A Ctrl-A  send one Ctrl-A (so does Ctrl-A a)
    Ctrl-A h       this help

    """
}
