/// What keys mean while the consoles of a fleet are on the screen: commands are keys after Ctrl-A.
package struct ViewKeys: Sendable {
  package enum Event: Equatable, Sendable {
    /// For the guest whose console is on the screen alone.
    case key(UInt8)
    case next, previous
    /// Of the guest with this number, from 0.
    case guest(Int)
    case all, list, help, reset, quit
  }

  private var prefix = CommandPrefix()

  package init() {}

  package mutating func take(_ key: UInt8) -> Event? {
    switch prefix.take(key) {
    case .key(let key): return .key(key)
    case .command(let key): return Self.commands[key]
    case nil: return nil
    }
  }

  private static let commands: [UInt8: Event] = {
    var commands: [UInt8: Event] = [
      UInt8(ascii: "n"): .next, UInt8(ascii: "p"): .previous, UInt8(ascii: "d"): .all, UInt8(ascii: "l"): .list,
      UInt8(ascii: "h"): .help, UInt8(ascii: "?"): .help, UInt8(ascii: "r"): .reset, UInt8(ascii: "x"): .quit,
    ]
    for number in 0..<9 { commands[UInt8(ascii: "1") + UInt8(number)] = .guest(number) }
    return commands
  }()

  /// - Parameter quit: what Ctrl-A x does.
  static func help(all: Bool, quit: String) -> String {
    let switching = """
      Ctrl-A n       to the next guest's console
      Ctrl-A p       to the previous guest's console
      Ctrl-A 1…9     to the console of the first … ninth guest
      Ctrl-A d       back to all guests
      Ctrl-A l       list the guests

      """
    return "\n" + (all ? switching : "Ctrl-A d       leave; the guest goes on\n") + """
      Ctrl-A r       reset the guest on the screen
      Ctrl-A x       \(quit)
      Ctrl-A Ctrl-A  send one Ctrl-A (so does Ctrl-A a)
      Ctrl-A h       this help

      """
  }
}
