/// Puts the consoles of many guests on one screen, by whole lines, each with its guest's name in front. Only what stands
/// before the bar is ours, and no guest can write there: its text is sanitised, and broken where the terminal would
/// break it.
package struct LineInterleaver: Sendable {
  package struct Options: Sendable {
    package var style: TextStyle
    /// Whether names stand in front.
    package var hasPrefix = true

    package init(style: TextStyle, hasPrefix: Bool = true) {
      self.style = style
      self.hasPrefix = hasPrefix
    }
  }

  /// What one guest has printed of a line that it has not ended.
  private struct Console: Sendable {
    var sanitizer = TextSanitizer()
    var text: [UInt8] = []
    /// Columns that the line takes on the screen, what was shown of it before included.
    var column = 0
    /// When its last byte came.
    var changedAt: UInt64 = 0
    /// Whether this line has gone on from one that was too long.
    var isContinued = false
  }

  private var options: Options
  private let names: [String]
  private let width: Int
  private var consoles: [Console]
  /// The guest of whose line the beginning is on the screen.
  private var open: Int?
  private var output: [UInt8] = []

  /// Nanoseconds after which a line without end is shown.
  package static let quietTime: UInt64 = 150_000_000
  /// Columns after which a line is broken anyway.
  private static let lineLimit = 4096

  package init(_ options: Options, names: [String]) {
    self.options = options
    self.names = names
    width = names.map(\.utf8.count).max() ?? 0
    consoles = Array(repeating: Console(), count: names.count)
  }

  /// Columns of the terminal, when that changes.
  package mutating func resize(columns: Int?) { options.style.columns = columns }

  // MARK: What comes in

  /// Takes what a guest printed.
  package mutating func take(_ bytes: [UInt8], from guest: Int, at now: UInt64) {
    guard consoles.indices.contains(guest) else { return }
    // Taken out, so that it can be changed while lines are written.
    var console = consoles[guest]
    var sanitizer = console.sanitizer
    for byte in bytes { sanitizer.take(byte) { take($0, &console, guest) } }
    console.sanitizer = sanitizer
    console.changedAt = now
    consoles[guest] = console
  }

  /// Writes a line of our own about a guest.
  package mutating func note(_ text: String, about guest: Int) {
    guard consoles.indices.contains(guest) else { return }
    closeLine()
    output += prefix(guest, ">")
    output += options.style.dimmed(TextSanitizer.line(text)).utf8
    output.append(UInt8(ascii: "\n"))
  }

  private mutating func take(_ element: TextSanitizer.Element, _ console: inout Console, _ guest: Int) {
    switch element {
    case .lineEnd:
      // A line that was broken just where it ends needs no empty one after it.
      if console.column > 0 || !console.isContinued { show(&console, guest, ended: true) }
      console.isContinued = false
    case .lineStart: if console.column > 0 { show(&console, guest, ended: true) }
    case .tab:
      let spaces = 8 - console.column % 8
      makeRoom(spaces, &console, guest)
      for _ in 0..<min(spaces, limit - console.column) {
        console.text.append(UInt8(ascii: " "))
        console.column += 1
      }
    case .scalar(let scalar):
      // No character is wider than two columns; which are is for the terminal to know.
      let columns = scalar.isASCII ? 1 : 2
      makeRoom(columns, &console, guest)
      // A mark would be drawn on what stands before the text, which is ours.
      if console.text.isEmpty, open != guest || console.column == 0, Self.isMark(scalar) { return }
      console.text += UTF8.encode(scalar).map(Array.init) ?? []
      console.column += columns
    }
  }

  /// Whether a character is drawn on the one before it.
  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    guard !scalar.isASCII else { return false }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return true
    default: return scalar.properties.isEmojiModifier
    }
  }

  private var limit: Int {
    guard let columns = options.style.columns else { return Self.lineLimit }
    return min(max(columns - 1 - (options.hasPrefix ? width + 3 : 0), 2), Self.lineLimit)
  }

  /// Breaks a line that has no room for so many columns more.
  private mutating func makeRoom(_ columns: Int, _ console: inout Console, _ guest: Int) {
    guard console.column + columns > limit else { return }
    show(&console, guest, ended: true)
    console.isContinued = true
  }

  // MARK: What goes out

  /// What is to be written now.
  package mutating func takeOutput() -> [UInt8] {
    defer { output.removeAll(keepingCapacity: output.capacity < 1 << 20) }
    return output
  }

  /// When a line that its guest has not ended will have been quiet for long enough to be shown.
  package var nextQuiet: UInt64? {
    consoles.lazy.filter { !$0.text.isEmpty }.map { $0.changedAt &+ Self.quietTime }.min()
  }

  /// Shows the beginnings of lines after which nothing has come for a while: prompts, usually.
  package mutating func showQuiet(at now: UInt64) {
    for guest in consoles.indices where !consoles[guest].text.isEmpty {
      if now &- consoles[guest].changedAt >= Self.quietTime { showBeginning(guest) }
    }
  }

  /// Shows everything, and ends the last line.
  package mutating func finish() {
    for guest in consoles.indices where !consoles[guest].text.isEmpty { showBeginning(guest) }
    closeLine()
  }

  private mutating func showBeginning(_ guest: Int) {
    var console = consoles[guest]
    show(&console, guest, ended: false)
    consoles[guest] = console
  }

  /// Writes what has gathered of a line.
  private mutating func show(_ console: inout Console, _ guest: Int, ended: Bool) {
    if open != guest {
      closeLine()
      // The line's beginning was shown, and something else came between: nothing is left to show.
      if ended && console.text.isEmpty && console.column > 0 {
        console.column = 0
        return
      }
      output += prefix(guest, "|")
    }
    output += console.text
    console.text.removeAll(keepingCapacity: true)
    open = ended ? nil : guest
    if ended {
      output.append(UInt8(ascii: "\n"))
      console.column = 0
    }
  }

  /// Ends the line that is on the screen without its end.
  private mutating func closeLine() {
    if open != nil { output.append(UInt8(ascii: "\n")) }
    open = nil
  }

  private func prefix(_ guest: Int, _ bar: String) -> [UInt8] {
    guard options.hasPrefix else { return [] }
    let name = names[guest]
    let padding = String(repeating: " ", count: width - name.utf8.count)
    return Array((options.style.colored("\(name)\(padding) \(bar)", guest) + " ").utf8)
  }
}
