import Control

/// Tables of guests, for people.
package enum StatusTables {
  /// What `ps` shows.
  package static func list(_ guests: [GuestRecord]) -> TextTable {
    var table = TextTable([
      ("GUEST", .left), ("STATE", .left), ("UP", .right), ("CPU %", .right), ("MIPS", .right), ("MEMORY", .right),
      ("RESTARTS", .right), ("", .left),
    ])
    for guest in guests {
      table.add([
        guest.name, guest.state, Quantity.time(nanoseconds: guest.uptimeNs), Quantity.percent(guest.cpuPercent),
        Quantity.decimal(guest.mips, places: 1), Quantity.bytes(guest.residentBytes), "\(guest.restarts)",
        TextSanitizer.line(guest.reason ?? ""),
      ])
    }
    return table
  }

  /// What a fleet that has ended leaves behind: what each guest got.
  package static func summary(_ guests: [GuestRecord]) -> TextTable {
    var table = TextTable([
      ("GUEST", .left), ("STATE", .left), ("TIME", .right), ("CPU", .right), ("MIPS", .right), ("SHARE", .right),
      ("MEMORY", .right), ("CONSOLE", .right), ("", .left),
    ])
    let total = guests.reduce(0.0) { $0 + Double($1.cpuTimeNs) }
    for guest in guests {
      let share = total > 0 ? Double(guest.cpuTimeNs) / total * 100 : 0
      // Over the processor time that it had.
      let mips = guest.cpuTimeNs > 0 ? Double(guest.instructions) * 1e3 / Double(guest.cpuTimeNs) : 0
      table.add([
        guest.name, guest.state, Quantity.time(nanoseconds: guest.uptimeNs),
        Quantity.time(nanoseconds: guest.cpuTimeNs), Quantity.decimal(mips, places: 1), Quantity.percent(share) + " %",
        Quantity.bytes(guest.residentBytes), Quantity.bytes(guest.consoleBytes), TextSanitizer.line(guest.reason ?? ""),
      ])
    }
    return table
  }

  /// What `stats` shows.
  package static func statistics(_ guests: [GuestRecord]) -> TextTable {
    var table = TextTable([
      ("GUEST", .left), ("STATE", .left), ("MIPS", .right), ("CPU %", .right), ("SHARE %", .right), ("CPU", .right),
      ("STEAL", .right), ("SLICES", .right), ("WAKEUPS", .right), ("WAKE p50", .right), ("p99", .right),
      ("MEMORY", .right), ("CONSOLE", .right), ("TRAPS", .right), ("IRQS", .right), ("MMIO", .right),
    ])
    for guest in guests {
      table.add([
        guest.name, guest.state, Quantity.decimal(guest.mips, places: 1), Quantity.percent(guest.cpuPercent),
        Quantity.percent(guest.sharePercent), Quantity.time(nanoseconds: guest.cpuTimeNs),
        Quantity.time(nanoseconds: guest.stealNs), Quantity.count(guest.slices), Quantity.count(guest.wakeups),
        Quantity.time(nanoseconds: guest.wakeLatencyNs.p50), Quantity.time(nanoseconds: guest.wakeLatencyNs.p99),
        Quantity.bytes(guest.residentBytes), Quantity.bytes(guest.consoleBytes), sum(guest.traps),
        sum(guest.interrupts), sum(guest.deviceAccesses),
      ])
    }
    return table
  }

  private static func sum(_ counts: [String: UInt64]) -> String {
    Quantity.count(counts.values.reduce(0) { $0.addingReportingOverflow($1).partialValue })
  }
}
