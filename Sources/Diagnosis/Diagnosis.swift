import Boards
import HartEngine
import ISA

/// What is wrong with a guest that does not go on, and where it is.
public struct Diagnosis: Sendable {
  /// Where one hart is.
  public struct Place: Sendable {
    public var hart: UInt32
    /// Address, symbol and mode in one line.
    public var text: String
    public var backtrace: [String]
    /// The last traps, the oldest first.
    public var traps: [String]
  }

  /// What was found, the most telling first; empty if nothing is wrong.
  public let findings: [Finding]
  /// What each hart that is not parked does, in words, for when nothing is wrong.
  public let activity: [String]
  public let places: [Place]

  /// How many of the last traps are told.
  private static let trapsTold = 8

  /// Examines a machine that is not running. The machine stays as it is: what must be tried is tried on a copy.
  public static func examine(_ machine: VirtMachine, symbols: SymbolMap) -> Diagnosis {
    let examiner = Examiner(
      machine: machine, symbols: symbols, observation: machine.end == nil ? Observation(of: machine) : nil)
    return Diagnosis(
      findings: examiner.findings, activity: examiner.activity,
      places: machine.harts.map { hart in
        Place(
          hart: hart.id, text: symbols.describe(hart), backtrace: Backtrace(hart, symbols: symbols).lines(symbols),
          traps: hart.trapHistory.records.sorted { $0.last < $1.last }.suffix(trapsTold).map { $0.line(symbols) })
      })
  }

  /// All of it, as lines of text that end in a line feed.
  public var text: String {
    var lines: [String] = []
    if findings.isEmpty { lines.append("diagnosis: nothing wrong was found; " + activity.joined(separator: "; ")) }
    for (index, finding) in findings.enumerated() {
      let sureness = finding.certainty == .possible ? "perhaps: " : ""
      lines.append((index == 0 ? "diagnosis: " : "also: ") + sureness + finding.title)
      lines += finding.seen.map { "  " + $0 }
      lines.append("  Usually: " + finding.usually)
    }
    for place in places {
      lines.append(place.text)
      lines += place.backtrace.map { "  " + $0 }
      if !place.traps.isEmpty {
        lines.append("  last traps:")
        lines += place.traps.map { "    " + $0 }
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }
}

extension SymbolMap {
  /// As `hart 0 at 0x80000010 <main+0x4> in M-mode, waiting`.
  public func describe(_ hart: Hart) -> String {
    "hart \(hart.id) at \(place(hart.pc)) in \(hart.mode.name)" + (hart.isWaiting ? ", waiting" : "")
  }
}

extension Examiner {
  var activity: [String] {
    switch machine.end {
    case .passed?, .failed?: ["the guest has ended by itself"]
    case .hung?, nil: machine.harts.compactMap(activity(of:))
    }
  }

  /// What a hart does while nothing is wrong with it.
  private func activity(of hart: Hart) -> String? {
    if isParked(hart), machine.harts.count > 1 { return nil }
    guard waits(hart) else {
      if let seen = observed(hart), !seen.devices.isEmpty, !seen.loop.isEmpty {
        return "\(name(hart)) waits for input: it polls \(list(seen.devices.sorted().map(hexadecimal))) in a loop at "
          + symbols.place(hart.pc)
      }
      let rests = observed(hart).map { $0.rests > 0 } ?? false ? " and waits by turns" : ""
      return "\(name(hart)) computes\(rests), at \(symbols.place(hart.pc))"
    }
    var awaited: [String] = []
    if canBeWokenByDevice(hart) {
      let sources = deliverableSources(to: hart, in: hart.mode)
      awaited.append("input from \(list(sources.map(deviceName)))")
    }
    if machine.nextDeadline != .max { awaited.append("a timer") }
    return "\(name(hart)) waits for \(awaited.isEmpty ? "an interrupt" : awaited.joined(separator: " or ")) at "
      + symbols.place(hart.pc)
  }
}
