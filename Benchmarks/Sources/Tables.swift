import Foundation

extension GuestRace {
  /// One line for each guest, by group, each with its means; and where Roost is worst against QEMU.
  var table: [String] {
    let present = Contender.allCases.filter { meanMIPS($0) != nil }
    let engines = present.filter(Contender.engines.contains)
    let others = present.filter { $0 == .qemu || $0 == .spike }
    func line(
      _ name: String, _ count: String, _ mips: (Contender) -> Double?, _ speed: (Contender, Contender) -> Double?
    ) -> String {
      var cells = [pad(name, 15), pad(count, -8)] + present.map { pad(decimal(mips($0), 0), -Self.width($0)) }
      for engine in engines {
        cells += others.map { pad(decimal(speed(engine, $0), 2), -Self.width("x", engine, $0)) }
        // Against the host itself times are compared, not speeds.
        if present.contains(.native) {
          cells.append(pad(decimal(speed(.native, engine), 2), -Self.width("t", engine, .native)))
        }
      }
      return cells.joined()
    }
    var header = [pad("MIPS", 15), pad("million", -8)] + present.map { pad($0.rawValue, -Self.width($0)) }
    for engine in engines {
      header += others.map { pad(Self.ratio("x", engine, $0), -Self.width("x", engine, $0)) }
      if present.contains(.native) {
        header.append(pad(Self.ratio("t", engine, .native), -Self.width("t", engine, .native)))
      }
    }
    var lines = [header.joined()]
    for group in BenchGuest.Group.allCases where !rows(group).isEmpty {
      lines += rows(group).map { row in
        line(row.guest, decimal(Double(row.instructions) / 1e6, 0), { row.mips[$0] }, { row.speed($0, to: $1) })
      }
      lines.append(
        line("= \(group.title), mean", "", { meanMIPS($0, group) }, { meanSpeed($0, to: $1, group) }))
    }
    lines += [
      "x: speed as a multiple of the other's; t: time as a multiple of the native program's; means are geometric"
    ]
    return lines
      + engines.compactMap { engine in
        worst(engine, to: .qemu).map { "worst to qemu, \(engine.rawValue): \(decimal($0.speed, 2)) on \($0.guest)" }
      }
  }

  private static func ratio(_ kind: String, _ engine: Contender, _ other: Contender) -> String {
    "\(engine.rawValue.prefix(6)) \(kind) \(other.rawValue)"
  }

  private static func width(_ kind: String, _ engine: Contender, _ other: Contender) -> Int {
    ratio(kind, engine, other).count + 2
  }

  private static func width(_ contender: Contender) -> Int { max(contender.rawValue.count, 5) + 2 }
}

extension BootRace {
  /// Roost's time as a part of QEMU's, both under the same firmware.
  func timeToQEMU(_ engine: Contender) -> Double? {
    guard let mine = rows.first(where: { $0.contender == engine }),
      let theirs = rows.first(where: { $0.contender == .qemu })
    else { return nil }
    return mine.seconds / theirs.seconds
  }

  var table: [String] {
    let qemu = rows.first { $0.contender == .qemu }?.seconds
    return [title]
      + rows.map { row in
        let ratio = qemu.flatMap { row.contender == .qemu ? nil : "   x qemu \(decimal($0 / row.seconds, 2))" }
        return "  \(pad(row.name, 26))\(pad(decimal(row.seconds * 1000, 1), -10)) ms\(ratio ?? "")"
      }
  }
}

extension IdleMemory {
  var table: [String] {
    ["idle nest: \(residentKiB) KiB resident; \(decimal(idleMilliseconds, 0)) ms of processor time in a second"]
  }
}

/// A number with so many digits after the point; a dash for none.
func decimal(_ value: Double?, _ digits: Int) -> String {
  value.map { String(format: "%.\(digits)f", $0) } ?? "-"
}

/// Text filled with blanks to a width: to the right of it, or to the left when the width is negative.
private func pad(_ text: String, _ width: Int) -> String {
  let blanks = String(repeating: " ", count: max(0, abs(width) - text.count))
  return width < 0 ? blanks + text : text + blanks
}
