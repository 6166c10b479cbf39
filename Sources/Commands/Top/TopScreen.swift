import Control

/// What `roost top` shows: a pure function of what is known, the size of the screen, and what the user chose.
package struct TopScreen {
  /// What guests are ordered by.
  package enum Order: CaseIterable, Sendable {
    case cpu, mips, memory, latency, console, name

    package var key: Character {
      switch self {
      case .cpu: "c"
      case .mips: "i"
      case .memory: "m"
      case .latency: "w"
      case .console: "o"
      case .name: "n"
      }
    }

    var title: String {
      switch self {
      case .cpu: "cpu"
      case .mips: "mips"
      case .memory: "memory"
      case .latency: "wake latency"
      case .console: "console"
      case .name: "name"
      }
    }

    /// Whether one guest comes before another.
    func precedes(_ a: Row, _ b: Row) -> Bool {
      func larger<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
        left == right ? a.guest.name < b.guest.name : left > right
      }
      return switch self {
      case .cpu: larger(a.guest.cpuPercent, b.guest.cpuPercent)
      case .mips: larger(a.guest.mips, b.guest.mips)
      case .memory: larger(a.guest.residentBytes, b.guest.residentBytes)
      case .latency: larger(a.guest.wakeLatencyNs.p99, b.guest.wakeLatencyNs.p99)
      case .console: larger(a.consoleRate, b.consoleRate)
      case .name: a.guest.name < b.guest.name
      }
    }
  }

  /// A guest, and what only two looks at it tell.
  package struct Row: Sendable {
    package var guest: GuestRecord
    /// Percent of the time since the look before for which it wanted to run and did not.
    package var stealPercent: Double
    /// Bytes a second.
    package var consoleRate: UInt64

    package init(guest: GuestRecord, stealPercent: Double = 0, consoleRate: UInt64 = 0) {
      self.guest = guest
      self.stealPercent = stealPercent
      self.consoleRate = consoleRate
    }
  }

  package var monitor: MonitorRecord
  package var rows: [Row]
  package var order = Order.cpu
  /// Of the first guest shown.
  package var offset = 0
  package var style = TextStyle(isColored: false, columns: nil)

  package init(monitor: MonitorRecord, rows: [Row]) {
    self.monitor = monitor
    self.rows = rows
  }

  /// Lines above the guests: the fleet, the machine, nothing, the titles.
  private static let headLines = 4

  /// How many guests a screen with so many lines shows at once.
  package static func capacity(lines: Int) -> Int { max(lines - headLines - 1, 0) }

  /// Where the list can begin at the latest, so that no line stays empty.
  package func lastOffset(lines: Int) -> Int { max(rows.count - Self.capacity(lines: lines), 0) }

  /// The screen: at most so many lines, none longer than so many columns. Without a size, everything.
  package func render(columns: Int? = nil, lines: Int? = nil) -> [String] {
    let sorted = rows.sorted { order.precedes($0, $1) }
    let first = lines.map { min(max(offset, 0), lastOffset(lines: $0)) } ?? 0
    let shown = Array(sorted.dropFirst(first).prefix(lines.map(Self.capacity) ?? .max))
    let table = Self.table(shown).lines
    var screen = head.map { cut($0, columns) }
    screen.append("")
    screen.append(style.reversed(cut(padded(table[0], columns), columns)))
    for (line, row) in zip(table.dropFirst(), shown) { screen.append(colored(cut(line, columns), row.guest.state)) }
    guard let lines else { return screen }
    while screen.count < lines - 1 { screen.append("") }
    screen.append(style.dimmed(cut(foot(first, shown.count), columns)))
    return Array(screen.prefix(lines))
  }

  private var head: [String] {
    let states = Dictionary(grouping: rows, by: \.guest.state).map { (state: $0.key, count: $0.value.count) }
      .sorted { ($1.count, $0.state) < ($0.count, $1.state) }.map { "\($0.count) \($0.state)" }
    let processor = rows.reduce(0) { $0 + $1.guest.cpuPercent }
    let speed = rows.reduce(0) { $0 + $1.guest.mips }
    let resident = rows.reduce(0 as UInt64) { $0 &+ $1.guest.residentBytes }
    return [
      "roost \(monitor.fleet), up \(Quantity.time(nanoseconds: monitor.uptimeNs)): "
        + "\(rows.count) guests" + (states.isEmpty ? "" : ", " + states.joined(separator: ", ")),
      "\(monitor.workers) workers, cpu \(Quantity.percent(processor)) %, \(Quantity.decimal(speed, places: 0)) MIPS, "
        + "memory \(Quantity.bytes(resident)) resident, \(Quantity.bytes(monitor.memoryAdmittedBytes)) of "
        + "\(Quantity.bytes(monitor.memoryLimitBytes)) promised",
    ]
  }

  private static func table(_ rows: [Row]) -> TextTable {
    var table = TextTable([
      ("GUEST", .left), ("STATE", .left), ("CPU %", .right), ("SHARE", .right), ("STEAL", .right), ("MIPS", .right),
      ("MEMORY", .right), ("WAKE p50", .right), ("p99", .right), ("CONSOLE/s", .right), ("UP", .right),
    ])
    for row in rows {
      let guest = row.guest
      table.add([
        TextSanitizer.line(guest.name), guest.state, Quantity.percent(guest.cpuPercent),
        Quantity.percent(guest.sharePercent), Quantity.percent(row.stealPercent),
        Quantity.decimal(guest.mips, places: 1), Quantity.bytes(guest.residentBytes),
        Quantity.time(nanoseconds: guest.wakeLatencyNs.p50), Quantity.time(nanoseconds: guest.wakeLatencyNs.p99),
        Quantity.bytes(row.consoleRate), Quantity.time(nanoseconds: guest.uptimeNs),
      ])
    }
    return table
  }

  private func foot(_ first: Int, _ count: Int) -> String {
    let keys = Order.allCases.map { "\($0.key) \($0.title)" }.joined(separator: "  ")
    let place = count < rows.count ? "guests \(first + 1)-\(first + count) of \(rows.count), " : ""
    return "\(place)by \(order.title)  [\(keys)  q quit]"
  }

  private func colored(_ line: String, _ state: String) -> String {
    switch state {
    case "failed": style.colored(line, 9)
    case "running": line
    default: style.dimmed(line)
    }
  }

  /// Everything in it is of one column a character: names are ASCII.
  private func cut(_ line: String, _ columns: Int?) -> String { columns.map { String(line.prefix($0)) } ?? line }

  private func padded(_ line: String, _ columns: Int?) -> String {
    line + String(repeating: " ", count: max((columns ?? 0) - line.count, 0))
  }
}
