import Diagnosis
import ISA
import Translator

/// What `--dump-code` writes: guest instructions, what they mean in the intermediate representation, and host code, side
/// by side.
struct CodeDump {
  private let symbols: SymbolMap
  private let decoder: Decoder
  private let disassembler: Disassembler
  private let host = HostDisassembler()

  private static let guestWidth = 40
  private static let middleWidth = 40
  private static let bytesInLine = 10

  init(symbols: SymbolMap, isa: ISAConfiguration) {
    self.symbols = symbols
    decoder = Decoder(configuration: isa)
    disassembler = Disassembler { symbols.symbol(at: $0) }
  }

  /// All host code that was made from the instruction at `pc`, or why there is none.
  func text(of pc: UInt32, in translator: Translator) -> String {
    let listings = translator.listings(at: pc)
    guard !listings.isEmpty else {
      return "roost: no host code of \(symbols.place(pc)): \(Self.reason(translator.absence(at: pc)))\n"
    }
    return listings.map(text).joined(separator: "\n")
  }

  private static func reason(_ absence: HostCodeAbsence) -> String {
    switch absence {
    case .notDecoded: "it has not been run, or not since code there was changed or all code was dropped"
    case .cold(let lookUps, let needed):
      "it is cold, and interpreted: its block was looked up \(lookUps) times, and is translated after \(needed); "
        + "--engine translator does so at once"
    case .dropped: "it cannot be translated, or its host code was dropped because there was no room"
    }
  }

  private func text(_ listing: HostCodeListing) -> String {
    let density = listing.code.count * 10 / max(listing.instructions, 1)
    let inline = listing.rows.reduce(0) { sum, row in
      if case .rare = row.subject { return sum }
      return sum + row.host.count
    }
    let inlineDensity = inline * 10 / max(listing.instructions, 1)
    var text = "roost: host code of the \(listing.isRegion ? "region" : "block") at \(symbols.place(listing.entry)): "
    if listing.isRegion { text += "\(listing.blocks) blocks, " }
    text += "\(listing.instructions) instructions, \(listing.rareOffset) bytes at \(hex(listing.start)) and "
    text += "\(listing.code.count - listing.rareOffset) at \(hex(listing.rareStart)); "
    text += "\(density / 10).\(density % 10) bytes an instruction, "
    text += "\(inlineDensity / 10).\(inlineDensity % 10) without what is rarely run\n"
    let lines = lines(of: listing)
    if lines == nil {
      text += "roost: no \(HostDisassembler.programs.joined(separator: " or ")) for x86-64 in PATH: "
      text += "host code is written as bytes\n"
    }
    var last: HostCodeListing.Subject?
    for row in listing.rows {
      let left = row.subject == last ? "" : guest(row.subject)
      if case .enter = row.subject { text += "\n" }
      last = row.subject
      write(left, row.intermediate, hostLines(of: row, in: listing, lines), to: &text)
    }
    return text
  }

  /// In order of the listing's code; nil where nothing disassembles it.
  private func lines(of listing: HostCodeListing) -> (often: [HostDisassembler.Line], rare: [HostDisassembler.Line])? {
    guard let often = host?.lines(of: Array(listing.code[..<listing.rareOffset]), at: listing.start) else { return nil }
    let code = listing.code[listing.rareOffset...]
    guard !code.isEmpty else { return (often, []) }
    return host?.lines(of: Array(code), at: listing.rareStart).map { (often, $0) }
  }

  private func guest(_ subject: HostCodeListing.Subject) -> String {
    switch subject {
    case .enter(let pc): "\(symbols.place(pc)):"
    case .instruction(let pc, let bits):
      "\(digits(pc, 8))  \(disassembler.text(decoder.decode(bits), bits: bits, at: pc))"
    case .next(let pc): "\(digits(pc, 8))  (next block)"
    case .rare(let what, let pc): "\(what) \(digits(pc, 8))"
    }
  }

  private func hostLines(
    of row: HostCodeListing.Row, in listing: HostCodeListing,
    _ lines: (often: [HostDisassembler.Line], rare: [HostDisassembler.Line])?
  ) -> [String] {
    let isRare = row.host.upperBound > listing.rareOffset
    let origin = isRare ? listing.rareStart &- UInt(listing.rareOffset) : listing.start
    let start = origin &+ UInt(row.host.lowerBound)
    let end = origin &+ UInt(row.host.upperBound)
    if let lines = isRare ? lines?.rare : lines?.often {
      // In order of address: no need to look at all.
      let first = lines.partition(where: { $0.address >= start })
      return lines[first...].prefix { $0.address < end }.map { "\(hex($0.address))  \($0.text)" }
    }
    return stride(from: row.host.lowerBound, to: row.host.upperBound, by: Self.bytesInLine).map { place in
      let bytes = listing.code[place..<min(place + Self.bytesInLine, row.host.upperBound)]
      return "\(hex(origin &+ UInt(place)))  " + bytes.map { digits(UInt32($0), 2) }.joined(separator: " ")
    }
  }

  /// Three columns; what is too wide pushes the others to the right.
  private func write(_ left: String, _ middle: String, _ right: [String], to text: inout String) {
    for index in 0..<max(right.count, 1) {
      let guest = index == 0 ? left : ""
      let intermediate = index == 0 ? middle : ""
      let host = index < right.count ? right[index] : ""
      if guest.isEmpty, intermediate.isEmpty, host.isEmpty { continue }
      var line = "  " + Self.pad(guest, to: Self.guestWidth) + "| "
      line += Self.pad(intermediate, to: Self.middleWidth) + "| " + host
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }
  }

  private static func pad(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.utf8.count, 1))
  }
}

extension Array {
  /// The first index for whose element, and all after it, `predicate` holds; it holds for none before.
  fileprivate func partition(where predicate: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// A guest address as options take it: a number, a symbol, or a symbol and a distance such as `main+0x10`.
struct GuestAddress {
  private enum Form {
    case number(UInt32)
    case symbol(String, UInt32)
  }

  private let form: Form

  struct Malformed: Error, CustomStringConvertible {
    var description: String { "expected a 32-bit number such as 0x80000000, or a symbol" }
  }

  init(parsing text: String) throws(Malformed) {
    guard let first = text.first, !first.isNumber else {
      guard let number = Self.number(text[...]) else { throw Malformed() }
      form = .number(number)
      return
    }
    if let plus = text.lastIndex(of: "+"), let distance = Self.number(text[text.index(after: plus)...]) {
      form = .symbol(String(text[..<plus]), distance)
    } else {
      form = .symbol(text, 0)
    }
  }

  private static func number(_ text: Substring) -> UInt32? {
    let isHexadecimal = text.lowercased().hasPrefix("0x")
    return UInt32(isHexadecimal ? text.dropFirst(2) : text, radix: isHexadecimal ? 16 : 10)
  }

  /// - Parameter file: where the symbols are from, for the error.
  func resolved(by symbols: SymbolMap, of file: String) throws(CommandError) -> UInt32 {
    switch form {
    case .number(let address): return address
    case .symbol(let name, let distance):
      guard let address = symbols.address(of: name) else { throw .noSymbol(file: file, name: name) }
      return address &+ distance
    }
  }
}
