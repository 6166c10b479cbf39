import Boards
import Diagnosis
import Harness
import HartEngine
import ISA
import SystemBus

/// Compares a guest as it is with what is asserted of it.
struct AssertionCheck {
  let guest: TestGuest
  let values: [String: String]

  /// What is wrong, in a line; nil if it holds.
  func problem(with assertion: Assertion) -> String? {
    do throws(Refusal) {
      switch assertion.check {
      case .number(let subject, let comparison): return try compare(subject, comparison)
      case .bytes(let location, let bytes): return try compare(location, bytes)
      case .text(let location, let text):
        if let name = text.names.first(where: { values[$0] == nil }) {
          throw Refusal(message: ScenarioRun.nothingCaptured(name))
        }
        return try compare(location, Array(text.filled(with: values).utf8))
      case .console(let pattern, let isPresent): return try search(pattern, isPresent: isPresent)
      case .diagnosis(let pattern): return try diagnose(pattern)
      case .end(let end):
        return guest.isFinished || end == .any && guest.isOff
          ? end.mismatch(of: guest) : "expected \(end), but \(guest.name) still runs"
      }
    } catch {
      return error.message
    }
  }

  /// Why there is nothing to compare.
  private struct Refusal: Error {
    var message: String
  }

  // MARK: Numbers

  private func compare(_ subject: Assertion.Subject, _ comparison: Assertion.Comparison) throws(Refusal) -> String? {
    let (name, found, width) = try read(subject)
    let all: UInt64 = width == 8 ? .max : (1 << UInt64(width * 8)) - 1
    let mask = comparison.mask
    let actual = found & mask
    let shownMask = mask == .max ? "" : " & 0x\(String(mask & all, radix: 16))"
    for (location, isMet, words) in [
      (comparison.equals, { $0 == $1 }, ""), (comparison.differs, { $0 != $1 }, "something else than "),
      (comparison.atLeast, { $0 >= $1 }, "at least "), (comparison.atMost, { $0 <= $1 }, "at most "),
    ] as [(Location?, (UInt64, UInt64) -> Bool, String)] {
      guard let location else { continue }
      var wanted = try value(of: location)
      // A negative number has as many bytes as it is compared with.
      if !location.isSymbol, wanted.fits(inBytes: width) { wanted &= all }
      if !isMet(actual, wanted & mask) {
        return "\(name)\(shownMask) is \(Self.shown(actual)); expected \(words)\(Self.shown(wanted))"
          + (location.isSymbol ? " (\(location))" : "")
      }
    }
    return nil
  }

  private static func shown(_ number: UInt64) -> String {
    number < 10 ? "\(number)" : "\(number) (0x\(String(number, radix: 16)))"
  }

  private func read(_ subject: Assertion.Subject) throws(Refusal) -> (name: String, value: UInt64, width: Int) {
    switch subject {
    case .register(let register, let number):
      let hart = try hart(number)
      switch register {
      case .integer(let index): return (register.description, UInt64(hart[x: Int(index)]), 4)
      case .pc: return ("pc", UInt64(hart.pc), 4)
      }
    case .csr(let csr, let number):
      guard let value = try hart(number).value(of: csr) else {
        throw Refusal(message: "\(guest.name) has no CSR \(csr)")
      }
      return ("\(csr)", UInt64(value), 4)
    case .memory(let location, let width):
      let bytes = try memory(at: location, count: width)
      return ("memory at \(location)", bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }, width)
    case .counter(let counter):
      let statistics = guest.machine.statistics
      let value =
        switch counter {
        case .instructions: statistics.instructions
        case .traps: statistics.traps.reduce(0, &+)
        case .interrupts: statistics.interrupts.reduce(0, &+)
        case .waits: statistics.waits
        case .resets: statistics.resets
        }
      return (counter.rawValue, value, 8)
    }
  }

  private func hart(_ number: Int) throws(Refusal) -> Hart {
    guard guest.machine.harts.indices.contains(number) else {
      throw Refusal(message: "\(guest.name) has no hart \(number)")
    }
    return guest.machine.harts[number]
  }

  private func value(of location: Location) throws(Refusal) -> UInt64 {
    guard let value = guest.value(of: location) else {
      throw Refusal(
        message: "\(guest.name) has no symbol for \(location); if its kernel has no symbols, name a file that has "
          + "them under 'symbols'")
    }
    return value
  }

  // MARK: Memory and output

  private func memory(at location: Location, count: Int) throws(Refusal) -> [UInt8] {
    let address = try value(of: location)
    if let low = UInt32(exactly: address), let bytes = try? guest.read(at: low, count: count) { return bytes }
    throw Refusal(message: "\(guest.name) has no memory at 0x\(String(address, radix: 16))")
  }

  private func compare(_ location: Location, _ wanted: [UInt8]) throws(Refusal) -> String? {
    let found = try memory(at: location, count: wanted.count)
    guard found != wanted else { return nil }
    let place = found.indices.first { found[$0] != wanted[$0] } ?? 0
    return "memory at \(location) is \(Self.shown(found)); expected \(Self.shown(wanted)); byte \(place) differs"
  }

  private static func shown(_ bytes: [UInt8]) -> String {
    let digits = bytes.prefix(32).map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }
    return digits.joined(separator: " ") + (bytes.count > 32 ? " …" : "")
  }

  private func consolePattern(_ pattern: Pattern) throws(Refusal) -> ConsolePattern {
    if let name = pattern.missingName(in: values) { throw Refusal(message: ScenarioRun.nothingCaptured(name)) }
    do throws(HarnessError) {
      return try pattern.consolePattern(with: values)
    } catch {
      throw Refusal(message: "\(error)")
    }
  }

  private func diagnose(_ pattern: Pattern) throws(Refusal) -> String? {
    let wanted = try consolePattern(pattern)
    let text = Diagnosis.examine(guest.machine, symbols: guest.symbols).text
    guard wanted.firstMatch(in: Array(text.utf8)[...]) == nil else { return nil }
    let found = text.split(separator: "\n").first.map(String.init) ?? "nothing"
    return "the diagnosis of \(guest.name) has no \(wanted.description) in it: \(found)"
  }

  private func search(_ pattern: Pattern, isPresent: Bool) throws(Refusal) -> String? {
    let wanted = try consolePattern(pattern)
    let match = wanted.firstMatch(in: guest.transcript.output(from: 0).bytes)
    if isPresent { return match == nil ? "\(guest.name) did not print \(wanted.description)" : nil }
    return match.map { "\(guest.name) printed \(ScenarioRun.quoted($0.text)), which \(wanted.description) forbids" }
  }
}

extension Location {
  fileprivate var isSymbol: Bool {
    if case .symbol = self { true } else { false }
  }
}

extension TestGuest {
  /// A number, or the address of a symbol; nil if there is no such symbol.
  func value(of location: Location) -> UInt64? {
    switch location {
    case .number(let number): number
    case .symbol(let name, let offset): symbols.address(of: name).map { UInt64($0) &+ offset }
    }
  }
}
