import Foundation

/// Everything that one run of the bench found.
struct Report: Codable {
  var host: HostFacts
  var rounds: Int
  var guests: GuestRace?
  var linux: BootRace?
  var startup: BootRace?
  var idle: IdleMemory?

  func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try encoder.encode(self).write(to: URL(fileURLWithPath: path))
  }
}

/// A goal and whether it was met.
struct Goal {
  var text: String
  var isMet: Bool
}

extension Report {
  /// The project's goals, as far as this run measured them.
  var goals: [Goal] {
    var goals: [Goal] = []
    if let guests {
      if let mips = guests.meanMIPS(.roost) {
        goals.append(Goal(text: "at least 300 MIPS: \(decimal(mips, 0))", isMet: mips >= 300))
      }
      if let ratio = guests.meanRatio(to: .spike) {
        goals.append(Goal(text: "at least as fast as Spike: \(decimal(ratio, 2)) times", isMet: ratio >= 1))
      }
    }
    if let ratio = linux?.ratioToQEMU {
      goals.append(
        Goal(text: "Linux to prompt in at most 0.5 of QEMU's time: \(decimal(ratio, 2))", isMet: ratio <= 0.5))
    }
    if let ratio = startup?.ratioToQEMU {
      goals.append(
        Goal(text: "first byte in at most 0.33 of QEMU's time: \(decimal(ratio, 2))", isMet: ratio <= 1.0 / 3))
    }
    if let idle {
      // Stricter than the goal, which leaves out the RAM that the guest has touched.
      goals.append(Goal(text: "idle nest in at most 8 MiB: \(idle.residentKiB) KiB", isMet: idle.residentKiB <= 8192))
    }
    return goals
  }

  /// The tables for people.
  var text: String {
    var lines = ["\(host.processor), \(host.cores) cores, \(host.system); medians of \(rounds) rounds", ""]
    if let guests { lines += guests.table + [""] }
    for race in [linux, startup].compactMap(\.self) { lines += race.table + [""] }
    if let idle { lines += idle.table + [""] }
    lines += goals.map { ($0.isMet ? "met      " : "NOT MET  ") + $0.text }
    return lines.joined(separator: "\n")
  }
}

extension BootRace {
  /// Roost's time as a part of QEMU's, both under the same firmware.
  var ratioToQEMU: Double? {
    guard let mine = rows.first(where: { $0.contender == .roost }),
      let theirs = rows.first(where: { $0.contender == .qemu })
    else { return nil }
    return mine.seconds / theirs.seconds
  }

  fileprivate var table: [String] {
    [title] + rows.map { "  \(pad($0.name, 24))\(pad(decimal($0.seconds * 1000, 1), -10)) ms" }
  }
}

extension GuestRace {
  fileprivate var table: [String] {
    let present = Contender.allCases.filter { meanMIPS($0) != nil }
    let others = present.filter { $0 != .roost && meanRatio(to: $0) != nil }
    let header =
      pad("guest", 10) + pad("million", -9) + present.map { pad("\($0.rawValue) MIPS", -12) }.joined()
      + others.map { pad("x \($0.rawValue)", -10) }.joined()
    let body = rows.map { row in
      pad(row.guest, 10) + pad(decimal(Double(row.instructions) / 1e6, 0), -9)
        + present.map { pad(decimal(row.mips[$0], 0), -12) }.joined()
        + others.map { pad(decimal(row.ratio(to: $0), 2), -10) }.joined()
    }
    let mean =
      pad("geo. mean", 19) + present.map { pad(decimal(meanMIPS($0), 0), -12) }.joined()
      + others.map { pad(decimal(meanRatio(to: $0), 2), -10) }.joined()
    return [header] + body + [mean]
  }
}

extension IdleMemory {
  fileprivate var table: [String] {
    ["idle nest: \(residentKiB) KiB resident; \(decimal(idleMilliseconds, 0)) ms of processor time in a second"]
  }
}

/// A number with so many digits after the point; a dash for none.
private func decimal(_ value: Double?, _ digits: Int) -> String {
  value.map { String(format: "%.\(digits)f", $0) } ?? "-"
}

/// Text filled with blanks to a width: to the right of it, or to the left when the width is negative.
private func pad(_ text: String, _ width: Int) -> String {
  let blanks = String(repeating: " ", count: max(0, abs(width) - text.count))
  return width < 0 ? blanks + text : text + blanks
}
